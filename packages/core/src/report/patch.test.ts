import { describe, expect, test } from 'vitest';
import { leasedListener, leaseOf } from '../../test/lease-sample.js';
import { madeUp, planOf } from '../../test/plan-sample.js';
import type { Operations } from '../change.js';
import { widthOf } from './layout.js';
import { type PatchOutcome, patchReport, patchText } from './patch.js';

const operations: Operations = {
  test: 'made-up --check',
  reload: 'systemctl reload made-up',
  restart: 'systemctl restart made-up',
  restartCost: 'every connection ends',
};

function outcomeFor(texts: Readonly<Record<string, string>>, more: Partial<PatchOutcome> = {}): PatchOutcome {
  const plan = planOf(madeUp(texts));
  const changed = plan.configurations.flatMap(({ listeners }) => listeners);
  return {
    plan,
    lease: leaseOf(changed.map(({ server, name, address }) => leasedListener(name, { server, address }))),
    isWritten: false,
    companions: [],
    remarks: [],
    digestOf: ({ text }) => `length:${text.length}`,
    problems: [],
    ...more,
  };
}

function textOf(outcome: PatchOutcome, columns?: number): string {
  return patchText(outcome, { operationsOf: () => operations, ...(columns === undefined ? {} : { columns }) });
}

test('a dry run', () => {
  expect(textOf(outcomeFor({ 'site.conf': '* 3600\nshop\nblog\nold ?\n', 'own.conf': 'intern 7200\n' }))).toBe(
    `to change
  site.conf:1: 3600 -> 60, for 2 listeners
  own.conf:1: 7200 -> 60, for 1 listener

not changed: 1 listener
  made-up old
    why: site.conf:4: old says nothing that can be read
    help: make the value known first, or change it by hand; shortfuse audit says where it comes from

next
  made-up  3 listeners
    made-up --check # check the files
    systemctl reload made-up # let the server use them
    all 3 listeners: the reload drops the old sessions; inspection may be switched on 1 min later
`,
  );
});

test('what was written names its lease and what comes next', () => {
  const companion = {
    file: 'x/import.reg',
    text: 'x',
    purpose: 'imports the value',
    use: 'apply',
    isRequired: false,
  } as const;
  const text = textOf(
    outcomeFor(
      { m: '* 3600\nshop\n' },
      { isWritten: true, companions: [companion], remarks: ['another reader agrees'] },
    ),
    80,
  );
  expect(text).toBe(`changed
  m:2: + 60, for 1 listener

files that go with it
  x/import.reg: imports the value

another reader agrees

next
  made-up  1 listener
    made-up --check # check the files
    systemctl reload made-up # let the server use them
    the listener: the reload drops the old sessions; inspection may be
      switched on 1 min later
  then: shortfuse mark deployed 2026-03-02-abc123; shortfuse status says from
    when inspection may be switched on

lease 2026-03-02-abc123 is recorded in .shortfuse/leases: commit it with the
  change; shortfuse revert 2026-03-02-abc123 --write takes it back
`);
});

test.each([
  { isFor: undefined, want: 'nothing to change: every listener is at 1 min or below\n' },
  {
    isFor: 'listener that the firewall covers',
    want: 'nothing to change: every listener that the firewall covers is at 1 min or below\n',
  },
])('nothing to do: $want', ({ isFor, want }) => {
  expect(textOf(outcomeFor({ m: 'shop 60\n' }, isFor === undefined ? {} : { isFor }))).toBe(want);
});

describe('a cause is told once, however many it stops', () => {
  test.each([
    { count: 1, names: 'made-up n0' },
    { count: 3, names: 'made-up n0, made-up n1, made-up n2' },
    { count: 4, names: 'made-up n0, made-up n1, made-up n2 and 1 more' },
    { count: 5000, names: 'made-up n0, made-up n1, made-up n2 and 4997 more' },
  ])('$count', ({ count, names }) => {
    const text = textOf(outcomeFor({ m: Array.from({ length: count }, (_, i) => `n${i}\n`).join('') }));
    expect(text).toBe(
      `not changed: ${count} listener${count === 1 ? '' : 's'}\n  ${names}\n    why: no file says how long\n` +
        '    help: make the value known first, or change it by hand; shortfuse audit says where it comes from\n',
    );
  });

  test('one cause at two places is two', () => {
    const text = textOf(outcomeFor({ m: 'n ?\n', o: 'n ?\n' }));
    expect(text.match(/why: .*/g)).toEqual([
      'why: m:1: n says nothing that can be read',
      'why: o:1: n says nothing that can be read',
    ]);
  });
});

const long = `${'very-'.repeat(40)}long.example`;

test.each([60, 80, 100, 200].flatMap((columns) => [true, false].map((isWritten) => ({ columns, isWritten }))))(
  'no line is wider than $columns columns, and no word is lost (written: $isWritten)',
  ({ columns, isWritten }) => {
    const outcome = outcomeFor(
      {
        [`sites/${long}/\u65e5\u672c\u8a9e.conf`]: `* 3600\n${long}\n\u65e5\u672c\u8a9e${'\u8a9e'.repeat(60)} 7200\nplain ?\nb ?\n`,
        'other.conf': `${long}-2 ?\nshop 3600\n`,
      },
      {
        isWritten,
        remarks: [`a remark that is long: ${'word '.repeat(60)}`],
        companions: [
          { file: `c/${long}`, text: '', purpose: 'a purpose '.repeat(20), use: 'verify', isRequired: true },
        ],
      },
    );
    const text = textOf(outcome, columns);
    for (const line of text.split('\n')) expect(widthOf(line), line).toBeLessThanOrEqual(columns);
    // Long words are broken at the ends of lines, so blanks say nothing.
    const bare = text.replace(/\s+/g, '');
    for (const word of [`${long}:`, `${long}-2`, '3600->60', '7200->60', 'plainsaysnothing', 'word'.repeat(60)])
      expect(bare).toContain(word);
    expect(text).toMatch(/[^\n]\n$/);
    expect(text).not.toMatch(/\n\n\n| \n/);
  },
);

test('names do not drive the terminal', () => {
  const text = textOf(outcomeFor({ 'a\u001b[31m.conf': 'x\u202e 3600\ny\u0007 ?\n' }));
  expect(text).toContain('a\\u{1b}[31m.conf:1: 3600 -> 60');
  expect(text).toContain('made-up y\\u{7}');
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
});

test('looks are added without changing the words', () => {
  const outcome = outcomeFor({ m: 'a 3600\nb ?\n' });
  const styled = patchText(outcome, { operationsOf: () => operations, style: (tone, text) => `<${tone}>${text}</>` });
  expect(styled.replace(/<[a-z]+>|<\/>/g, '')).toBe(textOf(outcome));
  expect(styled).toContain('<bad>not changed: 1 listener</>');
});

test('a server that is only changed by what a person runs is not told to reload', () => {
  const outcome = outcomeFor({ m: 'a 3600\n' });
  const companion = { file: 'x.reg', server: 'made-up', purpose: '', use: 'apply', isRequired: true } as const;
  const text = textOf({ ...outcome, lease: { ...outcome.lease, companions: [companion] } });
  expect(text).not.toContain('systemctl');
  expect(text).toContain('the listener: the reload drops the old sessions');
});

describe('JSON', () => {
  test('says where each edit is, for whom, and who is left', () => {
    const report = patchReport(outcomeFor({ m: '* 3600\na\nb\nc ?\nd\n' }), () => operations);
    expect(report).toMatchObject({ schemaVersion: 1, targetSeconds: 60, lease: null, companions: [], problems: [] });
    expect(report.files).toEqual([
      {
        file: 'm',
        digestBefore: 'length:17',
        digestAfter: 'length:15',
        edits: [
          {
            line: 1,
            column: 3,
            before: '3600',
            after: '60',
            listeners: ['a', 'b', 'd'].map((name) => ({
              server: 'made-up',
              address: null,
              name,
              lifetimeSeconds: 3600,
            })),
          },
        ],
      },
    ]);
    expect(report.refused).toEqual([
      {
        listener: { server: 'made-up', address: null, name: 'c', lifetimeSeconds: null },
        why: 'c says nothing that can be read',
        help: 'make the value known first, or change it by hand; shortfuse audit says where it comes from',
        location: { file: 'm', line: 4, column: 3 },
      },
    ]);
    expect(report.next).toEqual([
      {
        server: 'made-up',
        commands: [
          { command: 'made-up --check', purpose: 'check the files' },
          { command: 'systemctl reload made-up', purpose: 'let the server use them' },
        ],
        sentences: ['all 3 listeners: the reload drops the old sessions; inspection may be switched on 1 min later'],
        waitSeconds: 60,
      },
    ]);
    expect(report.summary).toEqual({ files: 1, listeners: 3, refused: 1, longestSeconds: 3600, waitSeconds: 60 });
  });

  test('nothing to do is zero, not unknown', () => {
    const report = patchReport(outcomeFor({ m: 'a 60\n' }), () => operations);
    expect(report.summary).toEqual({ files: 0, listeners: 0, refused: 0, longestSeconds: 0, waitSeconds: 0 });
    expect(report.next).toEqual([]);
  });

  test.each([
    { more: { lifetimeSeconds: null }, longestSeconds: null, waitSeconds: 60 },
    // What survives the reload is waited for.
    { more: { oldSessionsAfterReload: 'kept' }, longestSeconds: 3600, waitSeconds: 3600 },
    { more: { oldSessionsAfterReload: 'kept', lifetimeSeconds: null }, longestSeconds: null, waitSeconds: null },
    { more: { oldSessionsAfterReload: 'kept', isRenewed: true }, longestSeconds: 3600, waitSeconds: null },
  ] as const)('with $more, $longestSeconds and $waitSeconds', ({ more, longestSeconds, waitSeconds }) => {
    const outcome = outcomeFor({ m: 'a 3600\nb 3600\n' });
    const listeners = [leasedListener('a', { server: 'made-up' }), leasedListener('b', { server: 'made-up', ...more })];
    const { summary } = patchReport({ ...outcome, isWritten: true, lease: leaseOf(listeners) }, () => operations);
    expect(summary).toMatchObject({ longestSeconds, waitSeconds });
  });
});
