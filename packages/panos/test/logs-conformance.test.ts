import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  countFailures,
  type FailureRequest,
  failuresReport,
  type LogFile,
  type Moment,
  readMoment,
  readOffset,
} from '../src/index.js';

const folder = fileURLToPath(new URL('conformance', import.meta.url));

interface Case {
  readonly description: string;
  readonly valid: boolean;
  readonly args: {
    readonly before?: string;
    readonly after?: string;
    readonly log?: string;
    readonly decryptionLog?: string;
    readonly enabledAt?: string;
    readonly clockOffsets?: Readonly<Record<string, string>>;
    readonly cap?: number;
    readonly from?: string;
    readonly until?: string;
  };
  readonly errors: readonly { readonly file: string; readonly line: number; readonly why: string }[];
}

const cases = readdirSync(folder)
  .filter((name) => /^[45]/.test(name))
  .map((name) => ({ name, expected: JSON.parse(readFileSync(join(folder, name, 'expected.json'), 'utf8')) as Case }));

function moment(text: string | undefined): Moment {
  const read = text === undefined ? undefined : readMoment(text);
  if (!read) throw new Error(`${text} is no time`);
  return read;
}

/** `pieceLength`: how the bytes are cut on their way. */
function logIn(name: string, file: string, pieceLength: number): LogFile {
  return {
    name: file,
    read: () => createReadStream(join(folder, name, file), { highWaterMark: pieceLength }),
  };
}

function requestOf(name: string, { args }: Case, pieceLength: number): FailureRequest {
  const log = (file: string): LogFile => logIn(name, file, pieceLength);
  const common = {
    clocks: new Map(Object.entries(args.clockOffsets ?? {}).map(([serial, text]) => [serial, readOffset(text) ?? 0])),
    cap: args.cap ?? 65_535,
    destinations: [],
  };
  if (args.decryptionLog !== undefined)
    return {
      ...common,
      kind: 'decryption',
      logs: [{ file: log(args.decryptionLog) }],
      enabledAt: moment(args.enabledAt),
      from: moment(args.from),
      until: moment(args.until),
    };
  return {
    ...common,
    kind: 'traffic',
    logs: [
      ...(args.before === undefined ? [] : [{ file: log(args.before), side: 'before' as const }]),
      ...(args.after === undefined ? [] : [{ file: log(args.after), side: 'after' as const }]),
      ...(args.log === undefined ? [] : [{ file: log(args.log) }]),
    ],
    ...(args.enabledAt === undefined ? {} : { enabledAt: moment(args.enabledAt) }),
  };
}

describe.each(cases)('$name', ({ name, expected }) => {
  test.each([7, 1000, 1 << 20])('agrees, read in pieces of %i bytes', async (pieceLength) => {
    const report = failuresReport(await countFailures(requestOf(name, expected, pieceLength)));
    const { description: _, args: __, errors, ...figures } = expected;
    expect(report.errors.map(({ file, line }) => ({ file, line }))).toEqual(
      errors.map(({ file, line }) => ({ file, line })),
    );
    expect({
      valid: report.valid,
      buckets: report.buckets,
      perDestination: report.perDestination.map(({ recovered: ___, ...row }) => row),
      rejectedRows: report.rejectedRows,
      warnings: report.warnings,
      verdict: report.verdict,
    }).toEqual(figures);
  });
});
