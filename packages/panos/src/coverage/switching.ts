import { type Awaited, type Instant, type SwitchOn, type switchOnFinder, writeInstant } from '@shortfuse/core';
import type { CoverageRow } from './coverage.js';
import type { Host } from './hosts.js';

/** From when rules may be switched on, as leases tell. */
export interface Switching {
  readonly find: ReturnType<typeof switchOnFinder>;
  readonly now: Instant;
}

/** From when a rule may be switched on with these listeners behind it; one with several addresses is asked once. */
export function switchOnOf(rows: readonly CoverageRow[], { find }: Switching): SwitchOn<Host> {
  return find([...new Set(rows.map(({ host }) => host))]);
}

/** The moment as JSON has it: now where it may be any time, null where none can be named yet. */
export function momentOf(found: SwitchOn<Awaited>, { now }: Pick<Switching, 'now'>): string | null {
  if (found.kind === 'from') return writeInstant(found.at);
  return found.kind === 'any-time' ? writeInstant(now) : null;
}
