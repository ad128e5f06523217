import { unlink } from 'node:fs/promises';
import {
  askedName,
  type Instant,
  type Lease,
  type LeaseListener,
  type LeaseProof,
  leasedName,
  listenersAnswering,
  pathProblemText,
  type Styler,
  usedSince,
  writeInstant,
} from '@shortfuse/core';
import {
  configuredSeconds,
  type Endpoint,
  type Finding,
  oldSessionsAre,
  type Stock,
  sniOf,
  spellAddress,
} from '@shortfuse/probe';
import type { MarkOptions } from '../../args.js';
import { UsageError } from '../../exit.js';
import { now } from '../../io/clock.js';
import { write } from '../../io/streams.js';
import { askAll } from '../probe/ask.js';
import { jobsForHosts } from '../probe/jobs.js';
import type { ParsedOptions } from '../probe/options.js';
import { parseOptions } from '../probe/parse-options.js';
import { readClientCertificate } from '../probe/plan.js';
import { readSessionFile } from '../probe/session-file.js';

/** A server that is asked, and which listeners of the lease it answers for. */
interface Asked {
  readonly endpoint: Endpoint;
  /** Sessions from before the change; undefined where there is no file of them. */
  readonly stock: Stock | undefined;
  readonly listeners: readonly LeaseListener[];
}

/** What one server that answered showed. */
export interface Shown {
  readonly proof: LeaseProof;
  /** The sessions that it accepted were taken when the change was in use already: they show nothing. */
  readonly isTooNew: boolean;
  readonly finding: Finding;
}

/**
 * Asks the servers that `mark` is told of what they do with sessions from before the change, for the listeners of `lease`.
 * Undefined where one does not answer; that is said on standard error.
 * @throws UsageError, before anything is asked, for options that do not fit and for a server that answers for no listener
 */
export async function prove(
  lease: Lease,
  happenedAt: Instant,
  options: MarkOptions,
  style: Styler,
): Promise<readonly Shown[] | undefined> {
  const asked = await askedOf(lease, options);
  const { targetSeconds } = lease;
  const stocks = asked.flatMap(({ stock }) => stock ?? []);
  const plan = {
    jobs: asked,
    targetSeconds,
    skipped: [],
    hasErrors: false,
    stocks: stocks.length > 0 ? stocks : undefined,
  };
  const findings = await askAll(plan, plainOptions, new AbortController().signal);
  const at = writeInstant(now());
  const shown: Shown[] = [];
  let isAnswered = true;
  for (const [i, finding] of findings.entries()) {
    const { result, old } = finding;
    const { listeners = [] } = asked[i] ?? {};
    if (result.kind === 'unanswered') {
      const { message, help } = result.failure;
      await write(process.stderr, pathProblemText({ path: spellAddress(result.endpoint), message, help }, style));
      isAnswered = false;
      continue;
    }
    const announced = configuredSeconds(listeners[0]?.server ?? '', result);
    const are = old ? oldSessionsAre(old.sessions) : 'unproven';
    const usedAt = Math.min(happenedAt, ...listeners.flatMap((listener) => usedSince(lease, listener) ?? []));
    // What was made after the change is taken for as long as the change says. Marks are written to the second.
    const isTooNew = are === 'accepted' && old !== undefined && old.stock.takenAtMs >= usedAt + 1000;
    shown.push({
      finding,
      isTooNew,
      proof: {
        ...placeOf(result.endpoint),
        result: isTooNew ? 'unproven' : are,
        at,
        ...(announced === undefined ? {} : { announcedSeconds: announced }),
        listeners: listeners.map(({ server, address, name, profile }) => ({
          server,
          address,
          name,
          ...(profile === undefined ? {} : { profile }),
        })),
      },
    });
  }
  if (isAnswered) return shown;
  await write(process.stderr, 'nothing is recorded: mark it without them, or when they answer\n');
  return undefined;
}

/** Nothing is waited for and nothing compared. */
const plainOptions = { format: 'text' } as const;

async function askedOf(lease: Lease, options: MarkOptions): Promise<readonly Asked[]> {
  const { probe: hosts = [], sessions, servername, connect, starttls, cert, key, server } = options;
  if (hosts.length === 0 && (connect !== undefined || servername !== undefined || starttls !== undefined))
    throw new UsageError('error: --servername, --connect and --starttls say how to reach what --probe HOST names');
  if (hosts.length === 0 && sessions === undefined)
    throw new UsageError('error: --cert and --key go with --probe HOST or --sessions FILE');
  const clientCertificate = await readClientCertificate({
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  });
  const stocks = sessions === undefined ? undefined : await readSessionFile(sessions);
  const parsed = parseOptions({
    ...plainOptions,
    ...(servername === undefined ? {} : { servername }),
    ...(connect === undefined ? {} : { connect }),
    ...(starttls === undefined ? {} : { starttls }),
  });
  const named = jobsForHosts(hosts, { options: parsed, clientCertificate }).map(({ endpoint }) => endpoint);
  const reached: readonly Omit<Asked, 'listeners'>[] =
    sessions === undefined || stocks === undefined
      ? named.map((endpoint) => ({ endpoint, stock: undefined }))
      : hosts.length === 0
        ? stocks.map((stock) => ({ endpoint: { ...stock.endpoint, clientCertificate }, stock }))
        : named.flatMap((endpoint) => withStocks(endpoint, stocks, sessions, parsed));
  const mine = lease.listeners.filter((listener) => server === undefined || listener.server === server);
  const asked = reached.map((one) => ({ ...one, listeners: listenersAnswering(placeOf(one.endpoint), mine) }));
  const others = asked.filter(({ listeners }) => listeners.length === 0);
  const [other] = others;
  // A file may have sessions of servers that the lease has nothing to do with.
  if (other && (hosts.length > 0 || others.length === asked.length)) throw answersForNone(other, mine, lease);
  if (asked.length === 0) throw new UsageError(`error: ${sessions} holds no session`);
  if (options.quiet !== true)
    for (const { endpoint } of others)
      await write(
        process.stderr,
        `not asked: ${askedName(placeOf(endpoint))} answers for no listener of lease ${lease.id}\n`,
      );
  return asked.filter(({ listeners }) => listeners.length > 0);
}

/** The sessions of a server that was named, however it was reached when they were taken. */
function withStocks(
  endpoint: Endpoint,
  stocks: readonly Stock[],
  path: string,
  { servername, connect }: ParsedOptions,
): readonly Omit<Asked, 'listeners'>[] {
  const isSame = ({ endpoint: { host, port } }: Stock): boolean =>
    host.toLowerCase() === endpoint.host.toLowerCase() && port === endpoint.port;
  const found = stocks.filter(isSame);
  if (found.length === 0) {
    const known = stocks.map((stock) => spellAddress(stock.endpoint)).join(', ');
    throw new UsageError(
      `error: ${path} holds no session of ${spellAddress(endpoint)}\n  help: ${known === '' ? 'it holds none at all' : `it holds those of ${known}`}`,
    );
  }
  return found.map((stock) => ({
    stock,
    endpoint: {
      ...stock.endpoint,
      clientCertificate: endpoint.clientCertificate,
      starttls: endpoint.starttls ?? stock.endpoint.starttls,
      ...(servername === undefined ? {} : { servername: endpoint.servername }),
      ...(connect === undefined ? {} : { connectTo: endpoint.connectTo }),
    },
  }));
}

function answersForNone({ endpoint }: Asked, mine: readonly LeaseListener[], { id }: Lease): UsageError {
  const known = mine.slice(0, 5).map(leasedName).join(', ');
  return new UsageError(
    `error: ${askedName(placeOf(endpoint))} answers for no listener of lease ${id}, or nobody can say for which\n` +
      `  help: it has ${known === '' ? 'none' : known}${mine.length > 5 ? ' and more' : ''}; --servername NAME and --connect ADDRESS:PORT say which is meant`,
  );
}

function placeOf(endpoint: Endpoint): Pick<LeaseProof, 'host' | 'port' | 'servername' | 'connectedTo'> {
  const { host, port, connectTo } = endpoint;
  const servername = sniOf(endpoint);
  return {
    host,
    port,
    ...(servername === undefined ? {} : { servername }),
    ...(connectTo ? { connectedTo: connectTo } : {}),
  };
}

/** Removes the sessions once every server that they are of has refused them. Gives a line that says what became of the file. */
export async function spendSessions(path: string, shown: readonly Shown[]): Promise<string> {
  const kept = await readSessionFile(path);
  const isDone = ({ endpoint, takenAtMs }: Stock): boolean =>
    shown.some(
      ({ proof, finding: { old } }) =>
        proof.result === 'refused' &&
        old?.stock.takenAtMs === takenAtMs &&
        JSON.stringify(old.stock.endpoint) === JSON.stringify(endpoint),
    );
  if (!kept.every(isDone))
    return `${path} is kept, because not all of its sessions were refused; it holds session secrets, and probe --after ${path} removes it`;
  await unlink(path).catch(() => undefined);
  return `${path} is removed`;
}
