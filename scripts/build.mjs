// @ts-check
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install, packageFolders } from './install.mjs';
import { root, runQuietly, say, tool } from './run.mjs';
import { isDone, keyOfState, setDone } from './stamp.mjs';

/** The command line as one file, as `bundle` writes it. */
export const commandFile = join(root, 'packages/cli/dist/shortfuse.js');

/** Bundles the command line, where its sources changed. */
export function bundle() {
  const sources = packageFolders.flatMap((folder) => [`${folder}/src`, `${folder}/package.json`]);
  const key = keyOfState([...sources, 'packages/cli/build.mjs', 'pnpm-lock.yaml']);
  if (isDone('bundle', key) && existsSync(commandFile)) return;
  say('building shortfuse …');
  if (!runQuietly(process.execPath, ['packages/cli/build.mjs'])) process.exit(1);
  setDone('bundle', key);
}

/** Compiles the packages as they are published. Quick where nothing changed. */
export function compile() {
  return runQuietly(process.execPath, [tool('typescript/bin/tsc'), '-b']);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  install();
  if (!compile()) process.exit(1);
  bundle();
}
