// @ts-check
// Runs everything that `npm test` runs, once with each version of Node that is supported, and ends with a line for each.
// The binaries are the `node` packages of the npm registry; nothing is installed beside this checkout.
import { spawnSync } from 'node:child_process';
import { root, say } from './run.mjs';

const versions = process.argv.slice(2).length > 0 ? process.argv.slice(2) : ['20', '22', '24'];
const results = versions.map((version) => {
  say(`Node ${version} …`);
  // The binary itself: below npx, npx would look for pnpm in the package of Node.
  const binary = spawnSync('npx', ['--yes', `--package=node@${version}`, '--', 'node', '-p', 'process.execPath'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).stdout.trim();
  const { status, stdout } = spawnSync(binary, ['scripts/test.mjs'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.stdout.write(stdout);
  return { version, status, counts: stdout.trim().split('\n').at(-1) ?? '' };
});
for (const { version, status, counts } of results) console.log(`Node ${version}: ${counts} (exit ${status})`);
process.exitCode = results.every(({ status }) => status === 0) ? 0 : 1;
