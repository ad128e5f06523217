import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import {
  type Adapter,
  type Configuration,
  decode,
  encode,
  type IncludeAnswer,
  type IncludeRequest,
  type Lifetime,
  type Listener,
  type Location,
  mechanismNames,
  type ParsedFile,
  type ResolveOptions,
  resolveAll,
  type SourceFile,
} from '@shortfuse/core';
import { noOptions } from '@shortfuse/files';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

/** A file of the adapter's server, as bytes. */
export interface Sample {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The number of random inputs per property, from the environment; a full run is `SHORTFUSE_FUZZ=20000`. */
const fuzzCount = Math.max(1, Number.parseInt(process.env['SHORTFUSE_FUZZ'] ?? '', 10) || 300);
/** The same inputs in every run, so that a failure can be repeated. */
const seed = 20_240_613;
/** What one input may take on a slow machine before the run counts as hanging. */
const limitMs = 60_000 + fuzzCount * 50;

/** Every file below `folder`, in the order of their paths, except for what `isWanted` refuses. */
export function samplesIn(folder: string, isWanted: (path: string) => boolean = () => true): readonly Sample[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(folder, path).split(sep).join('/'), bytes: readFileSync(path) }))
    .filter(({ path }) => isWanted(path))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Registers what every adapter must pass, whatever its server: over `samples`, over changed samples and over random bytes. */
export function adapterContract(adapter: Adapter, samples: readonly Sample[]): void {
  const property = (
    name: string,
    arbitrary: fc.Arbitrary<readonly Sample[]>,
    check: (files: readonly Sample[]) => void,
  ) =>
    test(
      name,
      () => fc.assert(fc.property(arbitrary, check), { seed, numRuns: fuzzCount, endOnFailure: true }),
      limitMs,
    );

  describe(`${adapter.title}: adapter contract`, () => {
    test('there are samples', () => expect(samples.length).toBeGreaterThan(0));
    test('samples: bytes out are bytes in', () => samples.forEach(checkBytes));
    test(
      'samples: read, resolved twice alike, and every place is within its file',
      () => {
        for (const sample of samples) checkProject(adapter, [sample]);
        checkProject(adapter, samples);
      },
      limitMs,
    );
    property('random bytes: read, bytes preserved', fc.array(randomFile, { minLength: 1, maxLength: 1 }), (files) => {
      files.forEach(checkBytes);
      checkProject(adapter, files);
    });
    property(
      'changed samples: read, bytes preserved',
      fc.array(changed(samples), { minLength: 1, maxLength: 1 }),
      (files) => {
        files.forEach(checkBytes);
        for (const { path, bytes } of files) checkParse(adapter, decode(path, bytes));
      },
    );
    property(
      'changed samples that include each other: resolved',
      fc.uniqueArray(changed(samples), { minLength: 1, maxLength: 4, selector: ({ path }) => path }),
      (files) => checkProject(adapter, files),
    );
  });
}

const randomFile: fc.Arbitrary<Sample> = fc.record({
  path: fc.constantFrom('random', 'random.conf', 'conf.d/random.conf'),
  bytes: fc.uint8Array({ maxLength: 400 }),
});

/** A change at a place that is given as a share of the file's length, so that one change fits every sample. */
interface Change {
  readonly kind: 'cut' | 'copy' | 'insert' | 'flip' | 'end';
  readonly at: number;
  readonly length: number;
  readonly bytes: Uint8Array;
}

function changed(samples: readonly Sample[]): fc.Arbitrary<Sample> {
  // What the samples are made of gets further into an adapter than random bytes do.
  const words = [
    ...new Set(samples.flatMap(({ bytes }) => decode('', bytes).text.match(/[\w.:/-]+|[^\w\s]|\s+/g) ?? [])),
  ];
  const piece = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...words.sort()).map((word) => new TextEncoder().encode(word)) },
    { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 6 }) },
  );
  const change: fc.Arbitrary<Change> = fc.record({
    kind: fc.constantFrom('cut', 'copy', 'insert', 'flip', 'end'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat({ max: 80 }),
    bytes: piece,
  });
  return fc
    .tuple(fc.constantFrom(...samples), fc.array(change, { minLength: 1, maxLength: 6 }))
    .map(([{ path, bytes }, changes]) => ({ path, bytes: changes.reduce(applyChange, bytes) }));
}

function applyChange(bytes: Uint8Array, { kind, at, length, bytes: piece }: Change): Uint8Array {
  const start = Math.floor(at * bytes.length);
  const before = bytes.subarray(0, start);
  const range = bytes.subarray(start, start + length);
  const after = bytes.subarray(start);
  switch (kind) {
    case 'cut':
      return Buffer.concat([before, bytes.subarray(start + length)]);
    case 'copy':
      return Buffer.concat([before, range, after]);
    case 'insert':
      return Buffer.concat([before, piece, after]);
    case 'flip':
      return Uint8Array.from(bytes, (byte, i) => (i === start ? byte ^ (1 << (length % 8)) : byte));
    case 'end':
      return before;
  }
}

function checkBytes({ path, bytes }: Sample): void {
  const back = encode(decode(path, bytes));
  if (!Buffer.from(back).equals(bytes)) throw new Error(`${path}: encode(decode(bytes)) gave other bytes`);
}

function checkParse(adapter: Adapter, file: SourceFile): ParsedFile {
  for (const named of [true, false]) expect(typeof adapter.claims(file, named)).toBe('boolean');
  const tree = adapter.parse(file);
  expect(tree.file).toBe(file);
  for (const { at } of tree.problems) checkLocation(at, new Set([file]), 'a problem of parse');
  return tree;
}

/**
 * Parses and resolves the samples as one project, twice, with includes answered from among them.
 * @throws Error where the adapter breaks its promise
 */
export function checkProject(adapter: Adapter, samples: readonly Sample[]): void {
  const [first, second] = [resolveOnce(adapter, samples), resolveOnce(adapter, samples)];
  if (first !== second) expect(second).toBe(first);
}

function resolveOnce(adapter: Adapter, samples: readonly Sample[]): string {
  const loose: ParsedFile[] = [];
  const worlds: ParsedFile[][] = [loose];
  for (const { path, bytes } of samples) {
    const tree = checkParse(adapter, decode(path, bytes));
    const content = adapter.unpack?.(tree.file);
    if (content) worlds.push(content.map((file) => checkParse(adapter, file)));
    else loose.push(tree);
  }
  const results = worlds.flatMap((trees) => {
    const configurations = resolveAll(adapter, trees, noOptions satisfies ResolveOptions, (request) =>
      answer(request, trees),
    );
    const files = new Set(trees.map(({ file }) => file));
    for (const configuration of configurations) checkConfiguration(configuration, files);
    return configurations;
  });
  return JSON.stringify(results, (_, value: unknown) => (isSourceFile(value) ? value.path : value));
}

function isSourceFile(value: unknown): value is SourceFile {
  return typeof value === 'object' && value !== null && 'encoding' in value && 'text' in value;
}

/**
 * Answers as a disk might, and the same for the same wish. A file that is really named is found; everything else is one of the
 * four answers by chance. At most two files an include: more only take longer.
 */
function answer(request: IncludeRequest, trees: readonly ParsedFile[]): IncludeAnswer<ParsedFile> {
  const { pattern } = request;
  const named = trees.filter(({ file }) => file.path === pattern);
  if (named.length > 0) return { kind: 'files', files: named };
  const chance = [...pattern].reduce((sum, char) => (sum * 31 + (char.codePointAt(0) ?? 0)) % 65_521, 7);
  switch (chance % 6) {
    case 0:
      return request.wildcards ? { kind: 'files', files: [] } : { kind: 'missing' };
    case 1:
      return { kind: 'outside' };
    case 2:
      return { kind: 'unreadable', path: pattern, errno: 21, why: 'Is a directory' };
    default: {
      const start = trees.length === 0 ? 0 : chance % trees.length;
      return { kind: 'files', files: trees.slice(start, start + (request.wildcards ? 2 : 1)) };
    }
  }
}

function checkConfiguration(configuration: Configuration, known: ReadonlySet<SourceFile>): void {
  const { files, listeners, problems, unattached } = configuration;
  for (const file of files) if (!known.has(file)) throw new Error(`files holds ${file.path}, which nobody gave`);
  for (const listener of listeners) for (const [what, at] of locationsOf(listener)) checkLocation(at, known, what);
  for (const { at } of problems) checkLocation(at, known, 'a problem');
  for (const { at } of unattached) checkLocation(at, known, 'an unattached setting');
}

function locationsOf(listener: Listener): (readonly [what: string, at: Location])[] {
  const lifetimes: readonly Lifetime[] = [
    listener.governing,
    ...mechanismNames.flatMap((name) => listener.mechanisms[name].lifetimes),
  ];
  return [
    ['definedAt', listener.definedAt],
    ...lifetimes.flatMap(({ origin }) => ('at' in origin && origin.at ? [['an origin', origin.at] as const] : [])),
    ...listener.ignored.map(({ at }) => ['an ignored setting', at] as const),
  ];
}

function checkLocation({ file, span }: Location, known: ReadonlySet<SourceFile>, what: string): void {
  const { start, end } = span;
  if (!known.has(file)) throw new Error(`${what} lies in ${file.path}, which nobody gave`);
  if (!(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= file.text.length))
    throw new Error(`${what} lies at ${start} to ${end} of ${file.path}, which has ${file.text.length} units`);
}
