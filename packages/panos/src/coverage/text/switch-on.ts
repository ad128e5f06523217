import { type Instant, switchOnText } from '@shortfuse/core';
import type { CoverageRow } from '../coverage.js';
import { type Switching, switchOnOf } from '../switching.js';

/** {@link Switching} for people. */
export interface SpokenSwitching extends Switching {
  /** A time as the reader's clock shows it, with its zone. */
  readonly timeOf: (instant: Instant) => string;
}

/** From when a rule with these listeners may be switched on: a sentence, and more to know about it. */
export function switchOnLines(rows: readonly CoverageRow[], switching: SpokenSwitching): readonly string[] {
  const { sentence, more } = switchOnText(switchOnOf(rows, switching), switching.now, switching.timeOf);
  return [sentence, ...more];
}
