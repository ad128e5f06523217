import { describe, expect, test } from 'vitest';
import {
  auditOf,
  configurationOf,
  explicit,
  fileOf,
  listenerOf,
  off,
  on,
  placeIn,
  siteSample,
} from '../../test/audit-sample.js';
import type { Listener } from '../listener.js';
import { widthOf } from './layout.js';
import { auditText } from './text.js';

test('a site as a person reads it', () => {
  expect(auditText(siteSample())).toMatchInlineSnapshot(`
    "nginx  nginx.conf  3 files
      nginx 1.22.1 is assumed
      /etc/nginx on the server is this folder

      LIFETIME  ADDRESS                   NAME              SET AT                 RESUMED BY   NOTES
    ! 1 d       *:443                     shop.example      conf.d/shop.conf:14    ID, tickets  1 2
    ! 1 d       *:443                     blog.example      conf.d/shop.conf:14    ID, tickets  1 2
      1 min     10.0.0.1:8443             intern.example    conf.d/intern.conf:8   tickets
    ! 1 d       [2001:db8::1]:443         api.example       conf.d/shop.conf:14    ID, tickets  3
    ? unknown   ?                         template.example  conf.d/intern.conf:30  tickets      4
    ! 5 min     unix:/run/nginx/tls.sock  -                 default                tickets
      none      *:9443                    off.example       default                nothing

      notes
        1  old sessions survive a reload: those issued before a change keep the lifetime they were born
           with (2 listeners)
        2  TLS 1.3 renewal is unbounded: a client that keeps coming back gets the full lifetime anew
           each time (2 listeners)
        3  not all sessions last as long: ID 1 d, 1.2 ticket 5 min, 1.3 ticket 5 min
        4  lifetime unknown: the value is a placeholder of a template, {{ timeout }}

      settings without effect
        conf.d/shop.conf:40
          shop.example is the default server of *:443 and decides for every name there

      lifetimes that govern no listener here; another file may include them
    ! 1 d       snippets/tls.conf:5  ssl_session_timeout 1d

    7 listeners in 4 files, 4 above the target of 1 min, 1 unknown, longest 1 d
    "
  `);
});

const long = fileOf(
  '/srv/deployments/customer-with-a-long-name/production/eu-central-1/nginx/sites-enabled/shop.conf',
  600,
);

function manyListeners(count: number, of: (i: number) => { seconds: number; line: number; more?: Partial<Listener> }) {
  return Array.from({ length: count }, (_, i) => {
    const { seconds, line, more } = of(i);
    const name = `tenant-${i}.a-long-platform-name.internal.example.com`;
    return listenerOf(name, explicit(seconds, placeIn(long, line)), placeIn(long, i + 1), more);
  });
}

/** The rows of the first table, without its head. */
function rowsOf(text: string): string[] {
  const lines = text.split('\n');
  const head = lines.findIndex((line) => line.startsWith('  LIFETIME'));
  const end = lines.findIndex((line, i) => i > head && !/^[!? ] \S/.test(line));
  return lines.slice(head + 1, end);
}

describe('a long table', () => {
  test('counts listeners together that one place governs at one address', () => {
    const listeners = manyListeners(500, (i) => ({ seconds: i % 2 ? 86_400 : 60, line: 1 + (i % 2) }));
    const rows = rowsOf(auditText(auditOf(configurationOf(listeners))));
    expect(rows.slice(0, 2)).toEqual([
      expect.stringMatching(/^ {2}1 min +250 +\*:443 +tenant-0\S* \+249 +\S+\.conf:1 +tickets$/),
      expect.stringMatching(/^! 1 d +250 +\*:443 +tenant-1\S* \+249 +\S+\.conf:2 +tickets$/),
    ]);
  });

  test('counts addresses together where there are too many', () => {
    const listeners = manyListeners(100, (i) => ({ seconds: 300, line: 1, more: { address: `10.0.0.${i}:443` } }));
    expect(rowsOf(auditText(auditOf(configurationOf(listeners))))[0]).toMatch(/^! 5 min +100 +10\.0\.0\.0:443 \+99 /);
  });

  test('shows every place above the target and counts those within it', () => {
    const listeners = manyListeners(300, (i) => ({ seconds: i < 50 ? 86_400 : 60, line: i + 1 }));
    const rows = rowsOf(auditText(auditOf(configurationOf(listeners))));
    expect(rows.filter((row) => row.startsWith('!'))).toHaveLength(50);
    expect(rows.find((row) => row.startsWith('  1 min'))).toMatch(/ 250 .* 250 places /);
  });

  test('keeps listeners apart that different notes are about, as long as there is room', () => {
    const noted = (count: number): string => {
      const listeners = manyListeners(count, (i) => ({
        seconds: 60,
        line: 1,
        more: { notes: i % 2 ? [] : [{ code: `c${i % 120}`, text: `mind the gap ${i % 120}` }] },
      }));
      return auditText(auditOf(configurationOf(listeners)));
    };
    expect(rowsOf(noted(60)).slice(0, 2)).toEqual([
      expect.stringMatching(/ 1 .* tickets +1$/),
      expect.stringMatching(/ 30 .* tickets$/),
    ]);
    expect(rowsOf(noted(200))[0]).toMatch(/ 200 .* tickets +1 2.*60$/);
  });
});

test('of notes that differ in what they name only, the first stands for all where there are many', () => {
  const listeners = manyListeners(30, (i) => ({
    seconds: 60,
    line: 1,
    more: { notes: [{ code: 'governed', text: `site ${i % 10} decides` }] },
  }));
  const text = auditText(auditOf(configurationOf(listeners)));
  expect(text).toContain('1  site 0 decides, and 9 more like it (30 listeners)');
  expect(text).not.toContain('site 1 decides');
});

describe('the width', () => {
  const sentence = { code: 'x', text: `${'word '.repeat(60)}${'x'.repeat(300)}` };
  const unusual: Partial<Listener> = {
    address: `unix:/run/${'deep/'.repeat(40)}tls.sock`,
    profile: '/Common/例え_ssl',
    ignored: [{ at: placeIn(long, 9), why: sentence.text }],
    notes: [sentence],
    mechanisms: {
      sessionId: on(explicit(9_007_199_254_740_991, placeIn(long, 3))),
      ticketTls12: off,
      ticketTls13: on(explicit(100_000, placeIn(long, 4)), explicit(300_061, placeIn(long, 5))),
    },
  };
  const page = (columns: number, longestTable: number): string =>
    auditText(
      auditOf(
        configurationOf(
          manyListeners(500, (i) => ({
            seconds: i % 5 ? 86_400 : 30,
            line: 1 + (i % 60),
            ...(i % 9 ? {} : { more: unusual }),
          })),
          {
            label: `${'very/'.repeat(30)}nginx.conf`,
            assumptions: [sentence.text],
            unattached: [
              { at: placeIn(long, 5), name: 'ssl_session_timeout', written: 'y'.repeat(200), seconds: undefined },
            ],
          },
        ),
      ),
      { columns, longestTable },
    );

  test.each([80, 100])('never exceeds %i columns, whatever the input', (columns) => {
    for (const longestTable of [40, 1000])
      for (const line of page(columns, longestTable).split('\n'))
        expect(widthOf(line), line).toBeLessThanOrEqual(columns);
  });
});

test('one note for many listeners is printed once, with how many', () => {
  const listeners = manyListeners(30, () => ({ seconds: 60, line: 1, more: { oldSessionsAfterReload: 'kept' } }));
  const text = auditText(auditOf(configurationOf(listeners)));
  expect(text.match(/old sessions survive/g)).toHaveLength(1);
  expect(text.replace(/\s+/g, ' ')).toContain('(30 listeners)');
});

test('settings that are ignored for one reason are listed together', () => {
  const ignored = (i: number) => [{ at: placeIn(long, i + 1), why: 'the default server decides' }];
  const listeners = manyListeners(30, (i) => ({ seconds: 60, line: 1, more: { ignored: ignored(i) } }));
  const text = auditText(auditOf(configurationOf(listeners)));
  expect(text.match(/the default server decides/g)).toHaveLength(1);
  expect(text).toContain('and 24 more');
});

test('colours mark what stands above the target, and change no width', () => {
  const marked = auditText(siteSample(), { style: (tone, text) => `<${tone}>${text}</${tone}>` });
  expect(marked).toContain('<bad>! 1 d     </bad>  *:443');
  expect(marked).toContain('<warn>? unknown </warn>');
  expect(marked.replace(/<\/?(bad|warn|good|quiet|strong|heading)>/g, '')).toBe(auditText(siteSample()));
});

test('names and paths cannot drive the terminal', () => {
  const evil = fileOf('a\x1b[2J.conf');
  const text = auditText(
    auditOf(
      configurationOf([
        listenerOf('\x1b]0;x\x07', explicit(60, placeIn(evil, 1)), placeIn(evil, 2), { address: '\x9b:443' }),
      ]),
    ),
  );
  expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
});

test('errors leave a mark in the report, because the reader may not see standard error', () => {
  const audit = { ...auditOf(), pathProblems: [{ path: 'x', message: 'no', help: '' }] };
  expect(auditText(audit)).toBe('no TLS listener in 0 files\n1 error: what they hide is not in this report\n');
});
