import type { SourceFile, Span } from '@shortfuse/core';
import { decode } from 'ini';
import { linesOf } from './reg-file.js';
import { factsOfWrite, type RegistryFact } from './registry.js';
import { obstacle, type Rewrite, slotsFor } from './spelling.js';

/** Registry types by the number that stands before the comma. */
const types: Readonly<Record<string, string>> = {
  '1': 'REG_SZ',
  '2': 'REG_EXPAND_SZ',
  '3': 'REG_BINARY',
  '4': 'REG_DWORD',
  '7': 'REG_MULTI_SZ',
};

/**
 * A security template, GptTmpl.inf: `MACHINE\…\SCHANNEL\ServerCacheTime=4,60000` below [Registry Values], the type and then
 * the number in decimal. `ini` says what is in effect; it knows no places, so the line is looked up by its key.
 */
export function readSecurityTemplate(file: SourceFile): RegistryFact[] {
  const { text } = file;
  const facts: RegistryFact[] = [];
  for (const [path, written] of registryValues(text)) {
    const split = path.lastIndexOf('\\');
    const line = lastLineOf(text, path);
    if (split === -1 || !line) continue;
    const [type = '', ...rest] = written.split(',');
    const number = rest.join(',').trim();
    const at = text.lastIndexOf(number, line.end - 1);
    const data = number !== '' && at >= line.start ? { start: at, end: at + number.length } : line;
    facts.push(
      ...factsOfWrite({
        path: { text: path.slice(0, split), span: line, isOpen: false },
        name: { text: path.slice(split + 1), span: line, isOpen: false },
        action: 'set',
        data: { text: number, span: data, isOpen: false },
        type: types[type.trim()] ?? `type ${type.trim()}`,
        base: 'number',
        defaultType: 'REG_SZ',
        span: line,
        statement: line,
        rewrite: (from) => (from === 'set' ? slotsFor({ span: data, number: 'decimal' }) : rewriteOfLine(text, line)),
      }),
    );
  }
  return facts;
}

/** A line of another type: everything behind the equals sign is written anew. */
function rewriteOfLine(text: string, line: Span): Rewrite {
  const [whole, before = ''] = /^([^=]*=[ \t]*)[^\s;](?:[^;]*[^\s;])?/.exec(text.slice(line.start, line.end)) ?? [];
  if (whole === undefined) return obstacle('nothing stands behind the equals sign');
  const span = { start: line.start + before.length, end: line.start + whole.length };
  return slotsFor({ span, before: '4,', number: 'decimal' });
}

/** The settings of [Registry Values] whose value name matters here. */
function registryValues(text: string): [path: string, written: string][] {
  let content: Readonly<Record<string, unknown>>;
  try {
    content = decode(text);
  } catch {
    return [];
  }
  return Object.entries(content)
    .filter(
      ([section, values]) =>
        section.toLowerCase() === 'registry values' && typeof values === 'object' && values !== null,
    )
    .flatMap(([, values]) => Object.entries(values as Readonly<Record<string, unknown>>))
    .flatMap(([path, written]) =>
      typeof written === 'string' && /\\(?:servercachetime|clientcachetime|maximumcachesize)$/i.test(path)
        ? [[path, written]]
        : [],
    );
}

function lastLineOf(text: string, path: string): { start: number; end: number } | undefined {
  return linesOf(text).findLast(({ start, end }) => {
    const line = text.slice(start, end).trimStart();
    return line.startsWith(path) && /^\s*=/.test(line.slice(path.length));
  });
}
