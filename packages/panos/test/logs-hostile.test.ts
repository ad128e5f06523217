import fc from 'fast-check';
import { expect, test } from 'vitest';
import { failuresReport } from '../src/index.js';
import { count, header, logOf, row } from './logs-sample.js';

const runs = Number(process.env['SHORTFUSE_FUZZ'] ?? 300);

const log = new TextEncoder().encode(
  [
    header,
    ...Array.from({ length: 30 }, (_, i) =>
      row({ rule: i % 3 === 0 ? '"a, b"' : 'web', reason: i % 5 === 0 ? 'decrypt-error' : 'tcp-fin' }),
    ),
  ].join('\n'),
);

/** A log in which some bytes are others, and some places are cut out. */
const damaged = fc
  .array(fc.tuple(fc.nat(log.length), fc.constantFrom(0, 0x0a, 0x0d, 0x22, 0x2c, 0x20, 0xff, 0xc3, 0x41)), {
    maxLength: 30,
  })
  .chain((changes) => {
    const bytes = log.slice();
    for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
    return fc
      .tuple(fc.nat(bytes.length), fc.nat(bytes.length))
      .map(([a, b]) => bytes.slice(Math.min(a, b), Math.max(a, b)));
  });

test('any bytes, cut anywhere, have a clear end and the same one', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(damaged, fc.uint8Array({ maxLength: 4000 })),
      fc.integer({ min: 1, max: 50 }),
      async (bytes, length) => {
        const pieces = Array.from({ length: Math.ceil(bytes.length / length) }, (_, i) =>
          bytes.subarray(i * length, (i + 1) * length),
        );
        const report = await count(bytes);
        const again = await count('', { logs: [{ file: logOf('a.csv', pieces) }] });
        expect(failuresReport(again)).toEqual(failuresReport(report));
        const counted = report.destinations.reduce((sum, { tally }) => sum + tally.before.ended + tally.after.ended, 0);
        expect(report.errors.length > 0 ? 0 : counted).toBe(counted);
        expect(report.rejectedRows).toBeLessThanOrEqual(report.files[0]?.rows ?? 0);
      },
    ),
    { numRuns: runs },
  );
});

const size = 4_000_000;
const good = row({ reason: 'decrypt-error' });

test.each([
  { title: 'one quote a line', text: repeated('"\n') },
  { title: 'a quoted field a line that is never closed', text: repeated('a,"b\n') },
  { title: 'quotes that open and close unevenly', text: repeated('a"b,"c\n') },
  { title: 'one open quote and short lines', text: `"TRAFFIC,${repeated('x\n')}` },
  { title: 'a long first line that stays open', text: `${'x,TRAFFIC,'.repeat(6000)}"${repeated('\ny')}` },
  { title: 'one line', text: repeated('1,2026/') },
  { title: 'one line of quotes', text: repeated('"') },
  { title: 'one line of commas', text: repeated(',') },
  { title: 'NULs', text: repeated('\0') },
  { title: 'headers that change', text: repeated('type,subtype,dst,dport\nsubtype,type,dst,dport,"x"\n') },
  { title: 'empty lines', text: repeated('\r\n') },
  { title: 'lines of prefix', text: repeated(`${' 1,202'.repeat(300)}\n`) },
  { title: 'quoted columns without end', text: repeated('"a",') },
])('$title, 4 MB: a clear end, and a good row after it counts', async ({ text }) => {
  const lines = `\n"\n${good}\n${good.replace('4711', '4712')}`;
  const report = await count('', {
    logs: [{ file: logOf('a.csv', [good, '\n', text]) }, { file: logOf('b.csv', [lines]) }],
  });
  expect(report.errors).toEqual([]);
  expect(report.destinations.map(({ tally }) => tally.after.failed)).toEqual([2]);
});

function repeated(text: string): string {
  return text.repeat(Math.ceil(size / text.length));
}
