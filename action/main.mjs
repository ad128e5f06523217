// @ts-check
// What the action does once shortfuse is installed. Reads nothing but the environment that the runner gives.
import { readInputs } from './inputs.mjs';
import { lint } from './lint.mjs';
import { patch } from './patch.mjs';
import { revert } from './revert.mjs';
import { annotate, ExpectedError } from './runner.mjs';

const modes = { lint, patch, revert };

try {
  const inputs = readInputs(process.env);
  process.exitCode = await modes[inputs.mode](inputs);
} catch (error) {
  annotate(
    'error',
    error instanceof ExpectedError ? error.message : String(error instanceof Error ? error.stack : error),
  );
  process.exitCode = 2;
}
