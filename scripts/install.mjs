// @ts-check
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, runQuietly, say } from './run.mjs';
import { isDone, keyOfContent, setDone } from './stamp.mjs';

/** The one place that says which pnpm is used. */
const pnpm = 'pnpm@12.21.0';

/** The workspace's packages, as folders relative to the checkout. */
export const packageFolders = readdirSync(join(root, 'packages'))
  .map((name) => `packages/${name}`)
  .filter((folder) => existsSync(join(root, folder, 'package.json')));

/** Installs the npm packages that the lockfile names, where that was not done yet. */
export function install() {
  const manifests = ['package.json', ...packageFolders.map((folder) => `${folder}/package.json`)];
  const key = keyOfContent(['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests]);
  if (isDone('install', key)) return;
  say('installing npm packages …');
  // CI: ask nothing, there may be nobody to answer.
  if (!runQuietly('npx', ['--yes', pnpm, 'install', '--frozen-lockfile'], { env: { CI: 'true' } })) process.exit(1);
  setDone('install', key);
}
