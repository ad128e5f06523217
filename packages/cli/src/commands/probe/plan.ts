import { existsSync } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { type Audit, countErrors, pathProblemText, type Seconds, type Styler } from '@shortfuse/core';
import { openProject } from '@shortfuse/files';
import { type ClientCertificate, readPlace, type Stock } from '@shortfuse/probe';
import { adapters } from '../../adapters.js';
import { UsageError } from '../../exit.js';
import { messageOf } from '../../io/config.js';
import { readInputs } from '../../io/inputs.js';
import { write } from '../../io/streams.js';
import { type Common, type Job, jobsForHosts, jobsForListeners, type Skipped } from './jobs.js';
import type { ParsedOptions } from './options.js';
import { readSessionFile } from './session-file.js';

/** What is to be done, settled before the first connection. */
export interface Plan {
  readonly jobs: readonly Job[];
  readonly targetSeconds: Seconds;
  readonly skipped: readonly Skipped[];
  /** The files of `--against` have errors. */
  readonly hasErrors: boolean;
  /** Of `--after`, in the order of the jobs. */
  readonly stocks: readonly Stock[] | undefined;
}

/**
 * Settles what is asked. Says on standard error what is wrong with the files of `--against`.
 * @throws UsageError
 */
export async function makePlan(hosts: readonly string[], options: ParsedOptions, style: Styler): Promise<Plan> {
  checkUsage(hosts, options);
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

function checkUsage(hosts: readonly string[], options: ParsedOptions): void {
  const { before, after, against, wait, ages } = options;
  const both = (a: string, b: string): UsageError => new UsageError(`error: ${a} and ${b} cannot be used together`);
  if (before !== undefined && after !== undefined) throw both('--before', '--after');
  if (before !== undefined && (wait || ages)) throw both('--before', '--wait');
  if (after !== undefined && against) throw both('--after', '--against');
  if (after !== undefined && hosts.length > 0)
    throw new UsageError('error: --after takes its hosts from the file; leave HOST out');
  if (after === undefined && !against && hosts.length === 0)
    throw new UsageError('error: name a HOST to probe, such as shop.example or 10.0.0.1:8443');
}

/** Before a server is asked for what could not be kept. */
async function refuseExisting(path: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw new UsageError(`error: ${path}: the file is there already\n  help: name a new file`);
}

/** The certificate of `--cert` and `--key`. @throws UsageError where one of them is missing or cannot be read */
export async function readClientCertificate({
  cert,
  key,
}: Pick<ParsedOptions, 'cert' | 'key'>): Promise<ClientCertificate | undefined> {
  if ((cert === undefined) !== (key === undefined))
    throw new UsageError('error: a client certificate needs both --cert FILE and --key FILE');
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
