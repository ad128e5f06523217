import { type Lease, leaseEvents, type mechanismNames, readInstant } from '@shortfuse/core';
import * as v from 'valibot';

const instant = v.pipe(
  v.string(),
  v.check((text) => readInstant(text) !== undefined, 'must be a time such as 2026-11-25T14:03:00Z'),
);
const digest = v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hexadecimal digits'));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const seconds = v.pipe(v.number(), v.finite(), v.minValue(0));
const fate = v.picklist(['kept', 'dropped', 'unknown']);
const list = <Item extends v.GenericSchema>(item: Item) => v.pipe(v.array(item), v.readonly());

const standing = v.object({ index: count, count, twins: count, same: count });
const distance = v.pipe(v.number(), v.safeInteger());

const anchor = v.object({
  path: list(v.string()),
  from: v.picklist(['value', 'statement']),
  offset: distance,
  tail: distance,
  around: v.pipe(v.tuple([v.string(), v.string()]), v.readonly()),
  atPath: standing,
  named: standing,
});

const edit = v.object({
  line: count,
  column: count,
  start: count,
  before: v.string(),
  after: v.string(),
  listeners: list(count),
  anchor: v.exactOptional(anchor),
});

const identity = {
  server: v.string(),
  address: v.nullable(v.string()),
  name: v.string(),
  profile: v.exactOptional(v.string()),
};

const listener = v.object({
  ...identity,
  lifetimeSeconds: v.nullable(seconds),
  mechanisms: v.object({
    sessionId: v.nullable(seconds),
    ticketTls12: v.nullable(seconds),
    ticketTls13: v.nullable(seconds),
  } satisfies Record<(typeof mechanismNames)[number], unknown>),
  oldSessionsAfterReload: fate,
  oldSessionsAfterRestart: fate,
  isRenewed: v.nullable(v.boolean()),
  renewsAtTarget: v.nullable(v.boolean()),
  end: v.exactOptional(v.string()),
  withNewKeys: v.exactOptional(v.object({ afterReload: fate, afterRestart: fate })),
});

const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));

const proof = v.object({
  host: v.string(),
  port,
  servername: v.exactOptional(v.string()),
  connectedTo: v.exactOptional(v.object({ host: v.string(), port })),
  result: v.picklist(['refused', 'accepted', 'unproven']),
  at: instant,
  announcedSeconds: v.exactOptional(seconds),
  listeners: list(v.object(identity)),
});

const entries = {
  schemaVersion: v.literal(1, 'is of another version of shortfuse'),
  id: v.pipe(v.string(), v.regex(/^[0-9A-Za-z][0-9A-Za-z-]*$/, 'must be letters, digits and hyphens')),
  createdAt: instant,
  until: instant,
  targetSeconds: seconds,
  reason: v.exactOptional(v.string()),
  ticket: v.exactOptional(v.string()),
  reading: v.object({
    paths: list(v.string()),
    servers: list(v.string()),
    roots: v.record(v.string(), v.string()),
    defines: v.record(v.string(), v.string()),
    config: v.exactOptional(v.string()),
  }),
  files: list(
    v.object({
      file: v.string(),
      server: v.string(),
      digestBefore: digest,
      digestAfter: digest,
      edits: list(edit),
      similar: v.exactOptional(list(v.string())),
    }),
  ),
  listeners: list(listener),
  companions: list(
    v.object({
      file: v.string(),
      server: v.string(),
      purpose: v.string(),
      use: v.picklist(['apply', 'verify', 'revert']),
      isRequired: v.boolean(),
    }),
  ),
  events: list(
    v.object({
      event: v.picklist(leaseEvents),
      at: instant,
      server: v.exactOptional(v.string()),
      newKeys: v.exactOptional(v.boolean()),
      proof: v.exactOptional(list(proof)),
    }),
  ),
};

/** What a lease names as its own is removed with it, so it must be in its folder. */
const ownCompanions = <Entries extends Pick<Lease, 'id' | 'companions'>>() =>
  v.check<Entries, string>(
    ({ id, companions }) =>
      companions.every(
        ({ file }) => file.startsWith(`.shortfuse/leases/${id}/`) && !/(?:^|[\\/])\.{0,2}(?:[\\/]|$)/.test(file),
      ),
    'names a companion outside of its own folder',
  );

const lease = v.pipe(
  v.object({
    ...entries,
    pending: v.exactOptional(
      v.object({
        kind: v.picklist(['patch', 'revert']),
        files: list(v.object({ file: v.string(), from: digest, to: digest })),
        left: list(v.pipe(v.tuple([count, count]), v.readonly())),
        previous: v.exactOptional(
          v.object({
            lease: v.pipe(v.object(entries), ownCompanions()),
            digests: v.record(v.string(), digest),
          }),
        ),
      }),
    ),
  }),
  ownCompanions(),
);

/** Reads a lease. What is wrong with it, and where in it, is said for the first mistake. Never throws. */
export function parseLease(text: string): { readonly lease: Lease } | { readonly message: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { message: 'is no JSON: was it merged by hand?' };
  }
  const result = v.safeParse(lease, value, { abortEarly: true });
  if (result.success) return { lease: result.output };
  const [issue] = result.issues;
  return { message: `${v.getDotPath(issue) ?? 'the lease'}: ${issue.message}` };
}
