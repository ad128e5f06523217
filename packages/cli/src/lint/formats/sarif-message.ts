import type { Message } from 'sarif';
import { oneLine, sentence } from './wording.js';

/**
 * A message of sentences. Braces are doubled, because single ones are placeholders in every message of SARIF (section 3.11.5).
 * Parts that are empty are left out; there has to be one that is not.
 */
export function messageOf(...sentences: readonly string[]): Message {
  return {
    text: sentences
      .map((part) => withoutPlaceholders(sentence(part)))
      .filter((part) => part !== '')
      .join(' '),
  };
}

/** The same with links to `relatedLocations` at its end: readers such as GitHub show only those that a message links to. */
export function messageWithLinks(
  sentences: readonly string[],
  links: readonly { readonly id: number; readonly text: string }[],
): Message {
  const { text = '' } = messageOf(...sentences);
  const linked = links.map(({ id, text: shown }) => `[${linkText(shown)}](${id})`);
  return { text: linked.length > 0 ? `${text} See ${linked.join(', ')}.` : text };
}

function withoutPlaceholders(text: string): string {
  return text.replace(/[{}]/g, '$&$&');
}

/** Brackets and backslashes in the text of a link are escaped, elsewhere they need not be (3.11.6). */
function linkText(text: string): string {
  return withoutPlaceholders(oneLine(text)).replace(/[[\]\\]/g, '\\$&');
}
