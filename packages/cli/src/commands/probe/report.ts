import { resolve } from 'node:path';
import { pathProblemText, type Styler } from '@shortfuse/core';
import {
  type Finding,
  outlivesTarget,
  type ProbeResult,
  probeJson,
  probeReport,
  probeText,
  spellAddress,
} from '@shortfuse/probe';
import { type ExitStatus, exit } from '../../exit.js';
import { stylerFor } from '../../io/colour.js';
import { messageOf } from '../../io/config.js';
import { writeAtomically } from '../../io/output.js';
import { write } from '../../io/streams.js';
import type { ParsedOptions } from './options.js';
import type { Plan } from './plan.js';

/** Prints what was found, and on standard error who did not answer. Gives the exit status. */
export async function printFindings(
  plan: Plan,
  findings: readonly Finding[],
  options: ParsedOptions,
  style: Styler,
): Promise<ExitStatus> {
  const status = statusOf(plan, findings);
  // Whoever reads our output may leave early; the status is then the same.
  process.exitCode = status;
  for (const finding of onceEach(findings)) {
    const { result } = finding;
    if (result.kind !== 'unanswered' || !isFailure(finding)) continue;
    const { message, help } = result.failure;
    await write(process.stderr, pathProblemText({ path: spellAddress(result.endpoint), message, help }, style));
  }
  if (options.quiet !== true)
    for (const { address, name, why } of plan.skipped)
      await write(process.stderr, `not probed: ${[name, address ?? ''].filter(Boolean).join(' at ')}: ${why}\n`);
  const text = options.format === 'json' ? jsonOf(plan, findings, options) : textOf(findings, plan, options);
  const isWritten = await writeResult(text, options, style);
  return isWritten ? status : exit.failed;
}

function statusOf({ hasErrors }: Plan, findings: readonly Finding[]): ExitStatus {
  if (hasErrors || findings.some(isFailure)) return exit.failed;
  return findings.some(isFound) ? exit.found : exit.ok;
}

/** A mechanism outlives the target, an old session may, or the server is not as its files say. */
function isFound({ result, acceptances, targetSeconds, old, against }: Finding): boolean {
  if (result.kind === 'unanswered') return false;
  const isOldAlive =
    old?.sessions.some(({ outcome, announcedSeconds }) => {
      // Session IDs and tickets that announce nothing may live for any time.
      const seconds = announcedSeconds === 0 ? undefined : announcedSeconds;
      return outcome === 'accepted' && (seconds === undefined || seconds > targetSeconds);
    }) ?? false;
  return (
    outlivesTarget(result, acceptances, targetSeconds) ||
    isOldAlive ||
    (against !== undefined && against.comparison.differences.length > 0)
  );
}

function jsonOf({ targetSeconds, skipped, jobs }: Plan, findings: readonly Finding[], options: ParsedOptions): string {
  const reports = findings.map(probeReport);
  const [only] = reports;
  if (jobs.length === 1 && !options.against && only) return probeJson(only);
  return probeJson({ schemaVersion: 1, targetSeconds, probes: reports, skipped });
}

/** Listeners that are reached alike and compared alike, such as those of IPv4 and IPv6, are one for a person. */
function onceEach(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Map<ProbeResult, Set<string>>();
  return findings.filter(({ result, against }) => {
    const said = seen.get(result) ?? new Set();
    const what = JSON.stringify(against?.comparison ?? null);
    if (said.has(what)) return false;
    seen.set(result, said.add(what));
    return true;
  });
}

function textOf(all: readonly Finding[], { targetSeconds }: Plan, { output, color }: ParsedOptions): string {
  const findings = onceEach(all);
  const isTerminal = output === undefined && process.stdout.isTTY === true;
  const columns = isTerminal ? Math.min(100, process.stdout.columns || 100) : 100;
  const style = stylerFor({ option: color, env: process.env, isTerminal });
  const refusal = ({ result: { endpoint } }: Finding): string =>
    `${style('heading', spellAddress(endpoint))}  refuses every handshake, as its files say\n`;
  const texts = findings
    .filter((finding) => !isFailure(finding))
    .map((each) => (each.result.kind === 'unanswered' ? refusal(each) : probeText(each, { style, columns })));
  if (findings.length < 2) return texts.join('');
  const count = (is: (finding: Finding) => boolean): number => findings.filter(is).length;
  const above = count(
    ({ result, acceptances }) => result.kind === 'answered' && outlivesTarget(result, acceptances, targetSeconds),
  );
  const silent = count(isFailure);
  const different = count(({ against }) => (against?.comparison.differences.length ?? 0) > 0);
  const parts = [
    `${findings.length} servers`,
    `${above} above the target`,
    ...(findings.some(({ against }) => against) ? [`${different} not as in the files`] : []),
    ...(silent > 0 ? [`${silent} without an answer`] : []),
  ];
  return [...texts, `${parts.join(', ')}\n`].join('\n');
}

async function writeResult(text: string, { output }: ParsedOptions, style: Styler): Promise<boolean> {
  if (output === undefined) {
    await write(process.stdout, text);
    return true;
  }
  try {
    await writeAtomically(resolve(output), text);
    return true;
  } catch (error) {
    const help = 'name a file that can be written, in a folder that exists';
    await write(process.stderr, pathProblemText({ path: output, message: messageOf(error), help }, style));
    return false;
  }
}

/** No answer where one is wanted: a listener that is to refuse every handshake, such as a default server, may do so. */
function isFailure({ result, against }: Finding): boolean {
  return result.kind === 'unanswered' && !against;
}
