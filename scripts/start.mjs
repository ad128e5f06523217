// @ts-check
// Installs and builds what is missing, then runs the command line: `npm start` on the example, `npm start -- ARGS` on yours.
import { join } from 'node:path';
import { bundle, commandFile } from './build.mjs';
import { install } from './install.mjs';
import { root, runLoudly, say } from './run.mjs';

install();
bundle();
const args = process.argv.slice(2);
if (args.length === 0) {
  say("examples/shop, a copy of a shop's /etc/nginx:");
  process.exitCode = runLoudly(process.execPath, [commandFile, 'audit'], { cwd: join(root, 'examples/shop') });
} else {
  // npm runs scripts in the checkout; paths are meant from where the person stands.
  process.exitCode = runLoudly(process.execPath, [commandFile, ...args], { cwd: process.env['INIT_CWD'] ?? root });
}
