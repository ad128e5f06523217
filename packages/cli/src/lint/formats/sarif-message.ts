import type { Message } from 'sarif';
import { oneLine } from './wording.js';

/** `text` as a message. Braces are doubled, because single ones are placeholders in messages of SARIF (section 3.11.5). */
export function messageOf(text: string): Message {
  return { text: withoutPlaceholders(text) };
}

/** The same with links to `relatedLocations` at its end: readers such as GitHub show only those that a message links to. */
export function messageWithLinks(
  text: string,
  links: readonly { readonly id: number; readonly text: string }[],
): Message {
  const linked = links.map(({ id, text: shown }) => `[${linkText(shown)}](${id})`);
  return { text: withoutPlaceholders(text) + (linked.length > 0 ? ` See ${linked.join(', ')}.` : '') };
}

function withoutPlaceholders(text: string): string {
  return text.replace(/[{}]/g, '$&$&');
}

/** Brackets and backslashes in the text of a link are escaped, elsewhere they need not be (3.11.6). */
function linkText(text: string): string {
  return withoutPlaceholders(oneLine(text)).replace(/[[\]\\]/g, '\\$&');
}
