import { describe, expect, test } from 'vitest';
import { countFailures, type FailureReport, readMoment, type TrafficRequest } from '../src/index.js';
import { count, header, logOf, type RowWish, row, switchedOn } from './logs-sample.js';

/** `203.0.113.10:443: 0/1 before, 2/3 after`, for each destination. */
function figures({ destinations }: FailureReport): string[] {
  return destinations.map(
    ({ tally: { name, before, after } }) =>
      `${name}: ${before.failed}/${before.ended} before, ${after.failed}/${after.ended} after`,
  );
}

function rejections({ files }: FailureReport): Record<string, number> {
  return Object.fromEntries(files.flatMap(({ rejected }) => [...rejected].map(([why, { count: n }]) => [why, n])));
}

const early = { generated: '2026/03/10 01:10:00' };

describe('which rows count', () => {
  test.each<{ title: string; wish: RowWish; want: string | undefined; why?: string }>([
    { title: 'a session', wish: {}, want: '203.0.113.10:443: 0/1 before, 0/1 after' },
    { title: 'decrypt-error', wish: { reason: 'decrypt-error' }, want: '203.0.113.10:443: 0/1 before, 1/1 after' },
    { title: 'another case', wish: { reason: 'Decrypt-Error' }, want: '203.0.113.10:443: 0/1 before, 1/1 after' },
    { title: 'no reason of ours', wish: { reason: 'decrypt-errors' }, want: '203.0.113.10:443: 0/1 before, 0/1 after' },
    {
      title: 'its Repeat Count',
      wish: { repeat: '7', reason: 'decrypt-unsupport-param' },
      want: '203.0.113.10:443: 0/1 before, 7/7 after',
    },
    {
      title: 'a session that began before',
      wish: { started: '2026/03/10 01:59:59', reason: 'decrypt-error' },
      want: '203.0.113.10:443: 1/2 before, 0/0 after',
    },
    {
      title: 'the very second of the switch',
      wish: { started: switchedOn },
      want: '203.0.113.10:443: 0/1 before, 0/1 after',
    },
    {
      title: 'NAT',
      wish: { natDestination: '10.0.0.5', natPort: '8443' },
      want: '10.0.0.5:8443: 0/0 before, 0/1 after',
    },
    {
      title: 'NAT of the address alone',
      wish: { natDestination: '10.0.0.5' },
      want: '10.0.0.5:443: 0/0 before, 0/1 after',
    },
    {
      title: 'no NAT',
      wish: { natDestination: '::', natPort: '8443' },
      want: '203.0.113.10:443: 0/1 before, 0/1 after',
    },
    { title: 'an empty NAT', wish: { natDestination: '' }, want: '203.0.113.10:443: 0/1 before, 0/1 after' },
    { title: 'IPv6', wish: { destination: '2001:db8::25' }, want: '[2001:db8::25]:443: 0/0 before, 0/1 after' },
    { title: 'a rule in quotes', wish: { rule: '"web, ""new"""' }, want: '203.0.113.10:443: 0/1 before, 0/1 after' },
    { title: 'another log', wish: { type: 'THREAT' }, want: undefined },
    { title: 'another log with a quote', wish: { type: 'THREAT', rule: '"a, b' }, want: undefined },
    { title: 'a session that begins', wish: { subtype: 'start' }, want: undefined },
    { title: 'udp', wish: { protocol: 'udp' }, want: undefined },
    { title: 'no Type', wish: { type: 'traffic' }, want: undefined, why: 'type' },
    { title: 'an empty Type', wish: { type: '' }, want: undefined, why: 'type' },
    { title: 'no time', wish: { generated: 'n/a' }, want: undefined, why: 'time' },
    { title: 'no Start Time', wish: { started: '' }, want: undefined, why: 'time' },
    { title: 'no port', wish: { port: '' }, want: undefined, why: 'port' },
    { title: 'a port too large', wish: { port: '65536' }, want: undefined, why: 'port' },
    {
      title: 'a NAT port that is none',
      wish: { natDestination: '10.0.0.5', natPort: 'x' },
      want: undefined,
      why: 'port',
    },
    { title: 'Repeat Count 0', wish: { repeat: '0' }, want: undefined, why: 'repeatCount' },
    { title: 'Repeat Count -1', wish: { repeat: '-1' }, want: undefined, why: 'repeatCount' },
    { title: 'no address', wish: { destination: 'shop.example' }, want: undefined, why: 'address' },
    { title: 'a time as address', wish: { destination: '02:10:00' }, want: undefined, why: 'address' },
  ])('$title', async ({ wish, want, why }) => {
    const report = await count(`${row(early)}\n${row(wish)}\n`);
    expect(figures(report).at(-1)).toBe(want ?? '203.0.113.10:443: 0/1 before, 0/0 after');
    expect(rejections(report)).toEqual(why === undefined ? {} : { [why]: 1 });
  });

  test('an old row without the 47th column is rejected, a shorter one of another kind is not', async () => {
    const short = (wish: RowWish): string => row(wish).split(',').slice(0, 46).join(',');
    const report = await count([row(), short({}), short({ subtype: 'start' }), short({ type: 'CONFIG' })].join('\n'));
    expect(rejections(report)).toEqual({ columns: 1 });
    expect(report.warnings).toEqual([{ kind: 'rejected', file: 'a.csv', rows: 1 }]);
  });
});

describe('headers', () => {
  test('one in the middle is none of the rows, where files were put together', async () => {
    const report = await count([header, row(early), header, row()].join('\n'));
    expect(figures(report)).toEqual(['203.0.113.10:443: 0/1 before, 0/1 after']);
    expect(report.files[0]?.rows).toBe(2);
    expect(report.warnings).toEqual([]);
  });

  test('one with other columns changes how the rest is read', async () => {
    const other = 'Start Time,Generate Time,Type,Subtype,dst,dport,proto,Repeat Count,seqno,Session End Reason';
    const report = await count(
      [row(early), other, `${switchedOn},${switchedOn},TRAFFIC,end,203.0.113.10,443,tcp,1,9,"decrypt-error"`].join(
        '\n',
      ),
    );
    expect(figures(report)).toEqual(['203.0.113.10:443: 0/1 before, 1/1 after']);
  });

  test.each([
    { title: 'in capitals', quote: '' },
    { title: 'in capitals and quotes', quote: '"' },
  ])('one $title is one, although its Type looks like one', async ({ quote }) => {
    const names = `DST,DPORT,PROTO,TYPE,SUBTYPE,START,TIME_GENERATED,REPEATCNT,SEQNO,${quote}SESSION_END_REASON${quote}`;
    const report = await count(
      `${names}\n203.0.113.10,443,tcp,TRAFFIC,end,${switchedOn},${switchedOn},1,9,decrypt-error\n`,
    );
    expect(figures(report)).toEqual(['203.0.113.10:443: 0/0 before, 1/1 after']);
    expect(report.files[0]?.rows).toBe(1);
  });

  test('a row with a header is not cut at what looks like the end of a syslog prefix', async () => {
    const columns = 'dst,dport,proto,Repeat Count,Generate Time,Type,Subtype,Session End Reason,Start Time';
    const report = await count(`${columns}\n203.0.113.10,443,tcp,1,${switchedOn},TRAFFIC,end,tcp-fin,${switchedOn}\n`);
    expect(figures(report)).toEqual(['203.0.113.10:443: 0/0 before, 0/1 after']);
  });

  test('without an end reason no row counts, and that is said', async () => {
    const lines = [header, row(early), row()].map((line) => line.split(',').slice(0, 46).join(','));
    const report = await count(lines.join('\n'));
    expect(report).toMatchObject({ destinations: [], rejectedRows: 2, verdict: 'too-little-data' });
    expect(report.warnings.map(({ kind }) => kind)).toEqual(['no-end-reason', 'rejected']);
  });

  test('without a Start Time the side goes by Generate Time, and that is said', async () => {
    const columns = 'dst,dport,proto,Repeat Count,Generate Time,Type,Subtype,Session End Reason';
    const report = await count(`${columns}\n203.0.113.10,443,tcp,1,${switchedOn},TRAFFIC,end,tcp-fin\n`);
    expect(figures(report)).toEqual(['203.0.113.10:443: 0/0 before, 0/1 after']);
    expect(report.notes.join('\n')).toContain('a.csv has no column Start Time: sessions from before the switch');
  });

  test('a column that every row needs is named', async () => {
    const report = await count(
      `dst,dport,Generate Time,Type,Subtype,Session End Reason\n203.0.113.10,443,${switchedOn},TRAFFIC,end,tcp-fin\n`,
    );
    expect(report.notes.join('\n')).toContain('a.csv has no column Repeat Count, IP Protocol: none of its rows');
  });
});

describe('duplicates', () => {
  test('count once, over files and within one', async () => {
    const twice = row();
    const report = await count('', {
      logs: [
        { file: logOf('a.csv', [`${row(early)}\n${twice}\n${twice}\n`]) },
        { file: logOf('b.csv', [`${twice}\n`]) },
      ],
    });
    expect(figures(report)).toEqual(['203.0.113.10:443: 0/1 before, 0/1 after']);
    expect(report.warnings).toEqual([{ kind: 'duplicates', rows: 2 }]);
  });

  test.each([
    { title: 'another firewall', wish: { serial: '0019' } },
    { title: 'another session', wish: { session: '4712' } },
    { title: 'another row', wish: { sequence: '78' } },
  ])('$title is another row', async ({ wish }) => {
    const report = await count(`${row({ sequence: '77' })}\n${row({ sequence: '77', ...wish })}\n`);
    expect(report.warnings).toEqual([]);
  });

  test.each(['', '0', '00'])('rows with sequence number "%s" are all counted', async (sequence) => {
    const report = await count(`${row({ sequence })}\n${row({ sequence })}\n`);
    expect(figures(report)).toEqual(['203.0.113.10:443: 0/0 before, 0/2 after']);
  });

  test('a row that cannot be counted does not stand for one that can', async () => {
    const report = await count(`${row({ sequence: '77', port: '' })}\n${row({ sequence: '77' })}\n`);
    expect(figures(report)).toEqual(['203.0.113.10:443: 0/0 before, 0/1 after']);
  });
});

describe('without a moment', () => {
  const sides = (before: string, after: string): Promise<FailureReport> => {
    const { enabledAt: _, ...request }: TrafficRequest = {
      kind: 'traffic',
      logs: [
        { file: logOf('b.csv', [before]), side: 'before' },
        { file: logOf('a.csv', [after]), side: 'after' },
      ],
      clocks: new Map(),
      cap: 65_535,
      destinations: [],
    };
    return countFailures(request);
  };

  test('time starts at the first row of after that counts, wherever it stands', async () => {
    const twice = row({ generated: '2026/03/10 01:00:00' });
    const report = await sides(
      twice,
      [
        row(),
        twice,
        row({ generated: '2026/03/10 01:59:30' }),
        row({ generated: '2026/03/10 01:00:00', port: '' }),
      ].join('\n'),
    );
    expect(report.origin.after).toBe(Date.UTC(2026, 2, 10, 1, 59, 30) / 1000);
    expect(figures(report)).toEqual(['203.0.113.10:443: 0/1 before, 0/2 after']);
    expect(report.warnings).toEqual([
      { kind: 'rejected', file: 'a.csv', rows: 1 },
      { kind: 'duplicates', rows: 1 },
    ]);
  });

  test('an empty after is no proof', async () => {
    const report = await sides(row(), '');
    expect(report).toMatchObject({ verdict: 'too-little-data', warnings: [{ kind: 'empty', file: 'a.csv' }] });
  });
});

describe('clocks', () => {
  const utc = readMoment('2026-03-10T02:00:00Z');

  test('without a clock for a firewall nothing is computed', async () => {
    if (!utc) throw new Error('no time');
    const report = await count(`${row()}\n${row({ serial: '0019' })}\n`, {
      enabledAt: utc,
      clocks: new Map([['0018', 0]]),
    });
    expect(report).toMatchObject({
      destinations: [],
      verdict: null,
      errors: [{ file: 'a.csv', line: 2, why: 'the clock of firewall 0019 is not known' }],
    });
  });

  test('the clock of a firewall without a destination that was asked for is not needed', async () => {
    if (!utc) throw new Error('no time');
    const report = await count(`${row()}\n${row({ serial: '0019', destination: '203.0.113.11' })}\n`, {
      enabledAt: utc,
      clocks: new Map([['0018', 0]]),
      destinations: ['203.0.113.10'],
    });
    expect(figures(report)).toEqual(['203.0.113.10:443: 0/0 before, 0/1 after']);
  });

  test('leading zeros of a serial number may be lost', async () => {
    if (!utc) throw new Error('no time');
    const report = await count(row({ serial: '18' }), { enabledAt: utc, clocks: new Map([['0018', 3600]]) });
    expect(figures(report)).toEqual(['203.0.113.10:443: 0/1 before, 0/0 after']);
  });

  test('two firewalls whose clocks differ are noticed by the time their rows took', async () => {
    const at = (time: string, serial: string): string =>
      row({ serial, generated: `2026/03/10 ${time}`, received: '2026/03/10 02:10:05' });
    const report = await count([at('02:10:00', '0018'), at('03:10:01', '0019')].join('\n'));
    expect(report.notes.join('\n')).toContain('Clocks differ: that of 0019 is about 60 minutes ahead of that of 0018');
  });

  test('rows of one side only are remarked', async () => {
    const report = await count(row(early));
    expect(report.notes).toEqual([
      'No session is from after the switch; the rows are of 2026/03/10 01:10:00 to 2026/03/10 01:10:00.',
    ]);
  });
});

describe('what is no traffic log', () => {
  test.each([
    { title: 'a web page', text: '<!DOCTYPE html>\n<html>\n', help: 'this is a web page' },
    { title: 'CEF', text: 'Mar 10 fw CEF:0|Palo Alto Networks|PAN-OS|10|end|TRAFFIC|1|\n', help: 'this is CEF' },
    { title: 'a zip archive', text: 'PK\x03\x04\0\0', help: 'this is an archive; unpack it' },
    { title: 'other text', text: 'a,b,c\n1,2,3\n', help: 'export the log as CSV' },
  ])('$title', async ({ text, help }) => {
    const report = await count(text);
    expect(report).toMatchObject({
      destinations: [],
      warnings: [],
      verdict: null,
      errors: [{ file: 'a.csv', line: 1 }],
    });
    expect(report.errors[0]?.help).toContain(help);
  });

  test('UTF-16 is named', async () => {
    const report = await count(Uint8Array.from([0xff, 0xfe, 0x31, 0, 0x2c, 0]));
    expect(report.errors[0]?.help).toBe('this is UTF-16; save it as UTF-8');
  });

  test('a log of another kind is read and named', async () => {
    const report = await count(`${row({ type: 'DECRYPTION' })}\n${row({ type: 'THREAT' })}\n`);
    expect(report).toMatchObject({ verdict: 'too-little-data', errors: [] });
    expect(report.notes).toEqual([
      'a.csv has no row of type TRAFFIC, but 1 of type DECRYPTION, 1 of type THREAT; give it with --decryption-log.',
    ]);
  });

  test('a log in which no session ends is remarked', async () => {
    const report = await count(
      `${row({ subtype: 'start' })}\n${row({ protocol: 'udp' })}\n${row({ type: 'THREAT' })}\n`,
    );
    expect(report.notes).toEqual([
      'None of the 2 rows of a.csv is of a TCP session that ended; rules log those with "Log at Session End".',
    ]);
  });

  test('a log that breaks off with an error is no log', async () => {
    const report = await count('', {
      logs: [
        {
          file: {
            name: 'a.csv',
            async *read() {
              yield `${row()}\n`;
              throw new Error('the disk is gone');
            },
          },
        },
      ],
    });
    expect(report).toMatchObject({ verdict: null, errors: [{ file: 'a.csv', line: 2, why: 'the disk is gone' }] });
  });
});

test('only the destinations that were asked for count', async () => {
  const log = [
    row(),
    row({ destination: '203.0.113.11' }),
    row({ destination: '203.0.113.12', port: '8443' }),
    row({ port: '22' }),
  ];
  const report = await count(log.join('\n'), {
    destinations: ['203.0.113.10:443', '203.0.113.12', '203.0.113.99', '203.0.113.11:8443'],
  });
  expect(figures(report)).toEqual([
    '203.0.113.10:443: 0/0 before, 0/1 after',
    '203.0.113.12:8443: 0/0 before, 0/1 after',
  ]);
  expect(report.notes.filter((note) => note.startsWith('No row that counts is of'))).toHaveLength(2);
});

test('the log of a whole network is refused, with what to do', async () => {
  const rows = Array.from({ length: 100_001 }, (_, i) =>
    row({ destination: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}` }),
  );
  const report = await count(rows.join('\n'));
  expect(report).toMatchObject({ destinations: [], verdict: null, errors: [{ file: 'a.csv', line: 100_001 }] });
  expect(report.errors[0]?.help).toContain('--destination ADDRESS');
});

test('rows outside of the span of a decryption log are left out', async () => {
  const [enabledAt, from, until] = ['02:00', '01:00', '03:00'].map((time) => readMoment(`2026/03/10 ${time}`));
  if (!enabledAt || !from || !until) throw new Error('no time');
  const names = 'Type,Generate Time,Destination address,Destination Port,Repeat Count,Error Index,Proxy Type,Serial #';
  const at = (time: string, proxy = 'Inbound', index = 'Resume'): string =>
    `DECRYPTION,2026/03/10 ${time},203.0.113.10,443,2,${index},${proxy},0018`;
  const log = [
    names,
    at('00:59:59'),
    at('01:00:00'),
    at('02:00:00'),
    at('02:30:00', 'Forward'),
    at('02:40:00', 'inbound', ''),
    at('03:00:01'),
  ];
  const report = await countFailures({
    kind: 'decryption',
    logs: [{ file: logOf('d.csv', [log.join('\n')]) }],
    enabledAt,
    from,
    until,
    clocks: new Map(),
    cap: 65_535,
    destinations: [],
  });
  const [destination] = report.destinations;
  expect([...(destination?.tally.before.failures ?? [])]).toEqual([['Resume', 2]]);
  expect([...(destination?.tally.after.failures ?? [])]).toEqual([
    ['Resume', 2],
    ['(none)', 2],
  ]);
  expect(report.notes).toContain('2 rows are outside of --from and --until and left out.');
});

test('a decryption log as syslog lines has its columns at the places of the manual', async () => {
  const [enabledAt, until] = ['02:00', '03:00'].map((time) => readMoment(`2026/03/10 ${time}`));
  if (!enabledAt || !until) throw new Error('no time');
  const fields: string[] = Array(65).fill('');
  fields.splice(
    0,
    10,
    '1',
    switchedOn,
    '0018',
    'DECRYPTION',
    '0',
    '2560',
    switchedOn,
    '192.0.2.1',
    '203.0.113.10',
    '0.0.0.0',
  );
  fields.splice(23, 3, '2', '40000', '443');
  fields.splice(45, 4, 'Resume', 'uninspected', 'Uninspected', 'Inbound');
  const line = `<14>Mar 10 02:00:01 fw-1 ${fields.join(',')}`;
  const report = await countFailures({
    kind: 'decryption',
    logs: [{ file: logOf('d.log', [line, '\n', line.replace('Inbound', 'Forward')]) }],
    enabledAt,
    until,
    clocks: new Map(),
    cap: 65_535,
    destinations: [],
  });
  expect(report.destinations.map(({ tally }) => [tally.name, ...tally.after.failures])).toEqual([
    ['203.0.113.10:443', ['Resume', 2]],
  ]);
});
