import { countFailures, type FailureReport, failuresJson } from '@shortfuse/panos';
import { type ExitStatus, exit } from '../exit.js';
import { stylerFor } from '../io/colour.js';
import { deliver } from '../io/result.js';
import { write } from '../io/streams.js';
import type { DecryptErrorsOptions } from './decrypt-errors/options.js';
import { remarkText } from './decrypt-errors/remarks.js';
import { requestOf } from './decrypt-errors/request.js';
import { failuresText } from './decrypt-errors/text.js';

/** Without a terminal the report is so wide. */
const usualWidth = 100;

/** Counts decryption failures before and after a switch. See `--help` for the exit status. */
export async function decryptErrors(logs: readonly string[], options: DecryptErrorsOptions): Promise<ExitStatus> {
  const found = await countFailures(requestOf(logs, options));
  const status = statusOf(found);
  // Whoever reads our output may leave early; the status is then the same.
  process.exitCode = status;

  const errorStyle = stylerFor({ option: options.color, env: process.env, isTerminal: process.stderr.isTTY === true });
  const remarks = remarkText(found, { style: errorStyle, onlyErrors: options.quiet === true });
  if (remarks !== '') await write(process.stderr, remarks);

  const report = render(found, options);
  await deliver(report, options.output);
  return status;
}

/** 0 only where no destination leaves a doubt: too little data is no proof that nothing fails. */
function statusOf({ errors, destinations }: FailureReport): ExitStatus {
  if (errors.length > 0) return exit.failed;
  const isFine = destinations.every(({ verdict, recovered }) => verdict === 'none' || recovered === true);
  return isFine && destinations.length > 0 ? exit.ok : exit.found;
}

function render(found: FailureReport, { format, output, color }: DecryptErrorsOptions): string {
  if (format === 'json') return failuresJson(found);
  const isTerminal = output === undefined && process.stdout.isTTY === true;
  const columns = isTerminal ? process.stdout.columns || usualWidth : usualWidth;
  return failuresText(found, { columns, style: stylerFor({ option: color, env: process.env, isTerminal }) });
}
