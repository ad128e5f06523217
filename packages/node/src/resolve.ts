import type { Configuration, IncludeAnswer, IncludeRequest, Problem, ResolveOptions, Resolving } from '@shortfuse/core';
import { namesModule } from './detect.js';
import { listenerOf, locationOf } from './listeners.js';
import { isPulumi, pulumiConfigurations } from './pulumi.js';
import { type Reader, readerOf } from './reader.js';
import { remediesIn } from './remedies.js';
import { serverMadeBy } from './server.js';
import type { SourceTree } from './tree.js';
import { type Wanted, type World, worldOf } from './world.js';

/** Imports that lead to imports are asked for in rounds; nobody passes a number on through more files than this. */
const mostRounds = 40;

/**
 * Each source that makes TLS servers is a configuration of its own, together with the files that its numbers come from. Asks
 * for imported files that are not at hand, but only for those that something is looked up in.
 */
export function* resolve(files: readonly SourceTree[], options: ResolveOptions): Resolving<SourceTree> {
  const telling = tellingIn(files, options);
  if (telling.length === 0) return [];
  const found = new Map<string, SourceTree | undefined>();
  for (let round = 0; ; round++) {
    const world = worldOf(files, found);
    const configurations = configurationsIn(world, telling);
    if (world.wanted.length === 0 || round === mostRounds) return configurations;
    for (const wanted of world.wanted) yield* fetch(wanted, found);
  }
}

/** In the order of their names: a folder is walked with its files before those of its folders. */
function tellingIn(files: readonly SourceTree[], { entries }: ResolveOptions): readonly SourceTree[] {
  return files
    .filter(({ file, isTelling }) => isTelling || entries.includes(file.path))
    .sort((a, b) => (a.file.path < b.file.path ? -1 : 1));
}

function* fetch(
  { from, candidates }: Wanted,
  found: Map<string, SourceTree | undefined>,
): Generator<IncludeRequest, void, IncludeAnswer<SourceTree>> {
  for (const path of candidates) {
    if (found.has(path)) {
      if (found.get(path)) return;
      continue;
    }
    const answer = yield {
      pattern: path,
      absolute: false,
      wildcards: false,
      folders: 'refuse',
      entry: from.file,
      from: from.file,
    };
    const tree = answer.kind === 'files' ? answer.files[0] : undefined;
    found.set(path, tree);
    if (tree) return;
  }
}

function configurationsIn(world: World, telling: readonly SourceTree[]): readonly Configuration[] {
  const remedies = remediesIn(world);
  const devices = pulumiConfigurations(world, telling.filter(isPulumi), remedies);
  const inDevices = new Set(devices.flatMap(({ files }) => files));
  const servers = telling.map((tree) => configurationOf(world, tree, readerOf(world), remedies));
  // Without a server, a program for BIG-IP has been told of already, and where only a name hinted at one there is nothing to tell.
  const own = servers.filter(
    ({ files: [file], listeners, problems }) =>
      listeners.length > 0 || problems.length > 0 || (file && !inDevices.has(file) && namesModule(file.text)),
  );
  return [...own, ...devices];
}

function configurationOf(
  world: World,
  tree: SourceTree,
  reader: Reader,
  remedies: ReturnType<typeof remediesIn>,
): Configuration {
  const problems: Problem[] = [...tree.problems];
  const made = (world.bindings(tree)?.calls ?? []).flatMap((call) => serverMadeBy(reader, call) ?? []);
  const listeners = made.flatMap((one) => {
    if (one.kind === 'server') return [listenerOf(reader, one.server, remedies.of(reader))];
    problems.push({
      severity: 'error',
      at: locationOf(reader, one.at),
      message: `Node.js does not start this server: ${one.why}`,
      help: 'write a whole number of seconds from 1 to 2147483647',
    });
    return [];
  });
  remedies.settle(reader, tree, made);
  for (const other of reader.consulted) problems.push(...other.syntax().problems);
  return {
    server: 'node',
    label: tree.file.path,
    extent: 'complete',
    assumptions: [],
    files: [tree.file, ...[...reader.consulted].map(({ file }) => file)].filter(
      (file, i, all) => all.indexOf(file) === i,
    ),
    listeners,
    problems,
    unattached: [],
  };
}
