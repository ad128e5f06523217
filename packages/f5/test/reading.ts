import {
  type Configuration,
  decode,
  effectiveLifetime,
  positionOf,
  type ResolveOptions,
  resolveAll,
} from '@shortfuse/core';
import { expect } from 'vitest';
import { f5, parseTmsh, type TmshFile } from '../src/index.js';
import { type Property, propertiesOf } from '../src/properties.js';
import { wordsOf } from '../src/tree.js';

/** Reads text given as such, or bytes, under the name of a saved configuration. */
export function read(content: string | Uint8Array): TmshFile {
  return parseTmsh(decode('bigip.conf', typeof content === 'string' ? new TextEncoder().encode(content) : content));
}

/** Tokens come in order, do not overlap, and leave only blank space between them. */
export function expectTiled({ file: { text }, tokens, statements }: TmshFile): void {
  let end = 0;
  for (let i = 0; i < tokens.count; i++) {
    const start = tokens.starts[i] ?? -1;
    if (start < end || (tokens.ends[i] ?? -1) <= start || text.slice(end, start).trim() !== '')
      throw new Error(`token ${i} at ${start} does not follow ${end}`);
    end = tokens.ends[i] ?? 0;
  }
  expect(text.slice(end).trim()).toBe('');
  for (let i = 0; i < statements.count; i++) {
    const next = statements.next[i] ?? -1;
    const parent = statements.parent[i] ?? -2;
    if (next <= i || next > statements.count || parent >= i || parent < -1)
      throw new Error(`statement ${i} has parent ${parent} and ends at ${next}`);
    if (parent >= 0 && next > (statements.next[parent] ?? 0))
      throw new Error(`statement ${i} reaches out of ${parent}`);
  }
}

/** All properties of a file, with the object at the top that each belongs to. */
export function settingsIn(tree: TmshFile): { readonly top: number; readonly property: Property }[] {
  const { statements } = tree;
  const found: { top: number; property: Property }[] = [];
  let top = 0;
  for (let i = 0; i < statements.count; i++) {
    if (statements.parent[i] === -1) top = i;
    if (statements.open[i] !== -1) found.push(...propertiesOf(tree, i).map((property) => ({ top, property })));
  }
  return found;
}

/** The headers of the objects at the top. */
export function objectsIn(tree: TmshFile): string[] {
  const { statements } = tree;
  const found: string[] = [];
  for (let i = 0; i < statements.count; i = statements.next[i] ?? statements.count)
    found.push(wordsOf(tree, i).join(' '));
  return found;
}

/** The problems as `line: message`. */
export function complaints({ file, problems }: TmshFile): string[] {
  return problems.map(({ message, at }) => `${positionOf(file, at.span.start).line}: ${message}`);
}

export const noOptions: ResolveOptions = { entries: [], defines: new Map() };

/** Resolves files given by path and text. */
export function configurations(files: Readonly<Record<string, string>>, version?: string): readonly Configuration[] {
  const trees = Object.entries(files).map(([path, text]) => f5.parse(decode(path, new TextEncoder().encode(text))));
  const options = version === undefined ? noOptions : { ...noOptions, version };
  return resolveAll(f5, trees, options, () => ({ kind: 'outside' }));
}

/** Each listener as `ADDRESS NAME PROFILE: SECONDS SOURCE FILE:LINE`. */
export function listeners(files: Readonly<Record<string, string>>, version?: string): string[] {
  return configurations(files, version)
    .flatMap((configuration) => configuration.listeners)
    .map((listener) => {
      const { seconds, decidedBy } = effectiveLifetime(listener);
      const { origin } = decidedBy;
      const at = origin.at ? ` ${origin.at.file.path}:${positionOf(origin.at.file, origin.at.span.start).line}` : '';
      return `${listener.address} ${listener.name} ${listener.profile}: ${seconds} ${origin.kind}${at}`;
    });
}

/** All problems as `FILE:LINE SEVERITY: MESSAGE`. */
export function allProblems(files: Readonly<Record<string, string>>): string[] {
  return configurations(files)
    .flatMap(({ problems }) => problems)
    .map(
      ({ severity, at: { file, span }, message }) =>
        `${file.path}:${positionOf(file, span.start).line} ${severity}: ${message}`,
    );
}
