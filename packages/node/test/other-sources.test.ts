import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Configuration, decode, encode, positionOf, resolveAll } from '@shortfuse/core';
import { expect, test } from 'vitest';
import { node } from '../src/index.js';
import { isSourceName } from '../src/sources.js';
import { noOptions, summaryOf } from './in-memory.js';

/*
 * Reads sources of other people: the packages that this project is built with, or any folder, whose every listener is then
 * listed to be looked at: `SHORTFUSE_SOURCES=FOLDER npx vitest run packages/node/test/other-sources.test.ts`.
 */
const wished = process.env['SHORTFUSE_SOURCES'];
const folder = wished ?? fileURLToPath(new URL('../../../node_modules/.pnpm', import.meta.url));
/** In a usual run, larger files are left out, and of those that cannot have listeners only one in so many is parsed. */
const largestBytes = wished === undefined ? 2_500_000 : Number.POSITIVE_INFINITY;
const parsedShare = wished === undefined ? 10 : 1;

function sourcesIn(root: string): string[] {
  const found: string[] = [];
  const stack = [root];
  for (let at = stack.pop(); at !== undefined; at = stack.pop())
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) stack.push(path);
      else if (entry.isFile() && isSourceName(entry.name) && statSync(path).size <= largestBytes) found.push(path);
    }
  return found.sort();
}

/** The servers of the packages that this project uses, by package: vite can be started with HTTPS. */
const known = ['vite'];

test.skipIf(!existsSync(folder))(
  'sources of other people: nothing fails, and nothing is a listener that is none',
  () => {
    const before = process.cpuUsage();
    const paths = sourcesIn(folder);
    const trees = paths.map((path, i) => {
      const bytes = new Uint8Array(readFileSync(path));
      const file = decode(relative(folder, path).split(sep).join('/'), bytes);
      expect(Buffer.compare(encode(file), bytes)).toBe(0);
      const tree = node.parse(file);
      if (i % parsedShare === 0 && !tree.isTelling && wished === undefined) tree.root();
      return tree;
    });
    const byPath = new Map(trees.map((tree) => [tree.file.path, tree]));
    const configurations = resolveAll(node, trees, noOptions, ({ pattern }) => {
      const tree = byPath.get(pattern);
      return tree ? { kind: 'files', files: [tree] } : { kind: 'missing' };
    });
    const { user, system } = process.cpuUsage(before);
    const listed = configurations.flatMap(linesOf);
    const megabytes = Math.round(process.memoryUsage().rss / 1e6);
    process.stderr.write(
      `${paths.length} sources, ${trees.filter(({ isTelling }) => isTelling).length} looked into, ${Math.round((user + system) / 1000)} ms, ${megabytes} MB\n${listed.join('')}`,
    );
    expect(paths.length).toBeGreaterThan(1000);
    if (wished !== undefined) return;
    const packages = configurations
      .filter(({ listeners }) => listeners.length > 0)
      .map(({ label }) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(label)?.[1]);
    expect([...new Set(packages)]).toEqual(known);
    expect(configurations.flatMap(({ problems }) => problems.map(({ message }) => message))).toEqual([]);
  },
  600_000,
);

function linesOf({ listeners, problems }: Configuration): string[] {
  return [
    ...listeners.map((listener) => `  ${listener.name}: ${summaryOf(listener).lifetime}\n`),
    ...problems.map(({ at, message }) => `  ${at.file.path}:${positionOf(at.file, at.span.start).line}: ${message}\n`),
  ];
}
