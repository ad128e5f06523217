// @ts-check
// Installs and builds what is missing, then runs the command line: `npm start` on the example, `npm start -- ARGS` on yours.
import { bundle, commandFile } from './build.mjs';
import { install } from './install.mjs';
import { root, runLoudly } from './run.mjs';

install();
bundle();
const args = process.argv.slice(2);
process.exitCode =
  args.length === 0
    ? runLoudly(process.execPath, [commandFile, 'audit', 'examples/shop'])
    : // npm runs scripts in the checkout; paths are meant from where the person stands.
      runLoudly(process.execPath, [commandFile, ...args], { cwd: process.env['INIT_CWD'] ?? root });
