import { mechanismNames } from '@shortfuse/core';
import {
  agesFor,
  compare,
  type Finding,
  measurable,
  measureAcceptance,
  offerStock,
  type ProbeResult,
  probe,
} from '@shortfuse/probe';
import type { Job } from './jobs.js';
import type { ParsedOptions } from './options.js';
import type { Plan } from './plan.js';
import { showWaiting } from './progress.js';

/** Servers that are asked, and servers that are waited for, at the same time. */
const mostAsked = 4;
const mostWaitedFor = 16;

/** The findings in the order of the jobs; after Ctrl-C only those that there are. */
export async function askAll(plan: Plan, options: ParsedOptions, signal: AbortSignal): Promise<readonly Finding[]> {
  const { jobs, stocks, targetSeconds } = plan;
  const verify = options.verify === true;
  // Two listeners that are reached in the same way are asked once.
  const asked = new Map<string, Promise<ProbeResult>>();
  const probeOnce = (job: Job): Promise<ProbeResult> => {
    const key = JSON.stringify(job.endpoint);
    const running = asked.get(key) ?? probe(job.endpoint, { verify });
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
  { ages, rate, quiet }: ParsedOptions,
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
