import type { Problem, SourceFile, Span } from '@shortfuse/core';
import { type Effect, placeInRegistry, type RegistryFact, readHex, valueNamed, whyMisplaced } from './registry.js';
import { obstacle, type Rewrite, type Slot, slotsFor, type Written } from './spelling.js';

/** What a .reg file does, and what is wrong with it. */
export interface RegFile {
  readonly facts: readonly RegistryFact[];
  readonly problems: readonly Problem[];
}

const headers = /^(?:Windows Registry Editor Version 5\.00|REGEDIT4)$/;

/**
 * Reads a .reg file as regedit imports it, from top to bottom. Sources: KB 310516 and wine's programs/reg/import.c.
 * Lines end with CRLF, LF or CR. Without one of the two headers in the first line nothing is imported.
 */
export function readRegFile(file: SourceFile): RegFile {
  const { text, encoding } = file;
  const facts: RegistryFact[] = [];
  const problems: Problem[] = [];
  const lines = linesOf(text);
  const first = lines[0] ?? { start: 0, end: 0 };
  const isImported = headers.test(text.slice(first.start, first.end).trimEnd());
  if (!isImported)
    problems.push({
      severity: 'warning',
      at: { file, span: first },
      message: 'nothing of this file is imported: the first line is not the header of a .reg file',
      help: 'begin the file with "Windows Registry Editor Version 5.00" and an empty line',
    });
  else if (encoding === 'utf-8-bom')
    problems.push({
      severity: 'warning',
      at: { file, span: first },
      message: 'a UTF-8 byte order mark stands before the header, and regedit may not know the file by it',
      help: 'save the file as UTF-16LE, as regedit exports it, or without a byte order mark',
    });
  const unsure =
    encoding === 'utf-8-bom'
      ? {
          condition: 'a UTF-8 byte order mark may keep regedit from importing the file',
          help: 'save the file as UTF-16LE, as regedit exports it, or without the mark; then run the patch again',
        }
      : {};
  let key = '';
  const add = (value: RegistryFact['value'], effect: Effect, span: Span, written?: Written): void => {
    const place = written && value === 'ServerCacheTime' ? { written } : {};
    if (!isImported) {
      const why = 'the file has no header, so it is not imported';
      facts.push({ value, effect: { kind: 'ignored', why }, span });
    } else facts.push({ value, effect, span, ...place, ...unsure });
  };
  for (let i = isImported ? 1 : 0; i < lines.length; i++) {
    const line = trimmed(text, lines[i] ?? first);
    const start = text.charAt(line.start);
    if (start === '[') {
      const close = text.lastIndexOf(']', line.end - 1);
      const path = close > line.start ? text.slice(line.start + 1, close) : '';
      key = path.startsWith('-') ? '' : path;
      if (path.startsWith('-')) {
        const place = placeInRegistry(path.slice(1));
        if (place === 'key' || place === 'above') add('ServerCacheTime', { kind: 'deleteKey' }, line);
      } else if (/\\schannel\\(?:server|client)cachetime\\?$/i.test(path) && placeInRegistry(path) === 'below')
        add(
          'ServerCacheTime',
          { kind: 'ignored', why: 'this makes a key of that name; Schannel reads a value in SCHANNEL' },
          line,
        );
      continue;
    }
    if (start === ';') {
      const value = /^;+\s*"(\w+)"\s*=/.exec(text.slice(line.start, Math.min(line.end, line.start + 200)))?.[1] ?? '';
      if (valueNamed(value) === 'ServerCacheTime') add('ServerCacheTime', { kind: 'ignored', why: 'comment' }, line);
      continue;
    }
    if (start !== '"') continue;
    const assignment = /^"((?:[^"\\]|\\.)*)"[ \t]*=[ \t]*/.exec(text.slice(line.start, line.end));
    const value = assignment ? valueNamed(assignment[1] ?? '') : undefined;
    if (!assignment || value === undefined) continue;
    // A list of bytes goes on in the next line where a backslash ends this one.
    let end = line.end;
    const pieces = [text.slice(line.start + assignment[0].length, line.end)];
    const goesOn = /\\[ \t]*(?:;.*)?$/;
    while (/^hex/i.test(pieces[0] ?? '') && goesOn.test(pieces.at(-1) ?? '') && i + 1 < lines.length) {
      pieces.push((pieces.pop() ?? '').replace(goesOn, ''));
      const next = trimmed(text, lines[++i] ?? first);
      pieces.push(text.slice(next.start, next.end));
      end = next.end;
    }
    const data = pieces.join('');
    const span = { start: line.start, end };
    const place = placeInRegistry(key);
    const from = line.start + assignment[0].length;
    const written = { path: [key.toLowerCase(), value], statement: span, ...dataIn(text, { start: from, end }) };
    const misplaced = whyMisplaced(place, value);
    if (misplaced) add(value, misplaced, span, { ...written, rewrite: obstacle('it has no effect where it stands') });
    else if (place === 'key') add(value, effectOfRegData(data), span, written);
  }
  return { facts, problems };
}

/** What stands behind the equals sign, with what may follow it: blanks and a comment. */
function effectOfRegData(data: string): Effect {
  const [, dword] = /^dword:[ \t]*([^;\s]*)[ \t]*(?:;.*)?$/i.exec(data) ?? [];
  if (dword !== undefined) {
    const number = readHex(dword);
    if (number !== undefined) return { kind: 'set', number, hexDigits: dword };
    return { kind: 'ignored', why: `regedit does not import dword:${dword}: up to 8 hexadecimal digits, without 0x` };
  }
  if (/^-[ \t]*(?:;.*)?$/.test(data)) return { kind: 'deleteValue' };
  if (data.startsWith('"')) return { kind: 'wrongType', type: 'REG_SZ' };
  const [, type = '3', list = ''] = /^hex(?:\(([0-9a-f]{1,8})\))?:([^;]*)/i.exec(data) ?? [];
  if (!/^hex/i.test(data)) return { kind: 'ignored', why: 'regedit cannot read the data, so it is not imported' };
  const bytes = list
    .split(',')
    .map((byte) => byte.trim())
    .filter((byte) => byte !== '');
  const kind = registryTypes[Number.parseInt(type, 16)] ?? `type ${type}`;
  if (kind !== 'REG_DWORD') return { kind: 'wrongType', type: kind };
  if (bytes.length !== 4 || bytes.some((byte) => !/^[0-9a-f]{1,2}$/i.test(byte)))
    return { kind: 'wrongType', type: `REG_DWORD of ${bytes.length} bytes` };
  return { kind: 'set', number: bytes.reduceRight((sum, byte) => sum * 256 + Number.parseInt(byte, 16), 0) };
}

/** The data without what follows it, and how it becomes a REG_DWORD; comments stay. */
function dataIn(text: string, { start, end }: Span): { readonly data: Span; readonly rewrite: Rewrite } {
  const written = text.slice(start, end);
  const [digits] = /^dword:[ \t]*(?=[0-9a-f]{1,8}[ \t]*(?:;|$))/i.exec(written) ?? [];
  if (digits !== undefined) {
    const number = {
      start: start + digits.length,
      end: start + (/[ \t]*(?:;|$)/.exec(written)?.index ?? written.length),
    };
    return { data: { start, end: number.end }, rewrite: slotsFor({ span: number, number: 'hex8' }) };
  }
  const isDword = /^hex\(0*4\):/i.exec(written);
  const bytes = isDword ? bytesIn(text, { start: start + isDword[0].length, end }) : [];
  const [first, , , last] = bytes;
  if (first && last && bytes.length === 4) {
    const list = { start: first.start, end: last.end };
    const isOneLine = !/[\r\n]/.test(text.slice(list.start, list.end));
    const slots: Slot[] = isOneLine
      ? [{ span: list, number: 'bytes' }]
      : bytes.map((span, at) => ({ span, number: at as 0 | 1 | 2 | 3 }));
    return { data: { start, end: list.end }, rewrite: slotsFor(...slots) };
  }
  const length = lengthOfData(written);
  const data = { start, end: start + length };
  // A list over several lines may have comments in it.
  return {
    data,
    rewrite:
      /;/.test(written.slice(0, length)) && !written.startsWith('"')
        ? obstacle('there are comments between the bytes')
        : slotsFor({ span: data, before: 'dword:', number: 'hex8' }),
  };
}

/** Up to the comment, which a text in quotes may seem to hold; of a list, up to the last comment. */
function lengthOfData(written: string): number {
  if (written.startsWith('"')) {
    const [text = written] = /^"(?:[^"\\]|\\.)*"?/.exec(written) ?? [];
    // Nothing but a comment may follow; else the line is broken, and all of it is data.
    return /^[ \t]*(?:;|$)/.test(written.slice(text.length)) ? text.length : written.trimEnd().length;
  }
  const lastLine = Math.max(written.lastIndexOf('\n'), written.lastIndexOf('\r')) + 1;
  const comment = written.indexOf(';', lastLine);
  return (comment === -1 ? written : written.slice(0, comment)).trimEnd().length;
}

/** The first five bytes of a list, whatever lines and comments it goes over. */
function bytesIn(text: string, { start, end }: Span): Span[] {
  const bytes: Span[] = [];
  for (const { index, 0: piece } of text.slice(start, end).matchAll(/;[^\r\n]*|[0-9a-f]+/gi))
    if (!piece.startsWith(';')) {
      bytes.push({ start: start + index, end: start + index + piece.length });
      if (bytes.length === 5) break;
    }
  return bytes;
}

/** By number, from winnt.h. */
const registryTypes: readonly string[] = [
  'REG_NONE',
  'REG_SZ',
  'REG_EXPAND_SZ',
  'REG_BINARY',
  'REG_DWORD',
  'REG_DWORD_BIG_ENDIAN',
  'REG_LINK',
  'REG_MULTI_SZ',
  'REG_RESOURCE_LIST',
  'REG_FULL_RESOURCE_DESCRIPTOR',
  'REG_RESOURCE_REQUIREMENTS_LIST',
  'REG_QWORD',
];

/** Every line without its end. */
export function linesOf(text: string): Span[] {
  const lines: Span[] = [];
  const ends = /\r\n|\r|\n/g;
  let start = 0;
  for (let end = ends.exec(text); end; end = ends.exec(text)) {
    lines.push({ start, end: end.index });
    start = ends.lastIndex;
  }
  lines.push({ start, end: text.length });
  return lines;
}

function trimmed(text: string, { start, end }: Span): Span {
  const isBlank = (at: number): boolean => text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9;
  while (start < end && isBlank(start)) start++;
  while (end > start && isBlank(end - 1)) end--;
  return { start, end };
}
