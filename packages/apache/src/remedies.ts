import {
  type FileEdit,
  type Lifetime,
  type Location,
  positionOf,
  type Refusal,
  type Remedies,
  type Remedy,
  replace,
  type Seconds,
  type Wish,
} from '@shortfuse/core';
import type { VirtualHost, Written } from './evaluation.js';
import { hostInsertion, isMacroHost, linesOfHost } from './host-place.js';
import { type LogicalLine, locate, type Parameter, sourceOf } from './line.js';
import { find, type Surroundings, timeoutOf } from './lookup.js';
import { linesWith } from './macros.js';
import { mainInsertion } from './main-place.js';
import { isBlank } from './parse.js';
import { wordsOf } from './words.js';

/** The timeout in effect in a host, and how it is changed. */
export function changeableTimeoutOf(where: Surroundings): Lifetime {
  return { ...timeoutOf(where), remedies: (wish) => remediesOf(where, wish) };
}

/**
 * Where the line goes or changes that brings a timeout to the target: where it is written; where nothing is, one line in the
 * main server; and behind each of them, as the narrower way, a line of the host's own.
 *
 * Nothing here ever switches a way of resuming off: every lifetime that httpd has is a timeout, so no target of 1 s or more
 * needs that, and a reload without its SSLSessionCache ends httpd.
 */
function remediesOf(where: Surroundings, { target }: Wish): Remedies {
  const { host, evaluation } = where;
  const seconds = Math.floor(target);
  if (seconds < 1)
    return {
      kind: 'refused',
      why: 'a timeout of 0 does not end resumption: OpenSSL puts its own 7200 s in its place',
      help: 'use a --target of 1 s or more',
    };
  const found = find(where, 'sslsessioncachetimeout');
  const line = `SSLSessionCacheTimeout ${seconds}`;
  switch (found.kind) {
    case 'hidden':
      return {
        kind: 'refused',
        why: found.why,
        help: `or write ${line} ${placeFor(host)} by hand: there it decides, whatever is read before`,
        ...(found.at ? { at: found.at } : {}),
      };
    case 'absent': {
      const main = mainInsertion(evaluation, line);
      const own = host && hostInsertion(evaluation, host, line, false);
      return offer([main, own]) ?? noPlace(line, where);
    }
    case 'written': {
      const last = found.items.at(-1);
      if (!last?.value) return inDoubt(last, line, where);
      const change = changeOf(last, seconds);
      const own = host && (found.inherited || isElsewhere(where, host, last)) ? ownLine(where, host, line) : undefined;
      return offer([change, own]) ?? cannotReplace(last, line, where);
    }
  }
}

function offer(edits: readonly (FileEdit | undefined)[]): Remedies | undefined {
  const [first, ...others] = edits.flatMap((edit): Remedy[] => (edit ? [{ edits: [edit] }] : []));
  return first && { kind: 'remedies', remedies: [first, ...others] };
}

/** A line in the host that decides whatever is read before it in there. */
function ownLine({ evaluation }: Surroundings, host: VirtualHost, line: string): FileEdit | undefined {
  return hostInsertion(evaluation, host, line, host.written.has('sslsessioncachetimeout'));
}

/** Does a host's own value stand in a file of its own, which other hosts may include? */
function isElsewhere({ evaluation }: Surroundings, host: VirtualHost, { at, value }: Written): boolean {
  if (isMacroHost(host)) return false;
  const lines = linesOfHost(evaluation, host);
  if (!lines || !value) return false;
  const { file, lines: all } = lines.tree;
  const start = all.starts[lines.open] ?? 0;
  const end = all.starts[lines.close] ?? 0;
  return at.file !== file || at.span.start < start || at.span.start >= end || !valueSource(value.line, value.word);
}

/** The replacement of the number where it is written: in the line, in the place of a variable, or in the arguments of a `Use`. */
function changeOf({ value }: Written, seconds: Seconds): FileEdit | undefined {
  const source = value && valueSource(value.line, value.word);
  if (!source) return undefined;
  const innermost = source.parameters.at(-1);
  const isShared = source.parameters.some((parameter) => hasOtherUses(parameter));
  const at = isShared ? innermost && ownPlace(innermost, source.parameters) : source.at;
  if (!at) return undefined;
  const { file } = at;
  const span = isShared || !innermost ? at.span : withoutQuotes(at);
  return { file, edit: replace(file.text, span, String(seconds)) };
}

/** All of the value and nothing else: without its quotes, and without blanks within them. */
function valueSource(line: LogicalLine, { start, end }: { readonly start: number; readonly end: number }) {
  const { text } = line;
  const quote = text.charAt(start);
  let from = start;
  let to = end;
  if (quote === '"' || quote === "'") {
    from++;
    if (to - 1 > start && text[to - 1] === quote) to--;
  }
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return from < to ? sourceOf(line, from, to) : undefined;
}

/** An argument's quotes are a matter of the `Use`. */
function withoutQuotes({ file: { text }, span: { start, end } }: Location): Location['span'] {
  const quote = text.charAt(start);
  const isQuoted = (quote === '"' || quote === "'") && end - start > 1 && text[end - 1] === quote;
  return isQuoted ? { start: start + 1, end: end - 1 } : { start, end };
}

/** An argument that is also put elsewhere, such as into KeepAliveTimeout, must stay. */
function hasOtherUses({ macro, name }: Parameter): boolean {
  let handedOn = 0;
  for (const { text } of linesWith(macro, name)) {
    const directive = wordsOf(text)[0]?.value.toLowerCase();
    if (directive === 'use') handedOn++;
    else if (directive !== 'sslsessioncachetimeout') return true;
  }
  return handedOn > 1;
}

/** The parameter's own place in the macro; only where nothing hands it on, since other lines depend on what it is there. */
function ownPlace({ line, name, from }: Parameter, chain: readonly Parameter[]): Location | undefined {
  if (chain.length > 1) return undefined;
  const at = locate(line, from, from + name.length);
  return at.file.text.slice(at.span.start, at.span.end) === name ? at : undefined;
}

function inDoubt(last: Written | undefined, line: string, { host }: Surroundings): Refusal {
  const isTemplate = /\btemplate\b/.test(last?.doubt ?? '');
  return {
    kind: 'refused',
    why: last?.doubt ?? 'httpd refuses the value',
    help: isTemplate
      ? `change the value where the template takes it from, or write ${line} in its place by hand`
      : `or write ${line} ${placeFor(host)} by hand: there it decides, whatever is read before`,
    ...(last ? { at: last.at } : {}),
  };
}

function cannotReplace({ at, words }: Written, line: string, { host }: Surroundings): Refusal {
  return {
    kind: 'refused',
    why: `${words[0]} is put together from parts that other lines may depend on`,
    help: `write ${line} ${placeFor(host)} by hand`,
    at,
  };
}

function noPlace(line: string, { host }: Surroundings): Refusal {
  return {
    kind: 'refused',
    why: 'no line sets a timeout, and outside of sections, macros, conditions and loops there is no place for one',
    help: `write ${line} ${placeFor(host)} by hand, where httpd always reads it`,
    ...(host ? { at: host.at } : {}),
  };
}

/** The end of a scope decides, because of repeated lines the last one counts. */
function placeFor(host: VirtualHost | undefined): string {
  if (!host) return 'at the end of the main server';
  const { file, span } = host.at;
  return `at the end of the virtual host at ${file.path}:${positionOf(file, span.start).line}`;
}
