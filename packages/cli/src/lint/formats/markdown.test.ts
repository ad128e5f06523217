import { describe, expect, test } from 'vitest';
import {
  configurationOf,
  context,
  fileOf,
  findingOf,
  listenerOf,
  placeOf,
  reportOf,
  siteReport,
} from '../../../test/formats/sample.js';
import { lintMarkdown } from './markdown.js';
import { editBlock } from './markdown-diff.js';
import { code, codeInCell, plainText } from './markdown-text.js';

test('the whole comment about a site', () => {
  expect(lintMarkdown(siteReport(), context)).toMatchInlineSnapshot(`
    "<!-- shortfuse-lint -->
    ### shortfuse: 1 error, 1 warning, 2 places not judged

    4 listeners in 3 files, target 1 min.

    **What could not be read was not judged: no finding does not mean that there is nothing.**

    - \`deploy/nowhere\`: error: No such file or directory (name a path that exists)
    - \`deploy/conf.d/broken.conf:3:1\`: error: directive "listen" is not terminated by ";" (put a ; at the end of line 2)

    | | where | what | rule |
    |---|---|---|---|
    | **error** | \`deploy/conf.d/shop & söhne.conf:4\` | sessions of shop.example (\\[::\\]:443) last 1 d (86400 s), the target is 1 min (60 s) | [lifetime-above-target](https://github.com/shortfuse/shortfuse/blob/main/docs/rules/lifetime-above-target.md) |
    | warning | \`deploy/nginx.conf:3\` | nobody knows how long sessions last: {{ timeout }} is a placeholder \\| of a &lt;template&gt; &amp; "more" | [lifetime-unknown](https://github.com/shortfuse/shortfuse/blob/main/docs/rules/lifetime-unknown.md) |

    | listener | lifetime | after \`shortfuse patch\` | set at |
    |---|---|---|---|
    | shop.example (\\[::\\]:443) | 1 d | **1 min** | \`deploy/conf.d/shop & söhne.conf:4:22\` |
    | api.example (\\[::\\]:443) | unknown | unknown, as before | \`deploy/nginx.conf:3:25\` |

    <details>
    <summary>Why it matters, and what to do</summary>

    **lifetime-above-target** at \`deploy/conf.d/shop & söhne.conf:4:22\`: sessions of shop.example (\\[::\\]:443) last 1 d (86400 s), the target is 1 min (60 s)

    - why: a client that resumes a session which the firewall never saw breaks when inspection is switched on
    - help: write "60s" instead of "1d", or run shortfuse patch
    - see \`deploy/conf.d/shop & söhne.conf:2:2\`: shop.example (\\[::\\]:443) is defined here

    \`\`\`diff
    @@ deploy/conf.d/shop & söhne.conf:4:22 @@
    -    ssl_session_timeout 1d;
    +    ssl_session_timeout 60s;
    \`\`\`

    **lifetime-unknown** at \`deploy/nginx.conf:3:25\`: nobody knows how long sessions last: {{ timeout }} is a placeholder \\| of a &lt;template&gt; &amp; "more"

    - why: what is not known may be longer than the target\\\\u{1b}\\[31m
    - help: render the template first: \\\`jinja2 nginx.conf @<!-- -->ops #<!-- -->12 100% <span>$</span>host \\_and\\_ \\*so\\* on\\\`

    </details>
    "
  `);
});

test('a clean site', () => {
  expect(lintMarkdown(reportOf([]), context)).toMatchInlineSnapshot(`
    "<!-- shortfuse-lint -->
    ### shortfuse: no findings

    4 listeners in 3 files, target 1 min.
    "
  `);
});

test('comments in files and the baseline are counted', () => {
  const report = reportOf([]);
  const summary = { ...report.summary, suppressed: 2, baselined: 7 };
  expect(lintMarkdown({ ...report, summary }, context)).toContain(
    '4 listeners in 3 files, target 1 min; 2 silenced by comments, 7 in the baseline.',
  );
});

const file = fileOf('a.conf', 'timeout 1d;\n');
const at = placeOf(file, '1d');

test('remarks on what was read are folded away below the findings', () => {
  const remark = { severity: 'warning', at, message: 'no "events" section', help: 'add one' } as const;
  const text = lintMarkdown(reportOf([findingOf(at)], { problems: [remark] }), context);
  expect(text).toContain('### shortfuse: 1 error\n');
  expect(text).not.toContain('was not judged');
  expect(text).toMatch(
    /<summary>1 remark on what was read<\/summary>\n\n- `deploy\/a\.conf:1:9`: warning: no "events" section \(add one\)\n\n<\/details>\n$/,
  );
});

describe('the size', () => {
  const many = (count: number, message: string) =>
    reportOf(
      Array.from({ length: count }, (_, i) =>
        findingOf(at, {
          severity: i === count - 1 ? 'error' : 'warning',
          message: `${message} ${i}`,
          listeners: [listenerOf(`host-${i}.${message}`, at, 100 + i)],
        }),
      ),
      {
        problems: Array.from({ length: 2 * count }, (_, i) => ({
          severity: i % 2 ? 'error' : 'warning',
          at,
          message: `${message}: ${i}`,
          help: message,
        })),
      },
    );

  test.each([{ message: 'x' }, { message: '<&`|$@*_'.repeat(500) }])('is below the limit of GitHub', ({ message }) => {
    const text = lintMarkdown(many(3000, message), context);
    expect(text.length).toBeLessThan(65_536);
    expect(text.match(/^- and \d+ more$/gm)).toHaveLength(2);
    expect(text).toMatch(/^… and \d+ more findings\.$/m);
    expect(text).toMatch(/^… and \d+ more rows of listeners\.$/m);
    expect(text).toMatch(/more findings; <code>--format text<\/code> has them all\.$/m);
    expect(text.trimEnd().endsWith('</details>')).toBe(true);
  });

  test('leaves out warnings before errors', () => {
    expect(lintMarkdown(many(3000, 'x'), context)).toContain('| **error** | `deploy/a.conf:1` | x 2999 |');
  });
});

describe('the table of listeners', () => {
  const rows = (report: Parameters<typeof lintMarkdown>[0]): readonly string[] => {
    const lines = lintMarkdown(report, context).split('\n');
    const start = lines.findIndex((line) => line.startsWith('| listener |'));
    return start === -1 ? [] : lines.slice(start, lines.indexOf('', start));
  };
  const named = (count: number, seconds: number) =>
    Array.from({ length: count }, (_, i) => listenerOf(`host-${i}`, at, seconds));

  test('counts listeners together that one place governs and that move alike', () => {
    const report = reportOf([], {
      configurations: [configurationOf(...named(40, 86_400))],
      patched: [configurationOf(...named(40, 60))],
    });
    expect(rows(report)).toEqual([
      '| listener | lifetime | after `shortfuse patch` | set at |',
      '|---|---|---|---|',
      '| host-0 (\\[::\\]:443), host-1 (\\[::\\]:443), host-2 (\\[::\\]:443) and 37 more | 1 d | **1 min** | `deploy/a.conf:1:9` |',
    ]);
  });

  test('says where a patch changes nothing, and leaves out who is at the target', () => {
    const before = [listenerOf('long', at, 86_400), listenerOf('short', at, 30), listenerOf('off', at, 0)];
    const report = reportOf([], {
      configurations: [configurationOf(...before)],
      patched: [configurationOf(...before)],
    });
    expect(rows(report).slice(2)).toEqual(['| long (\\[::\\]:443) | 1 d | 1 d, as before | `deploy/a.conf:1:9` |']);
  });

  test('has no column for a patch that nobody worked out', () => {
    const report = reportOf([findingOf(at, { listeners: [listenerOf('a', at, 400 * 365 * 86_400)] })]);
    expect(rows(report)).toEqual([
      '| listener | lifetime | set at |',
      '|---|---|---|',
      '| a (\\[::\\]:443) | over 100 years | `deploy/a.conf:1:9` |',
    ]);
  });
});

test.each([
  { text: 'a|b', want: 'a\\|b' },
  { text: '*a* _b_ `c` ~d~', want: '\\*a\\* \\_b\\_ \\`c\\` \\~<!-- -->d\\~' },
  { text: '<img src=x> &amp;', want: '&lt;img src=x&gt; &amp;amp;' },
  { text: '[a](b)', want: '\\[a\\](b)' },
  { text: '@team #12 !3 %4', want: '@<!-- -->team #<!-- -->12 !<!-- -->3 %<!-- -->4' },
  { text: '100% @ #', want: '100% @ #' }, // nothing behind them, no reference
  { text: '$a + $b', want: '<span>$</span>a + <span>$</span>b' }, // GitHub would set it as a formula
  { text: 'a\r\nb\tc', want: 'a b c' },
  { text: '\u001b[31m', want: '\\\\u{1b}\\[31m' },
])('$text is $want', ({ text, want }) => expect(plainText(text)).toBe(want));

test.each([
  { text: 'a', want: '`a`' },
  { text: 'a`b', want: '``a`b``' },
  { text: '`a`', want: '`` `a` ``' },
  { text: ' a ', want: '`  a  `' }, // one blank of each side is taken off
  { text: '', want: '' },
])('$text as code is $want', ({ text, want }) => expect(code(text)).toBe(want));

test('a bar in code ends a cell unless it is escaped', () => expect(codeInCell('a|b')).toBe('`a\\|b`'));

test('no text leaves its cell, its block or the folded part', () => {
  const evil = fileOf('a|b`c\n</details>.conf', '```\n</details> 1d | x\n```\n');
  const span = placeOf(evil, '1d').span;
  const hostile = '| a\n\n</details>\n```\n# b <!--';
  const finding = findingOf(
    { file: evil, span },
    {
      message: hostile,
      why: hostile,
      help: hostile,
      listeners: [listenerOf(hostile, { file: evil, span }, 5000)],
      fix: [{ file: evil, edit: { span, before: '1d', after: '60s\n```\n</details>' } }],
    },
  );
  const lines = lintMarkdown(reportOf([finding]), context).split('\n');
  for (const row of lines.filter((line) => line.startsWith('| **error**')))
    expect(row.replaceAll('\\|', '').match(/\|/g)).toHaveLength(5);
  // Outside of blocks of code there are two lines that are tags, and they are ours.
  let fence = '';
  const outside = lines.filter((line) => {
    const [opening] = /^`{3,}/.exec(line) ?? [];
    if (fence === '' && opening !== undefined) fence = opening;
    else if (line === fence) fence = '';
    else return fence === '';
    return false;
  });
  expect(
    outside.filter((line) => /<\/?details>/.test(line.replace(/\\./g, '').replace(/``.*?``|`[^`]+`/g, ''))),
  ).toEqual(['<details>', '</details>']);
  expect(fence).toBe('');
});

describe('a diff', () => {
  const block = (text: string, before: string, after: string): readonly string[] => {
    const source = fileOf('a.conf', text);
    const start = text.indexOf(before);
    return editBlock(
      { file: source, edit: { span: { start, end: start + before.length }, before, after } },
      (path) => path,
    );
  };

  test.each([
    { about: 'a value', text: 'a;\r\n\tb 1d;\r\n', before: '1d', after: '60s', want: ['-    b 1d;', '+    b 60s;'] },
    { about: 'a line that is added', text: 'a;\n}\n', before: '\n', after: '\nb;\n', want: ['+b;'] },
    { about: 'a line that goes', text: 'a;\nb;\nc;\n', before: 'b;\n', after: '', want: ['-b;'] },
    { about: 'the end of a text without a line end', text: 'a', before: 'a', after: 'b', want: ['-a', '+b'] },
    {
      about: 'a very long line',
      text: `${'x'.repeat(5000)}1d${'y'.repeat(5000)}`,
      before: '1d',
      after: '60s',
      want: [`-…${'x'.repeat(100)}1d${'y'.repeat(99)}…`, `+…${'x'.repeat(100)}60s${'y'.repeat(99)}…`],
    },
    {
      about: 'very many lines',
      text: 'a',
      before: 'a',
      after: 'b\n'.repeat(50),
      want: ['-a', ...Array.from({ length: 12 }, () => '+b'), '+… and 39 more lines'],
    },
  ])('of $about', ({ text, before, after, want }) => {
    const [open, hunk, ...rest] = block(text, before, after);
    expect(open).toBe('```diff');
    expect(hunk).toMatch(/^@@ a\.conf:\d+:\d+ @@$/);
    expect(rest).toEqual([...want, '```']);
  });
});
