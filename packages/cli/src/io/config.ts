import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { PresetName, ResolveOptions, Seconds, Severity } from '@shortfuse/core';
import { type Root, shownPath } from '@shortfuse/files';
import { UsageError } from '../exit.js';

export const configName = 'shortfuse.config.json';

/** What a configuration file says of one rule of `lint`. */
export interface RuleSetting {
  readonly severity: Severity | 'off';
  /** As its rule takes them; those that are not given are not there. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a configuration file says, with its relative paths made absolute: they start at the file's folder. */
export interface Config {
  /** The file itself, absolute; absent where there is none. */
  readonly path?: string;
  readonly targetSeconds?: Seconds;
  /** What is read where the command line names no PATH: absolute files, folders and globs. */
  readonly include: readonly string[];
  /** Absolute globs. */
  readonly exclude: readonly string[];
  /** What `lint` starts from. */
  readonly preset?: PresetName;
  /** By the id of the rule. */
  readonly rules: ReadonlyMap<string, RuleSetting>;
  readonly roots: readonly Root[];
  /** The addresses that listeners are reached by, by the listener's name or its address as `audit` shows it. */
  readonly hosts: ReadonlyMap<string, readonly string[]>;
  /** By adapter id. */
  readonly servers: ReadonlyMap<string, ResolveOptions>;
  /** By adapter id: the absolute files and folders of each machine, by its name. */
  readonly machines: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
}

const noConfig: Config = {
  include: [],
  exclude: [],
  rules: new Map(),
  roots: [],
  hosts: new Map(),
  servers: new Map(),
  machines: new Map(),
};

/**
 * Reads the file named by `--config`, else the nearest `shortfuse.config.json` from `cwd` upwards; where there is none, an
 * empty configuration.
 * @throws UsageError with one line for each mistake in the file, as `file:line:column: error: …`
 */
export async function readConfig(cwd: string, named: string | undefined): Promise<Config> {
  const path = named === undefined ? findUpwards(cwd) : resolve(cwd, named);
  if (path === undefined) return noConfig;
  const shown = shownPath(cwd, path);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${shown}: error: the configuration file cannot be read: ${messageOf(error)}`);
  }
  // Most runs have no such file and need no reader for it.
  const { parseConfig } = await import('./config-schema.js');
  return { ...parseConfig({ text, shown, folder: dirname(path) }), path };
}

function findUpwards(cwd: string): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const path = join(folder, configName);
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) return path;
    if (dirname(folder) === folder) return undefined;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
