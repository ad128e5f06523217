import { setMaxListeners } from 'node:events';
import { existsSync } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Audit, countErrors, mechanismNames, pathProblemText, type Seconds, type Styler } from '@shortfuse/core';
import { openProject } from '@shortfuse/files';
import {
  agesFor,
  type ClientCertificate,
  compare,
  type Finding,
  measurable,
  measureAcceptance,
  offerStock,
  oldSessionsAre,
  outlivesTarget,
  type ProbeResult,
  probeJson,
  probeReport,
  probe as probeServer,
  probeText,
  readPlace,
  type Stock,
  spellAddress,
  takeStock,
} from '@shortfuse/probe';
import { adapters } from '../adapters.js';
import { type ExitStatus, exit, UsageError } from '../exit.js';
import { stylerFor } from '../io/colour.js';
import { messageOf } from '../io/config.js';
import { readInputs } from '../io/inputs.js';
import { writeAtomically } from '../io/output.js';
import { write } from '../io/streams.js';
import { type Common, type Job, jobsForHosts, jobsForListeners, type Skipped } from './probe/jobs.js';
import type { ProbeOptions } from './probe/options.js';
import { showWaiting } from './probe/progress.js';
import { readSessionFile, removeSessionFile, writeSessionFile } from './probe/session-file.js';

/** Servers that are asked, and servers that are waited for, at the same time. */
const mostAsked = 4;
const mostWaitedFor = 16;

/** What is to be done, settled before the first connection. */
interface Plan {
  readonly jobs: readonly Job[];
  readonly targetSeconds: Seconds;
  readonly skipped: readonly Skipped[];
  /** The files of `--against` have errors. */
  readonly hasErrors: boolean;
  /** Of `--after`, in the order of the jobs. */
  readonly stocks: readonly Stock[] | undefined;
}

/** Asks running servers which sessions they accept. See `--help` for the exit status. */
export async function probe(hosts: readonly string[], options: ProbeOptions): Promise<ExitStatus> {
  checkUsage(hosts, options);
  const errorStyle = stylerFor({ option: options.color, env: process.env, isTerminal: process.stderr.isTTY === true });
  const plan = await makePlan(hosts, options, errorStyle);
  const interrupted = new AbortController();
  // Each server waits for it.
  setMaxListeners(0, interrupted.signal);
  const stopListening = onInterrupt(() => interrupted.abort());
  try {
    const findings = await findAll(plan, options, interrupted.signal);
    return await report(plan, findings, options, errorStyle, interrupted.signal.aborted);
  } finally {
    stopListening();
    // Whoever called us sees that it was interrupted, as with any other program.
    if (interrupted.signal.aborted) process.kill(process.pid, 'SIGINT');
  }
}

function checkUsage(hosts: readonly string[], options: ProbeOptions): void {
  const { before, after, against, wait, ages, cert, key } = options;
  const both = (a: string, b: string): UsageError => new UsageError(`error: ${a} and ${b} cannot be used together`);
  if (before !== undefined && after !== undefined) throw both('--before', '--after');
  if (before !== undefined && (wait || ages)) throw both('--before', '--wait');
  if (after !== undefined && against) throw both('--after', '--against');
  if (after !== undefined && hosts.length > 0)
    throw new UsageError('error: --after takes its hosts from the file; leave HOST out');
  if (after === undefined && !against && hosts.length === 0)
    throw new UsageError('error: name a HOST to probe, such as shop.example or 10.0.0.1:8443');
  if ((cert === undefined) !== (key === undefined))
    throw new UsageError('error: a client certificate needs both --cert FILE and --key FILE');
}

async function makePlan(hosts: readonly string[], options: ProbeOptions, style: Styler): Promise<Plan> {
  const common: Common = { options, clientCertificate: await readClientCertificate(options) };
  if (options.before !== undefined) await refuseExisting(options.before);
  if (options.against) return planAgainst(options.against, hosts, common, style);
  const { targetSeconds } = await readInputs([], options, adapters);
  const none = { targetSeconds, skipped: [], hasErrors: false };
  if (options.after === undefined) return { ...none, jobs: jobsForHosts(hosts, common), stocks: undefined };
  const stocks = await readSessionFile(options.after);
  const { clientCertificate } = common;
  const limitMs = options.timeout === undefined ? {} : { limitMs: options.timeout * 1000 };
  const jobs = stocks.map(({ endpoint }) => ({ endpoint: { ...endpoint, ...limitMs, clientCertificate } }));
  return { ...none, jobs, stocks };
}

/** Before a server is asked for what could not be kept. */
async function refuseExisting(path: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw new UsageError(`error: ${path}: the file is there already\n  help: name a new file`);
}

async function readClientCertificate({ cert, key }: ProbeOptions): Promise<ClientCertificate | undefined> {
  if (cert === undefined || key === undefined) return undefined;
  const read = (path: string): Promise<string> =>
    readFile(path, 'utf8').catch((error) => {
      throw new UsageError(`error: ${path}: ${messageOf(error)}`);
    });
  return { cert: await read(cert), key: await read(key) };
}

async function planAgainst(
  paths: readonly string[],
  hosts: readonly string[],
  common: Common,
  style: Styler,
): Promise<Plan> {
  const inputs = await readInputs(paths, common.options, adapters);
  const { configurations, pathProblems } = openProject(inputs);
  const audit: Audit = { targetSeconds: inputs.targetSeconds, configurations, pathProblems };
  const errors = countErrors(audit);
  for (const problem of pathProblems) {
    const isHost = readPlace(problem.path) !== undefined && !existsSync(problem.path);
    const help = isHost ? 'name a file or folder that exists; a HOST stands before --against' : problem.help;
    await write(process.stderr, pathProblemText({ ...problem, help }, style));
  }
  if (errors > pathProblems.length)
    await write(process.stderr, `${errors - pathProblems.length} errors in the files: shortfuse audit shows them\n`);
  if (pathProblems.length > 0)
    return { jobs: [], skipped: [], targetSeconds: inputs.targetSeconds, hasErrors: true, stocks: undefined };
  const listeners = configurations.flatMap((configuration) => configuration.listeners);
  const { jobs, skipped } = jobsForListeners(hosts, listeners, common);
  if (jobs.length === 0 && errors === 0)
    throw new UsageError(
      `error: no listener to probe in ${paths.join(', ')}\n  help: shortfuse audit shows what is there`,
    );
  return { jobs, skipped, targetSeconds: inputs.targetSeconds, hasErrors: errors > 0, stocks: undefined };
}

/** The findings in the order of the jobs; after Ctrl-C only those that there are. */
async function findAll(plan: Plan, options: ProbeOptions, signal: AbortSignal): Promise<readonly Finding[]> {
  const { jobs, stocks, targetSeconds } = plan;
  const verify = options.verify === true;
  // Two listeners that are reached in the same way are asked once.
  const asked = new Map<string, Promise<ProbeResult>>();
  const probeOnce = (job: Job): Promise<ProbeResult> => {
    const key = JSON.stringify(job.endpoint);
    const running = asked.get(key) ?? probeServer(job.endpoint, { verify });
    asked.set(key, running);
    return running;
  };
  const found = new Array<Finding | undefined>(jobs.length).fill(undefined);
  await inTurns(jobs, mostAsked, signal, async (job, i) => {
    const stock = stocks?.[i];
    // Old sessions first: each moment makes them older.
    const sessions = stock && (await offerStock(stock, job.endpoint));
    const result = await probeOnce(job);
    found[i] = { targetSeconds, result, acceptances: [], old: stock && sessions && { stock, sessions } };
  });
  if (options.wait || options.ages) await waitForAll(found, plan, options, signal);
  return found.flatMap((finding, i) => (finding ? withComparison(finding, jobs[i]) : []));
}

async function waitForAll(
  found: (Finding | undefined)[],
  { targetSeconds }: Plan,
  { ages, rate, quiet }: ProbeOptions,
  signal: AbortSignal,
): Promise<void> {
  const line = showWaiting(process.stderr, quiet === true);
  const measured = new Map<ProbeResult, ReturnType<typeof measureAcceptance>>();
  await inTurns(found, mostWaitedFor, signal, async (finding, i) => {
    if (finding?.result.kind !== 'answered') return;
    const { result } = finding;
    const running =
      measured.get(result) ??
      measureAcceptance(result.endpoint, measurable(result), {
        ages: ages?.seconds ?? agesFor(targetSeconds),
        stopAtRefusal: ages?.isLadder === true,
        ...(rate === undefined ? {} : { perSecond: rate }),
        onProgress: (progress) => line.update(i, progress),
        signal,
      });
    measured.set(result, running);
    found[i] = { ...finding, acceptances: await running, isInterrupted: signal.aborted };
  });
  line.end();
}

function withComparison(finding: Finding, job: Job | undefined): Finding {
  const { result, acceptances } = finding;
  if (!job?.listener) return finding;
  const { listener } = job;
  if (result.kind === 'unanswered') {
    const isMeant =
      result.failure.kind === 'name' && mechanismNames.every((name) => listener.mechanisms[name].enabled === false);
    const comparison = { differences: [], compared: mechanismNames, lifetimesCompared: [] };
    return isMeant ? { ...finding, against: { listener, comparison } } : finding;
  }
  return { ...finding, against: { listener, comparison: compare(listener, result, acceptances) } };
}

/** No answer where one is wanted: a listener that is to refuse every handshake, such as a default server, may do so. */
function isFailure({ result, against }: Finding): boolean {
  return result.kind === 'unanswered' && !against;
}

/** Works on at most `most` items at a time. An interruption ends it after what can still be said quickly. */
async function inTurns<Item>(
  items: readonly Item[],
  most: number,
  signal: AbortSignal,
  work: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  const queue = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let entry = queue.shift(); entry && !signal.aborted; entry = queue.shift()) await work(entry[1], entry[0]);
  };
  const all = Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  // Enough for a measurement to come to its end; a server that does not answer is not waited for.
  const graceMs = 100;
  const end = new Promise<void>((done) => {
    signal.addEventListener('abort', () => setTimeout(done, graceMs), { once: true });
  });
  await Promise.race([all, end]);
}

async function report(
  plan: Plan,
  findings: readonly Finding[],
  options: ProbeOptions,
  style: Styler,
  isInterrupted: boolean,
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
  if (isInterrupted) return status;
  await keepSessions(findings, options);
  return isWritten ? status : exit.failed;
}

function statusOf({ hasErrors }: Plan, findings: readonly Finding[]): ExitStatus {
  if (hasErrors || findings.some(isFailure)) return exit.failed;
  return findings.some(isFound) ? exit.found : exit.ok;
}

/** A mechanism outlives the target, an old session may, or the server is not as its files say. */
function isFound({ result, acceptances, targetSeconds, old, against }: Finding): boolean {
  if (result.kind === 'unanswered') return false;
  const isOldAccepted =
    old !== undefined &&
    oldSessionsAre(old.sessions) === 'accepted' &&
    old.sessions.some(
      ({ outcome, announcedSeconds }) =>
        outcome === 'accepted' && (announcedSeconds || targetSeconds + 1) > targetSeconds,
    );
  return (
    outlivesTarget(result, acceptances, targetSeconds) ||
    isOldAccepted ||
    (against !== undefined && against.comparison.differences.length > 0)
  );
}

function jsonOf({ targetSeconds, skipped, jobs }: Plan, findings: readonly Finding[], options: ProbeOptions): string {
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

function textOf(all: readonly Finding[], { targetSeconds }: Plan, { output, color }: ProbeOptions): string {
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

async function writeResult(text: string, { output }: ProbeOptions, style: Styler): Promise<boolean> {
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

/** `--before` takes sessions last, so that they are young; `--after` removes the file once every server has answered. */
async function keepSessions(findings: readonly Finding[], { before, after, quiet }: ProbeOptions): Promise<void> {
  const say = async (line: string): Promise<void> => {
    if (quiet !== true) await write(process.stderr, `${line}\n`);
  };
  const areAllAnswered = findings.every(({ result }) => result.kind === 'answered');
  if (after !== undefined) {
    if (areAllAnswered) await removeSessionFile(after);
    await say(areAllAnswered ? `${after} is removed` : `${after} is kept, because a server did not answer`);
  }
  if (before === undefined) return;
  const results = findings.flatMap(({ result }) => (result.kind === 'answered' ? result : []));
  if (results.length === 0) return;
  const stocks = await Promise.all(results.map(takeStock));
  await writeSessionFile(before, stocks);
  await say(
    `${before} holds session secrets: only you can read it (mode 0600), and probe --after ${before} removes it`,
  );
  const empty = stocks.filter(({ mechanisms }) => Object.keys(mechanisms).length === 0);
  for (const { endpoint } of empty)
    await say(`${spellAddress(endpoint)} resumes nothing now, so there will be nothing to offer after the reload`);
}

function onInterrupt(handle: () => void): () => void {
  process.once('SIGINT', handle);
  return () => process.off('SIGINT', handle);
}
