import type { Problem, SourceFile, Span } from '@shortfuse/core';
import { type Effect, placeInRegistry, type RegistryFact, readHex, valueNamed, whyMisplaced } from './registry.js';

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
    encoding === 'utf-8-bom' ? 'a UTF-8 byte order mark may keep regedit from importing the file' : undefined;
  let key = '';
  const add = (value: RegistryFact['value'], effect: Effect, span: Span): void => {
    if (!isImported)
      facts.push({ value, effect: { kind: 'ignored', why: 'the file has no header, so it is not imported' }, span });
    else facts.push({ value, effect, span, ...(unsure === undefined ? {} : { condition: unsure }) });
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
    const misplaced = whyMisplaced(place, value);
    if (misplaced) add(value, misplaced, span);
    else if (place === 'key') add(value, effectOfRegData(data), span);
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
