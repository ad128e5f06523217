import { resolve } from 'node:path';
import {
  type Audit,
  auditReport,
  countErrors,
  type Lease,
  pathProblemText,
  type Seconds,
  switchOnFinder,
} from '@shortfuse/core';
import { openProject, shownPath } from '@shortfuse/files';
import {
  type Coverage,
  coverageJson,
  coverage as coverageOf,
  coverageText,
  type Host,
  holdsBack,
  hostsOf,
  type SpokenSwitching,
} from '@shortfuse/panos';
import { adapters } from '../adapters.js';
import { type ExitStatus, exit, UsageError } from '../exit.js';
import { now as currentTime, shownTime } from '../io/clock.js';
import { stylerFor } from '../io/colour.js';
import { readInputs } from '../io/inputs.js';
import { readPanos } from '../io/panos.js';
import { deliver } from '../io/result.js';
import { write } from '../io/streams.js';
import { findProjectRoot, LeaseStore } from '../leases/store.js';
import { readListenersFile } from './coverage/listeners-file.js';
import type { CoverageOptions } from './coverage/options.js';
import { firewallRemarks, serverRemarks } from './coverage/remarks.js';

/** The report is at most this wide, on a narrower terminal as wide as that is. */
const widestReport = 100;

/** Prints which listeners a firewall's inbound rules cover, and which hold them back. See `--help` for the exit status. */
export async function coverage(panos: string, paths: readonly string[], options: CoverageOptions): Promise<ExitStatus> {
  const { hosts, targetSeconds, audit } = await listenersFor(panos, paths, options);
  const found = coverageOf(await readPanos(panos, options.stdinFilename), hosts);
  const { leases, broken } = audit ? new LeaseStore(findProjectRoot(process.cwd())).read() : noLeases;
  const hasErrors =
    broken.length > 0 ||
    found.problems.some(({ severity }) => severity === 'error') ||
    (audit && countErrors(audit) > 0);
  const status = hasErrors ? exit.failed : holdsBack(found, targetSeconds) ? exit.found : exit.ok;
  // Whoever reads our output may leave early; the status is then the same.
  process.exitCode = status;

  const errorStyle = stylerFor({ option: options.color, env: process.env, isTerminal: process.stderr.isTTY === true });
  const isQuiet = options.quiet === true;
  const remarks = firewallRemarks(found, errorStyle, isQuiet);
  if (audit) remarks.push(...serverRemarks(audit, errorStyle));
  for (const { path, message } of broken)
    remarks.push(
      pathProblemText(
        {
          path: shownPath(process.cwd(), path),
          message: `the lease cannot be read: ${message}`,
          help: 'put the file right, from git for example',
        },
        errorStyle,
      ),
    );
  if (hosts.length === 0 && !isQuiet)
    remarks.push('no TLS listener to compare with; name the files of the servers, or a list with --listeners\n');
  if (remarks.length > 0) await write(process.stderr, `${remarks.join('')}\n`);

  // From when a rule may be switched on is for whoever keeps leases, and only as long as all of them can be read.
  const switching =
    leases.length > 0 && broken.length === 0
      ? switchingBy(
          leases.map(({ lease }) => lease),
          targetSeconds,
        )
      : undefined;
  const report = render({ found, audit, targetSeconds, switching }, options);
  await deliver(report, options.output);
  return status;
}

/** The listeners, and where they come from files of servers, what was found there. */
interface Found {
  readonly hosts: readonly Host[];
  readonly targetSeconds: Seconds;
  readonly audit: Audit | undefined;
}

async function listenersFor(panos: string, paths: readonly string[], options: CoverageOptions): Promise<Found> {
  if (panos === '-' && paths.includes('-'))
    throw new UsageError('error: standard input can be PANOS or a PATH, not both');
  if (options.listeners !== undefined) {
    if (paths.length > 0) throw new UsageError('error: --listeners takes the place of PATHs; leave these out');
    const { targetSeconds, cwd } = await readInputs([], options, adapters);
    const path = resolve(cwd, options.listeners);
    return { hosts: readListenersFile(path, shownPath(cwd, path)), targetSeconds, audit: undefined };
  }
  // Standard input is then the firewall's, and so is the name that it goes by.
  const { stdinFilename, ...others } = options;
  const inputs = await readInputs(paths, panos === '-' ? others : options, adapters);
  const { configurations, pathProblems } = openProject(inputs);
  const { targetSeconds } = inputs;
  const listeners = configurations.flatMap((configuration) => configuration.listeners);
  return {
    hosts: hostsOf(listeners, inputs.hosts),
    targetSeconds,
    audit: { targetSeconds, configurations, pathProblems },
  };
}

const noLeases = { leases: [], broken: [] };

function switchingBy(leases: readonly Lease[], targetSeconds: Seconds): SpokenSwitching {
  const now = currentTime();
  return { find: switchOnFinder(leases, targetSeconds, now), now, timeOf: shownTime };
}

interface Report {
  readonly found: Coverage;
  readonly audit: Audit | undefined;
  readonly targetSeconds: Seconds;
  readonly switching: SpokenSwitching | undefined;
}

function render(
  { found, audit, targetSeconds, switching }: Report,
  { format, output, color }: CoverageOptions,
): string {
  const dates = switching ? { switching } : {};
  if (format === 'json')
    return coverageJson(found, {
      targetSeconds,
      ...dates,
      ...(audit ? { problems: auditReport(audit).problems } : {}),
    });
  const isTerminal = output === undefined && process.stdout.isTTY === true;
  const columns = isTerminal ? Math.min(widestReport, process.stdout.columns || widestReport) : widestReport;
  return coverageText(found, {
    targetSeconds,
    columns,
    style: stylerFor({ option: color, env: process.env, isTerminal }),
    ...dates,
  });
}
