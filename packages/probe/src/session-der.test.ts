import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isInstalled, run } from '@shortfuse/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { longestHintSeconds, readSession, withLifetimeHint } from './session-der.js';

const seed = 7;
const fuzzCount = Math.max(1, Number.parseInt(process.env['SHORTFUSE_FUZZ'] ?? '', 10) || 2000);

const octets = (tag: number, content: readonly number[]): number[] => [tag, ...sizeOf(content.length), ...content];
const sizeOf = (length: number): number[] =>
  length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];

interface Parts {
  readonly protocol?: number;
  readonly id?: readonly number[];
  readonly fields?: readonly number[];
}

/** A session of the five fields that every one has, and those in `fields`. */
function session({ protocol = 0x0304, id = [], fields = [] }: Parts = {}): Uint8Array {
  const common = [
    0x02,
    1,
    1,
    0x02,
    2,
    protocol >> 8,
    protocol & 0xff,
    ...octets(0x04, [0x13, 0x02]),
    ...octets(0x04, id),
  ];
  return Uint8Array.from(octets(0x30, [...common, ...octets(0x04, Array(48).fill(0xee)), ...fields]));
}
const hint = (...bytes: number[]): number[] => octets(0xa9, octets(0x02, bytes));
const ticket = (length: number): number[] =>
  octets(
    0xaa,
    octets(
      0x04,
      Array.from({ length }, (_, i) => i % 256),
    ),
  );

describe('readSession', () => {
  test.each([
    { what: 'no fields', fields: [], want: 0 },
    { what: 'one byte', fields: hint(60), want: 60 },
    { what: 'a leading zero', fields: hint(0, 200), want: 200 },
    { what: 'seven days', fields: hint(0x09, 0x3a, 0x80), want: 604_800 },
    { what: 'the largest', fields: hint(0, 0xff, 0xff, 0xff, 0xff), want: 4_294_967_295 },
    { what: 'a later field that nobody knows yet', fields: [...hint(60), ...octets(0xb8, [0x02, 1, 1])], want: 60 },
  ])('hint with $what is $want', ({ fields, want }) =>
    expect(readSession(session({ fields }))?.lifetimeHintSeconds).toBe(want),
  );

  test('a session ID without a ticket', () => {
    const facts = readSession(session({ protocol: 0x0303, id: [1, 2, 3] }));
    expect(facts).toEqual({
      protocolVersion: 0x0303,
      sessionId: Uint8Array.of(1, 2, 3),
      ticket: undefined,
      lifetimeHintSeconds: 0,
      keyName: undefined,
    });
  });

  test('the key name is the start of a ticket that holds state', () => {
    expect(readSession(session({ fields: ticket(208) }))?.keyName).toBe('000102030405060708090a0b0c0d0e0f');
  });

  test('a ticket of 32 bytes points into a cache and names no key', () => {
    expect(readSession(session({ fields: ticket(32) }))).toMatchObject({ keyName: undefined });
    expect(readSession(session({ fields: ticket(32) }))?.ticket).toHaveLength(32);
  });

  test.each([
    { what: 'nothing', bytes: [] },
    { what: 'an empty sequence', bytes: [0x30, 0] },
    { what: 'a byte behind the end', bytes: [...session(), 0] },
    { what: 'a cut', bytes: [...session().subarray(0, -1)] },
    { what: 'a length of 4 GB', bytes: [0x30, 0x84, 0xff, 0xff, 0xff, 0xff] },
    { what: 'a length without end', bytes: [0x30, 0x80, 0, 0] },
    { what: 'a negative hint', bytes: [...session({ fields: hint(0x80) })] },
    { what: 'an empty hint', bytes: [...session({ fields: hint() })] },
    { what: 'a ticket that is a number', bytes: [...session({ fields: octets(0xaa, [0x02, 1, 1]) })] },
    { what: 'two elements in one field', bytes: [...session({ fields: octets(0xa9, [0x02, 1, 1, 0x02, 1, 1]) })] },
    { what: 'an ID of 33 bytes', bytes: [...session({ id: Array(33).fill(1) })] },
  ])('$what is no session', ({ bytes }) => {
    expect(readSession(Uint8Array.from(bytes))).toBeUndefined();
    expect(withLifetimeHint(Uint8Array.from(bytes), 60)).toBeUndefined();
  });

  test('random bytes and changed sessions never throw, and what is read is within bounds', () => {
    const valid = session({ id: [1, 2, 3], fields: [...hint(0, 200), ...ticket(208)] });
    const changes = fc.array(fc.tuple(fc.nat({ max: valid.length - 1 }), fc.nat({ max: 255 })), { maxLength: 8 });
    const changed = fc.tuple(changes, fc.nat({ max: valid.length })).map(([edits, cut]) => {
      const bytes = Uint8Array.from(valid);
      for (const [at, byte] of edits) bytes[at] = byte;
      return cut % 3 === 0 ? bytes.subarray(0, cut) : bytes;
    });
    let read = 0;
    const check = (bytes: Uint8Array): void => {
      const facts = readSession(bytes);
      const edited = withLifetimeHint(bytes, longestHintSeconds);
      expect(edited === undefined).toBe(facts === undefined);
      if (!facts || !edited) return;
      read++;
      expect(facts.sessionId.length).toBeLessThanOrEqual(32);
      expect(readSession(edited)).toEqual({ ...facts, lifetimeHintSeconds: longestHintSeconds });
    };
    fc.assert(fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 300 })), check), { seed, numRuns: fuzzCount });
    // Else the part that reads would go untested.
    expect(read).toBeGreaterThan(fuzzCount / 20);
  });
});

describe('withLifetimeHint', () => {
  test.each([
    { seconds: 0 },
    { seconds: 1 },
    { seconds: 127 },
    { seconds: 128 },
    { seconds: 604_800 },
    { seconds: longestHintSeconds },
  ])('sets $seconds and nothing else', ({ seconds }) => {
    const fields = [...octets(0xa6, octets(0x04, [97])), ...hint(60), ...ticket(200)];
    const edited = withLifetimeHint(session({ fields }), seconds);
    expect(edited && readSession(edited)).toEqual({
      ...readSession(session({ fields })),
      lifetimeHintSeconds: seconds,
    });
    // Back to the old value, every byte is what it was.
    expect(edited && withLifetimeHint(edited, 60)).toEqual(session({ fields }));
  });

  test('adds a missing hint where its number belongs', () => {
    expect(withLifetimeHint(session({ fields: ticket(200) }), 60)).toEqual(
      session({ fields: [...hint(60), ...ticket(200)] }),
    );
    expect(withLifetimeHint(session(), 60)).toEqual(session({ fields: hint(60) }));
  });
});

const hasOpenssl = isInstalled('openssl', ['version']);
if (!hasOpenssl) process.stderr.write('skipped: openssl is not installed, so sessions are not compared with it\n');

describe.skipIf(!hasOpenssl)('beside openssl sess_id', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'shortfuse-session-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('openssl reads the same from a session made here, before and after an edit', () => {
    const id = Array.from({ length: 32 }, (_, i) => i);
    const start = octets(0xa1, octets(0x02, [0x65, 0, 0, 0]));
    const timeout = octets(0xa2, octets(0x02, [0x1c, 0x20]));
    const made = session({ protocol: 0x0303, id, fields: [...start, ...timeout, ...hint(60), ...ticket(208)] });
    const edited = withLifetimeHint(made, longestHintSeconds) ?? made;
    for (const der of [made, edited]) {
      const { stdout } = run('openssl', ['sess_id', '-inform', 'DER', '-text', '-noout'], { input: der });
      const facts = readSession(der);
      expect(stdout).toContain(`ticket lifetime hint: ${facts?.lifetimeHintSeconds} (seconds)`);
      expect(stdout).toContain(
        `Session-ID: ${Buffer.from(facts?.sessionId ?? [])
          .toString('hex')
          .toUpperCase()}`,
      );
      const dashed = facts?.keyName?.match(/../g)?.join(' ') ?? 'none';
      expect(stdout).toContain(`0000 - ${dashed.slice(0, 23)}-${dashed.slice(24)}`);
    }
  });

  test('openssl passes over what is no session for it and for us', () => {
    const broken = session().subarray(0, 40);
    const { status } = run('openssl', ['sess_id', '-inform', 'DER', '-noout', '-out', join(folder, 'x')], {
      input: broken,
    });
    expect(status).not.toBe(0);
    expect(readSession(broken)).toBeUndefined();
    expect(() => readFileSync(join(folder, 'x'))).toThrow();
  });
});
