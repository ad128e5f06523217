import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Adapter, type PresetName, presets, type ResolveOptions, type Seconds, suggestion } from '@shortfuse/core';
import { noOptions, type OpenOptions, type Root } from '@shortfuse/files';
import type { ReadingOptions } from '../args.js';
import { UsageError } from '../exit.js';
import { type RuleSetting, readConfig } from './config.js';
import { withoutSlash } from './paths.js';
import { readStdin } from './streams.js';

/** What a command reads, from its arguments and the configuration file together. */
export interface Inputs extends OpenOptions {
  /** The lifetime wanted during the rollout. */
  readonly targetSeconds: Seconds;
  /** The same where a person said it: some commands start from something else where nobody did. */
  readonly wantedTarget?: Seconds;
  /** See `preset` and `rules` of the configuration file. */
  readonly preset?: PresetName;
  readonly rules: ReadonlyMap<string, RuleSetting>;
  /** The addresses that listeners are reached by: see `hosts` of the configuration file. */
  readonly hosts: ReadonlyMap<string, readonly string[]>;
  /** The configuration file that was read, absolute; absent where there was none. */
  readonly configPath?: string;
  /** What `--define` said. */
  readonly defined: ReadonlyMap<string, string>;
}

/**
 * Settles what is read. An option beats the configuration file; of roots the more exact server path counts, wherever it is
 * from. Reads standard input where a path is `-`.
 * @throws UsageError
 */
export async function readInputs(
  paths: readonly string[],
  options: ReadingOptions,
  known: readonly Adapter[],
): Promise<Inputs> {
  const cwd = process.cwd();
  const adapters = chosenAdapters(options.server ?? [], known);
  const roots = (options.root ?? []).map((root) => checkedRoot(root, cwd));
  const fromStdin = paths.includes('-');
  if (options.stdinFilename !== undefined && !fromStdin)
    throw new UsageError('error: --stdin-filename names standard input, which is read only where a PATH is -');
  const config = await readConfig(cwd, options.config);
  const named = paths.filter((path) => path !== '-');
  const wantedTarget = options.target ?? config.targetSeconds;
  const defaults = config.include.length > 0 ? config.include : ['.'];
  return {
    cwd,
    paths: paths.length > 0 ? named : defaults,
    ...(fromStdin ? { stdin: { name: options.stdinFilename ?? '<stdin>', bytes: await readStdin() } } : {}),
    adapters,
    serverNamed: (options.server ?? []).length > 0,
    roots: [...roots, ...config.roots],
    options: new Map(adapters.map(({ id }) => [id, withDefines(config.servers.get(id), options.define)])),
    machines: config.machines,
    exclude: config.exclude,
    hosts: config.hosts,
    targetSeconds: wantedTarget ?? presets.rollout.targetSeconds,
    ...(wantedTarget === undefined ? {} : { wantedTarget }),
    ...(config.preset === undefined ? {} : { preset: config.preset }),
    rules: config.rules,
    ...(config.path === undefined ? {} : { configPath: config.path }),
    defined: options.define ?? new Map(),
  };
}

function chosenAdapters(names: readonly string[], known: readonly Adapter[]): readonly Adapter[] {
  if (names.length === 0) return known;
  const ids = known.map(({ id }) => id);
  for (const name of names)
    if (!ids.includes(name))
      throw new UsageError(
        `error: --server ${name}: no such server${suggestion(name, ids)}\n  help: known: ${ids.join(', ')}`,
      );
  return known.filter(({ id }) => names.includes(id));
}

function checkedRoot({ serverPath, folder }: Root, cwd: string): Root {
  const absolute = resolve(cwd, folder);
  if (!statSync(absolute, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`error: --root ${serverPath}=${folder}: ${folder} is no folder`);
  return { serverPath: withoutSlash(serverPath), folder: absolute };
}

function withDefines(base: ResolveOptions = noOptions, given: ReadonlyMap<string, string> = new Map()): ResolveOptions {
  return given.size === 0 ? base : { ...base, defines: new Map([...base.defines, ...given]) };
}
