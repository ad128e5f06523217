import type { Span } from '@shortfuse/core';
import { linesOf } from './reg-file.js';
import { factsOfWrite, type RegistryFact } from './registry.js';
import { obstacle, slotsFor } from './spelling.js';

/**
 * The text that LGPO.exe makes of a local policy and reads again: blocks of four lines, `Computer` or `User`, the key below
 * its hive, the name of the value, and what becomes of it, such as `DWORD:60000` in decimal or `DELETE`. Lines that begin with
 * a semicolon are comments.
 */
export function readLocalPolicy(text: string): RegistryFact[] {
  const facts: RegistryFact[] = [];
  let block: Span[] = [];
  for (const line of linesOf(text)) {
    const written = text.slice(line.start, Math.min(line.end, line.start + 1000));
    if (/^[ \t]*;/.test(written)) continue;
    const length = written.trim().length;
    if (length === 0) {
      block = [];
      continue;
    }
    const start = line.start + written.length - written.trimStart().length;
    block.push({ start, end: start + length });
    if (block.length < 4) continue;
    facts.push(...factsOfBlock(text, block));
    block = [];
  }
  return facts;
}

function factsOfBlock(text: string, [scope, key, name, action]: readonly Span[]): RegistryFact[] {
  if (!scope || !key || !name || !action) return [];
  const said = (span: Span): string => text.slice(span.start, span.end);
  if (said(scope).toLowerCase() !== 'computer') return [];
  const statement = { start: scope.start, end: action.end };
  const [, type = '', prefix = '', data = ''] = /^((\w+):)?(.*)$/s.exec(said(action)) ?? [];
  const verb = said(action).toUpperCase();
  const isAll = verb === 'DELETEALLVALUES';
  const number = { start: action.start + type.length, end: action.end };
  return factsOfWrite({
    path: { text: `HKLM\\${said(key)}`, span: key, isOpen: false },
    name: { text: isAll ? 'ServerCacheTime' : said(name), span: name, isOpen: false },
    action: verb === 'DELETE' || isAll ? 'delete' : 'set',
    ...(prefix === '' ? {} : { data: { text: data.trim(), span: number, isOpen: false }, type: prefix }),
    base: 'number',
    defaultType: 'REG_NONE',
    span: action,
    statement,
    rewrite: (from) =>
      isAll
        ? obstacle('it deletes every value of the key')
        : from === 'set'
          ? slotsFor({ span: number, number: 'decimal' })
          : slotsFor({ span: action, before: 'DWORD:', number: 'decimal' }),
  });
}
