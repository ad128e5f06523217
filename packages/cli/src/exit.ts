/**
 * How the command ends. What 1 means is for each command to say; `audit` never ends with it.
 * 2: wrong usage, or something that could not be read or parsed; whatever else could be done was done.
 */
export const exit = { ok: 0, found: 1, failed: 2 } as const;
export type ExitStatus = (typeof exit)[keyof typeof exit];

/** Wrong usage: the command did nothing. `message` may have several lines; the last may be advice. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
