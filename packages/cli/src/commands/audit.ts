import { resolve } from 'node:path';
import {
  type Adapter,
  type Audit,
  auditJson,
  auditText,
  countErrors,
  pathProblemText,
  problemsOf,
  problemText,
  type Styler,
} from '@shortfuse/core';
import { openProject, shownPath } from '@shortfuse/files';
import { adapters as allAdapters } from '../adapters.js';
import type { AuditOptions } from '../args.js';
import { type ExitStatus, exit } from '../exit.js';
import { stylerFor } from '../io/colour.js';
import { type Inputs, readInputs } from '../io/inputs.js';
import { deliver } from '../io/result.js';
import { write } from '../io/streams.js';

/** Problems beyond these are counted: whoever has more needs the first ones, or `--format json`. */
const mostErrors = 50;
const mostWarnings = 20;

/** The report of `audit` is at most this wide, on a narrower terminal as wide as that is. */
const widestReport = 100;

/** Prints every listener, its lifetime and where that comes from. See `--help` for the exit status. */
export async function audit(paths: readonly string[], options: AuditOptions): Promise<ExitStatus> {
  const inputs = await readInputs(paths, options, allAdapters);
  const { configurations, pathProblems } = openProject(inputs);
  const found: Audit = { targetSeconds: inputs.targetSeconds, configurations, pathProblems };
  const status = countErrors(found) > 0 ? exit.failed : exit.ok;
  // Whoever reads our output may leave early; the status is then the same.
  process.exitCode = status;

  const errorStyle = stylerFor({
    option: options.color,
    env: process.env,
    isTerminal: process.stderr.isTTY === true,
  });
  const remarks = problemRemarks(found, errorStyle, options.quiet === true);
  if (configurations.length === 0 && pathProblems.length === 0 && options.quiet !== true)
    remarks.push(nothingFound(inputs, 'audit'));
  if (remarks.length > 0) await write(process.stderr, remarks.join(''));

  const report = render(found, options);
  await deliver(report, options.output);
  return status;
}

function render(found: Audit, { format, output, color }: AuditOptions): string {
  if (format === 'json') return auditJson(found);
  // Nothing to say but what standard error says already.
  if (found.configurations.length === 0) return '';
  const isTerminal = output === undefined && process.stdout.isTTY === true;
  const columns = isTerminal ? Math.min(widestReport, process.stdout.columns || widestReport) : widestReport;
  return auditText(found, { columns, style: stylerFor({ option: color, env: process.env, isTerminal }) });
}

function problemRemarks(found: Audit, style: Styler, isQuiet: boolean): string[] {
  const remarks = found.pathProblems.map((problem) => pathProblemText(problem, style));
  const left = { error: 0, warning: 0 };
  const room = { error: mostErrors, warning: isQuiet ? 0 : mostWarnings };
  for (const problem of problemsOf(found)) {
    if (room[problem.severity] > 0) remarks.push(problemText(problem, style));
    else left[problem.severity]++;
    room[problem.severity]--;
  }
  if (left.error > 0) remarks.push(`… and ${left.error} more errors; --format json has them all\n`);
  if (left.warning > 0 && !isQuiet) remarks.push(`… and ${left.warning} more warnings; --format json has them all\n`);
  return remarks.length > 0 ? [...remarks, '\n'] : [];
}

/** What a person is told who found nothing to `verb`. */
export function nothingFound({ adapters, paths, cwd, stdin }: Inputs, verb: string): string {
  const places = paths.map((path) => shownPath(cwd, resolve(cwd, path)));
  if (stdin) places.push(stdin.name);
  return (
    `nothing to ${verb} in ${places.join(', ')}; looked for:\n` +
    adapters.map(({ title, looksFor }: Adapter) => `  ${title}: ${looksFor}\n`).join('')
  );
}
