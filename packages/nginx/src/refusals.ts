import { nearest } from '@shortfuse/core';
import { readCache } from './session-cache.js';
import type { Context, DirectiveSpec } from './settings.js';
import { readTime } from './time.js';
import type { Word } from './tree.js';
import { isAtLeast } from './version.js';

/** Why nginx does not start with a directive. `text` is in its words. */
export interface Refusal {
  readonly text: string;
  readonly help: string;
}

/** A directive as written. */
export interface Statement {
  readonly name: string;
  readonly words: readonly Word[];
  /** A `{` ends its words. */
  readonly block: boolean;
}

/** What nginx refuses about a directive before it looks at its value. The order of the checks is nginx's. */
export function misuseOf(
  { name, words, block }: Statement,
  context: Context,
  spec: DirectiveSpec,
  version: string | undefined,
): Refusal | undefined {
  if (name === 'ssl' && version !== undefined && isAtLeast(version, '1.25.1'))
    return {
      text: 'unknown directive "ssl"',
      help: 'nginx 1.25.1 removed it: write "ssl" behind the address of each listen',
    };
  if (name === 'http2' && version !== undefined && !isAtLeast(version, '1.25.1'))
    return {
      text: 'unknown directive "http2"',
      help: 'nginx before 1.25.1 takes http2 as a word of listen; if a newer one runs, say so: servers.nginx.version',
    };
  if (!spec.contexts.includes(context))
    return { text: `"${name}" directive is not allowed here`, help: `move it to ${listed(spec.contexts)}` };
  if (spec.opens && !block)
    return { text: `directive "${name}" has no opening "{"`, help: `write "{ … }" after ${name}` };
  if (!spec.opens && block)
    return {
      text: `directive "${name}" is not terminated by ";"`,
      help: `end the ${name} directive with a semicolon`,
    };
  const [least, most] = spec.words;
  const templated = words.some(({ placeholder }) => placeholder);
  if ((words.length < least || words.length > most) && !templated)
    return {
      text: `invalid number of arguments in "${name}" directive`,
      help:
        words.length > most && most < 3
          ? `${name} takes ${most === 0 ? 'no word' : most === 1 ? 'one word' : `${most} words`}; is a semicolon missing on the line above?`
          : `${name} needs a value`,
    };
  return undefined;
}

/** What nginx refuses about a value. Placeholders of templates may become anything. */
export function refusedValue(
  { name, words }: Pick<Statement, 'name' | 'words'>,
  spec: DirectiveSpec | undefined,
): Refusal | undefined {
  if (words.some(({ placeholder }) => placeholder)) return undefined;
  const value = words[0]?.value ?? '';
  if (spec?.flag && !/^(?:on|off)$/i.test(value))
    return {
      text: `invalid value "${value}" in "${name}" directive, it must be "on" or "off"`,
      help: 'write on or off',
    };
  if (name === 'ssl_session_timeout' && readTime(value) === undefined)
    return {
      text: `"${name}" directive invalid value`,
      help: /^\$|\$\{/.test(value)
        ? 'variables are not expanded here: write the number of seconds'
        : /ms$/.test(value)
          ? 'milliseconds are not known here: write whole seconds, such as 60s'
          : 'write a number of seconds, or units from large to small without blanks: 60s, 5m, 1h30m, 1d',
    };
  if (name === 'ssl_session_cache') {
    const result = readCache(words);
    if (!result.ok)
      return { text: result.message, help: 'write off, none, builtin, or shared:NAME:SIZE with at least 32k' };
  }
  if (name === 'ssl_protocols') {
    const wrong = words.find((word) => !/^(?:SSLv2|SSLv3|TLSv1|TLSv1\.[123])$/i.test(word.value));
    if (wrong) return { text: `invalid value "${wrong.value}"`, help: 'write protocols such as TLSv1.2 TLSv1.3' };
  }
  if (name === 'starttls' && !/^(?:on|off|only)$/i.test(value))
    return { text: `invalid value "${value}"`, help: 'write on, off or only' };
  return undefined;
}

/**
 * A refusal where `name`, which is none of the directives that are known here, can be nothing but a slip: nginx knows hundreds
 * of directives and modules add more.
 */
export function refusedName(name: string): Refusal | undefined {
  if (name === '') return undefined;
  const meant = /^[\w.-]+$/.test(name) ? slipOf(name) : slipOf(name.replace(/[^\w]/g, ''));
  return meant === undefined ? undefined : { text: `unknown directive "${name}"`, help: `did you mean ${meant}?` };
}

function listed(contexts: readonly Context[]): string {
  return contexts.length === 1 ? `${contexts[0]} { }` : `one of ${contexts.join(', ')}`;
}

const slips = [
  'ssl_session_timeout',
  'ssl_session_cache',
  'ssl_session_tickets',
  'ssl_session_ticket_key',
  'ssl_protocols',
];
/** Names that differ from those by one letter and are directives all the same. */
const noSlips = new Set(['ssl_session_ticket_keys']);

/** The directive that `name` is a slip of: another letter case, or at most two letters away. */
function slipOf(name: string): string | undefined {
  const lower = name.toLowerCase();
  return lower.startsWith('ssl') && !noSlips.has(name) ? nearest(lower, slips, 2) : undefined;
}
