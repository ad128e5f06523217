import {
  type FileEdit,
  insert,
  type Location,
  type Refusal,
  type Remedies,
  type RemedyFinder,
  replace,
  type Seconds,
  type Span,
} from '@shortfuse/core';
import { luaHookOf } from './after-reload.js';
import { folderOf, type Level, type Section, type Written } from './evaluate.js';
import { type Place, placeInSection, placeInServer } from './insertion.js';
import { find, type Surroundings } from './lookup.js';
import { shownPlace } from './resolved.js';
import { hiddenStatement } from './template-statements.js';
import { hasPlaceholder } from './tree.js';

/** Answers, once and only when asked, where a section takes a line for all of its servers. */
export type SectionPlace = () => Place | undefined;

/**
 * How the `ssl_session_timeout` of a server block is changed: by its own directive; else by the one around it, or a line of its
 * own; else by a new line in the server block or the section. Nothing is worked out before somebody asks.
 */
export function remedyFinder(where: Surroundings, inSection: SectionPlace): RemedyFinder {
  return ({ target }) => {
    // Less than a second cannot be said, and 0 is 7200 s for tickets.
    const seconds = Math.floor(target);
    if (seconds < 1)
      return refusal(
        'ssl_session_timeout 0 is no short lifetime: OpenSSL puts 7200 s in its place',
        'use a target of 1 s or more',
      );
    return remediesFor(where, inSection, seconds);
  };
}

function remediesFor(where: Surroundings, inSection: SectionPlace, seconds: Seconds): Remedies {
  const hook = luaHookOf(where.section);
  if (hook)
    return refusal(
      `${hook.name} keeps the sessions in Lua code, so the expiry of that store decides and ssl_session_timeout does not`,
      `let the store that the Lua code writes to forget sessions after ${seconds} s`,
      hook.at,
    );
  const found = find(where, 'ssl_session_timeout');
  if (found.kind === 'hidden') return hiddenRefusal(where, found.why, found.at, seconds);
  if (found.kind === 'written') {
    const doubtful = found.items.find(({ doubt }) => doubt !== undefined);
    if (doubtful) return doubtRefusal(doubtful, seconds);
    const last = found.items.at(-1);
    const word = last?.words[0];
    if (!last || !word) return refusal('ssl_session_timeout has no value there', 'give it one', last?.at);
    const replaced = [replaceValue(last, word.span, seconds)];
    const own = found.inherited ? inServer(where, seconds) : undefined;
    return { kind: 'remedies', remedies: own ? [{ edits: replaced }, { edits: [own] }] : [{ edits: replaced }] };
  }
  const hidden = hiddenIn(where.server, where.server.block);
  if (hidden) return templateRefusal(hidden, seconds);
  const shared = inSection();
  const own = { edits: [insertAt(placeInServer(where.server.block), seconds)] };
  return { kind: 'remedies', remedies: shared ? [own, { edits: [insertAt(shared, seconds)] }] : [own] };
}

/** A line in the server block, where nothing that rendering adds there can set the same. */
function inServer({ server }: Surroundings, seconds: Seconds): FileEdit | undefined {
  return hiddenIn(server, server.block) ? undefined : insertAt(placeInServer(server.block), seconds);
}

/**
 * Where a line for all servers of `section` goes; undefined where it might be a second one there, or might not reach a server
 * that has none of its own as far as can be seen.
 */
export function sectionPlace(section: Section, fragments: boolean): Place | undefined {
  const { block, gaps, written, servers } = section;
  if (!block || fragments || gaps.length > 0 || written.has('ssl_session_timeout')) return undefined;
  if (hiddenIn(section, block)) return undefined;
  const reachesAll = servers.every(
    (server) =>
      server.written.has('ssl_session_timeout') || (server.gaps.length === 0 && !hiddenIn(server, server.block)),
  );
  return reachesAll ? placeInSection(block, section.firstServer) : undefined;
}

/** The first place in a block, its includes in place, where a template may put statements. */
function hiddenIn({ templates }: Level, block: Section['block']): Location | undefined {
  const own = block && hiddenStatement(block.tree, block.index);
  if (own) return own;
  for (const tree of templates ?? []) {
    const hidden = hiddenStatement(tree, -1);
    if (hidden) return hidden;
  }
  return undefined;
}

/** Quotes that were there for a blank in the value go with it, others stay. */
function replaceValue({ at: { file } }: Written, span: Span, seconds: Seconds): FileEdit {
  const raw = file.text.slice(span.start, span.end);
  const quote = /^["']\S*$/.test(raw) ? raw.charAt(0) : '';
  return { file, edit: replace(file.text, span, `${quote}${seconds}s${quote}`) };
}

function insertAt({ file, offset, before, after }: Place, seconds: Seconds): FileEdit {
  return { file, edit: insert(offset, `${before}${lineFor(seconds)}${after}`) };
}

function lineFor(seconds: Seconds): string {
  return `ssl_session_timeout ${seconds}s;`;
}

function hiddenRefusal(where: Surroundings, why: string, at: Location | undefined, seconds: Seconds): Refusal {
  const { server, section } = where;
  const place = shownPlace(server);
  const line = lineFor(seconds);
  const what = why.replace(/; give .*$/, '');
  // With no place, it is the main file that is not at hand.
  if (!at)
    return refusal(
      `the server block sets no ssl_session_timeout and ${what}`,
      `name the main file as well, or add "${line}" by hand to the default server of the address (among these files, that at ${place})`,
    );
  const path = (server.gaps[0] ?? section.gaps[0])?.path ?? '';
  const byHand = `by hand: change ssl_session_timeout in it, and if it has none, add "${line}" to the server at ${place}`;
  if (hasPlaceholder(path)) return refusal(`a template fills in which file is included: ${path}`, byHand, at);
  const give = path.startsWith('/') ? `give that file with --root ${folderOf(path)}=DIR` : 'name the main file as well';
  return refusal(what, `${give}, or ${byHand}`, at);
}

function doubtRefusal({ at, doubt = '', name }: Written, seconds: Seconds): Refusal {
  const written = at.file.text.slice(at.span.start, at.span.end);
  if (doubt.startsWith('nginx refuses it'))
    return refusal(`"${written}" cannot be changed: ${doubt}`, 'mend the configuration until nginx -t is content', at);
  return refusal(
    `"${written}" is part of a template: ${doubt}`,
    `let what renders the template write "${name} ${seconds}s;" there`,
    at,
  );
}

function templateRefusal(at: Location, seconds: Seconds): Refusal {
  const written = at.file.text.slice(at.span.start, at.span.end).replace(/\s+/g, ' ');
  return refusal(
    `a template puts statements where "${written}" stands, and ssl_session_timeout may be one of them`,
    `add "${lineFor(seconds)}" to what it puts there; or, if it sets none, to the server block by hand`,
    at,
  );
}

function refusal(why: string, help: string, at?: Location): Refusal {
  return { kind: 'refused', why, help, ...(at ? { at } : {}) };
}
