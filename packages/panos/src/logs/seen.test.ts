import { expect, test } from 'vitest';
import { addToFingerprint, createSeenRows, finishFingerprint, startFingerprint } from './seen.js';

const encoder = new TextEncoder();

function fingerprintOf(...fields: readonly string[]): [high: number, low: number] {
  const fingerprint = { high: 0, low: 0 };
  startFingerprint(fingerprint);
  for (const field of fields) {
    const bytes = encoder.encode(field);
    addToFingerprint(fingerprint, bytes, 0, bytes.length);
  }
  finishFingerprint(fingerprint);
  return [fingerprint.high, fingerprint.low];
}

test('a row is met once', () => {
  const seen = createSeenRows(4);
  for (let i = 0; i < 1000; i++) expect(seen.meet(i * 7919, i)).toBe(false);
  for (let i = 0; i < 1000; i++) expect(seen.meet(i * 7919, i)).toBe(true);
  expect(seen.has(1, 1)).toBe(false);
  expect(seen.meet(0, 0)).toBe(true); // the first of them
});

test('a full table remembers what it has and says so', () => {
  const seen = createSeenRows(4, 8);
  for (let i = 1; i <= 6; i++) expect(seen.meet(i, i)).toBe(false);
  expect(seen.isFull()).toBe(false);
  expect(seen.meet(7, 7)).toBe(false);
  expect(seen.isFull()).toBe(true);
  expect(seen.meet(7, 7)).toBe(false);
  expect(seen.meet(6, 6)).toBe(true);
});

test('fields do not run into each other', () => {
  expect(fingerprintOf('12', '3')).not.toEqual(fingerprintOf('1', '23'));
  expect(fingerprintOf('', 'a')).not.toEqual(fingerprintOf('a', ''));
});

test('rows as firewalls number them have fingerprints of their own, in each half nearly so', () => {
  const rows = 100_000;
  const whole = new Set<string>();
  const halves = [new Set<number>(), new Set<number>()];
  for (let i = 0; i < rows; i++) {
    const fingerprint = fingerprintOf('001801000101', String(40_000 + (i % 9000)), String(7_004_100_000 + i));
    whole.add(fingerprint.join());
    for (const [half, value] of fingerprint.entries()) halves[half]?.add(value);
  }
  expect(whole.size).toBe(rows);
  // By chance about one of them shares a value of 32 bits with another.
  for (const half of halves) expect(half.size).toBeGreaterThan(rows - 20);
});
