import { setMaxListeners } from 'node:events';
import type { ExitStatus } from '../exit.js';
import { stylerFor } from '../io/colour.js';
import { askAll } from './probe/ask.js';
import type { ProbeOptions } from './probe/options.js';
import { parseOptions } from './probe/parse-options.js';
import { makePlan } from './probe/plan.js';
import { printFindings } from './probe/report.js';
import { keepSessions } from './probe/session-file.js';

/** Asks running servers which sessions they accept. See `--help` for the exit status. */
export async function probe(hosts: readonly string[], written: ProbeOptions): Promise<ExitStatus> {
  const options = parseOptions(written);
  const errorStyle = stylerFor({ option: options.color, env: process.env, isTerminal: process.stderr.isTTY === true });
  const plan = await makePlan(hosts, options, errorStyle);
  const interrupted = new AbortController();
  // Each server waits for it.
  setMaxListeners(0, interrupted.signal);
  const stopListening = onInterrupt(() => interrupted.abort());
  try {
    const findings = await askAll(plan, options, interrupted.signal);
    const status = await printFindings(plan, findings, options, errorStyle);
    if (!interrupted.signal.aborted) await keepSessions(findings, options);
    return status;
  } finally {
    stopListening();
    // Whoever called us sees that it was interrupted, as with any other program.
    if (interrupted.signal.aborted) process.kill(process.pid, 'SIGINT');
  }
}

function onInterrupt(handle: () => void): () => void {
  process.once('SIGINT', handle);
  return () => process.off('SIGINT', handle);
}
