import fc from 'fast-check';
import { expect, test } from 'vitest';
import { handshakeMessages } from './certificate-request.js';

const record = (type: number, ...content: number[]): number[] => [
  type,
  3,
  3,
  content.length >> 8,
  content.length & 0xff,
  ...content,
];
const message = (kind: number, length: number): number[] => [
  kind,
  0,
  length >> 8,
  length & 0xff,
  ...Array(length).fill(0),
];

test.each([
  { what: 'nothing', stream: [], want: [] },
  {
    what: 'one message a record',
    stream: [...record(22, ...message(2, 3)), ...record(22, ...message(13, 5))],
    want: [2, 13],
  },
  { what: 'two messages in one record', stream: record(22, ...message(2, 3), ...message(14, 0)), want: [2, 14] },
  {
    what: 'a message over two records',
    stream: [
      ...record(22, ...message(11, 300).slice(0, 100)),
      ...record(22, ...message(11, 300).slice(100), ...message(13, 1)),
    ],
    want: [11, 13],
  },
  {
    what: 'encrypted records behind the change',
    stream: [...record(20, 1), ...record(22, ...message(13, 4))],
    want: [],
  },
  { what: 'an alert between', stream: [...record(21, 2, 40), ...record(22, ...message(2, 0))], want: [2] },
  { what: 'a cut record', stream: record(22, ...message(2, 3)).slice(0, 6), want: [] },
])('$what: $want', ({ stream, want }) => expect(handshakeMessages(Uint8Array.from(stream))).toEqual(want));

test('any bytes are read to their end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      expect(handshakeMessages(bytes).length).toBeLessThanOrEqual(bytes.length);
    }),
    { seed: 7, numRuns: 5000 },
  );
});
