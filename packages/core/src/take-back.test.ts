import { describe, expect, test } from 'vitest';
import type { Anchor } from './change.js';
import { applyEdits } from './edit.js';
import { type LeaseFile, leaseFor } from './lease.js';
import type { PlannedEdit } from './plan.js';
import { decode, type SourceFile } from './source.js';
import { takeBack } from './take-back.js';

/** `name {` opens a block, `}` closes it, `time VALUE;` is a statement; several may stand on a line. */
function anchors({ text }: SourceFile): Anchor[] {
  const path: string[] = [];
  const found: Anchor[] = [];
  for (const { 0: all, 1: open, 2: value, index } of text.matchAll(/([\w.]+) \{|\}|\btime ([^;\s]+);/g)) {
    if (open !== undefined) path.push(open);
    else if (all === '}') path.pop();
    else if (value !== undefined) {
      const start = index + all.indexOf(value, 5);
      found.push({
        path: [...path, 'time'],
        statement: { start: index, end: index + all.length },
        value: { start, end: start + value.length },
      });
    }
  }
  return found;
}

const fileOf = (text: string): SourceFile => decode('f.conf', new TextEncoder().encode(text));

/** A lease for a text in which `«old|new»` marks the edits, and `«#old|new»` a comment. */
function patched(marked: string): { readonly before: string; readonly after: string; readonly leased: LeaseFile } {
  const edits: PlannedEdit[] = [];
  let before = '';
  let copied = 0;
  for (const { 0: all, 1: hash, 2: old = '', 3: fresh = '', index } of marked.matchAll(/«(#?)([^|»]*)\|([^»]*)»/g)) {
    before += marked.slice(copied, index);
    copied = index + all.length;
    const span = { start: before.length, end: before.length + old.length };
    edits.push({ span, before: old, after: fresh, listeners: [], ...(hash ? { isComment: true } : {}) });
    before += old;
  }
  before += marked.slice(copied);
  const result = applyEdits(before, edits);
  if (!result.ok) throw new Error('the marks overlap');
  const lease = leaseFor(
    {
      files: [{ before: fileOf(before), after: fileOf(result.text), edits }],
      configurations: [],
      refused: [],
      outcome: [],
    },
    {
      id: 'test',
      createdAt: '2026-01-01T00:00:00Z',
      until: '2026-01-08T00:00:00Z',
      targetSeconds: 60,
      reading: { paths: ['.'], servers: [], roots: {}, defines: {} },
      companions: [],
      nameOf: ({ path }) => path,
      serverOf: () => 'toy',
      digestOf: ({ text }) => text,
      anchorsOf: anchors,
    },
  );
  const [leased] = lease.files;
  if (!leased) throw new Error('no edit is marked');
  return { before, after: result.text, leased };
}

function outcome(leased: LeaseFile, text: string, skip?: ReadonlySet<number>) {
  const { edits, ...rest } = takeBack(leased, fileOf(text), text, anchors, skip);
  return { ...rest, edits: edits.map((each) => (each.kind === 'drifted' ? each.why : each.kind)) };
}

const two = 'http {\n  listen 1;\n  time «1d|60»;\n}\nmail {\n  listen 2;\n«|  time 60;\n»}\n';

test('unchanged since: the text from before', () => {
  const { before, after, leased } = patched(two);
  expect(outcome(leased, after)).toEqual({ text: before, exact: true, edits: ['taken-back', 'taken-back'] });
});

test('back already: nothing to do', () => {
  const { before, leased } = patched(two);
  expect(outcome(leased, before)).toEqual({ text: before, exact: true, edits: ['already', 'already'] });
});

test('an edit that is to be skipped stays, and the others go', () => {
  const { after, leased } = patched(two);
  expect(outcome(leased, after, new Set([0]))).toEqual({
    text: after.slice(0, after.lastIndexOf('  time')).concat('}\n'),
    exact: false,
    edits: [expect.stringContaining('something else was changed, too'), 'taken-back'],
  });
});

/** The first block behind the others. */
function swapped(text: string): string {
  const end = text.indexOf('}\n') + 2;
  return text.slice(end) + text.slice(0, end);
}

/** `change` is what somebody else did after the patch; with it applied to the text before the patch we must end up. */
const elsewhere: readonly { name: string; marked?: string; change: (text: string) => string }[] = [
  { name: 'a line before', change: (text) => `# new\n${text}` },
  { name: 'a line after', change: (text) => `${text}# new\n` },
  { name: 'a line next to the value', change: (text) => text.replace('listen 1;\n', 'listen 1;\n  # new\n') },
  { name: 'a line next to the added one', change: (text) => text.replace('listen 2;\n', 'listen 2;\n  # new\n') },
  { name: 'both neighbours', change: (text) => text.replace('listen 1;', 'l;').replace('}\nmail', '# x\n}\nmail') },
  { name: 'all line ends to CRLF', change: (text) => text.replaceAll('\n', '\r\n') },
  {
    name: 'all line ends to LF',
    marked: two.replaceAll('\n', '\r\n'),
    change: (text) => text.replaceAll('\r\n', '\n'),
  },
  { name: 'the blocks change places', change: swapped },
  { name: 'another block with the same value', change: (text) => `${text}ftp {\n  time 60;\n}\n` },
  { name: 'a block around all', change: (text) => text.replace('http {', 'https {') },
  { name: 'two spaces to a tab', change: (text) => text.replaceAll(/^ {2}/gm, '\t') },
  { name: 'a comment behind the changed value', change: (text) => text.replace(/(time \w+;)(?=\n\}\nmail)/, '$1 # x') },
  {
    name: 'the last line end',
    marked: 'http {\n}\n«|time 60;\n»',
    change: (text) => text.replace(/\n$/, ''),
  },
  {
    name: 'lines behind a line that was added at the end',
    marked: 'http {\n}«|\ntime 60;»',
    change: (text) => `${text}\n# more\n`,
  },
  {
    name: 'a comment of ours is found wherever it is',
    marked: 'http {\n«#|  # shortfuse test: was 1d\n»  time «1d|60»;\n}\n',
    change: (text) => `# new\n${text.replaceAll(/^ {2}/gm, '\t')}`,
  },
  {
    name: 'a statement on one line with others',
    marked: 'http { listen 1;«| time 60;» }\n',
    change: (text) => text.replace('listen 1', 'listen 2'),
  },
  {
    name: 'one of several blocks of one name goes by its neighbours',
    marked: 's {\n  listen 1;\n  time «1d|60»;\n}\ns {\n  listen 2;\n  time «2d|60»;\n}\n',
    change: swapped,
  },
  {
    name: 'of several that cannot be told apart all go',
    marked: 's {\n  time «1d|60»;\n}\ns {\n  time «1d|60»;\n}\n',
    change: (text) => `# new\n${text}`,
  },
  {
    name: 'one neighbour of one of several, and none came or went',
    marked: 's {\n  listen 1;\n  time «1d|60»;\n}\ns {\n  listen 2;\n  time «1d|60»;\n}\n',
    change: (text) => text.replace('listen 1;', 'listen 3;'),
  },
  {
    name: 'the name of the block and what is beside it',
    marked: 's.a {\n  time «1d|60»;\n}\ns.b {\n  time «1d|60»;\n}\n',
    change: (text) => text.replace('s.a {', 's.c {'),
  },
  {
    name: 'a renamed block that moved',
    marked: 's.a {\n  listen 1;\n  time «1d|60»;\n}\ns.b {\n  listen 2;\n  time 30;\n}\n',
    change: (text) => swapped(text.replace('s.a {', 's.c {')),
  },
];

test.each(elsewhere)('elsewhere: $name', ({ marked = two, change }) => {
  const { before, after, leased } = patched(marked);
  const changed = change(after);
  expect(changed).not.toBe(after);
  expect(outcome(leased, changed)).toEqual({
    text: change(before),
    exact: false,
    edits: leased.edits.map(() => 'taken-back'),
  });
});

/** What others did to our own text, or so that something else could be taken for it. Nothing of it may change. */
const left: readonly { name: string; marked: string; change: (text: string) => string; why: string }[] = [
  {
    name: 'another value',
    marked: 'http {\n  time «1d|60»;\n}\n',
    change: (text) => text.replace('60', '90'),
    why: 'it was changed since',
  },
  {
    name: 'a value that begins like ours',
    marked: 'http {\n  time «86400|60»;\n}\n',
    change: (text) => text.replace('60', '600'),
    why: 'it was changed since',
  },
  {
    name: 'a value that begins like the old one',
    marked: 'http {\n  time «86400|60»;\n}\n',
    change: (text) => text.replace('60', '864000'),
    why: 'it was changed since',
  },
  {
    name: 'the statement is gone',
    marked: 'http {\n  time «1d|60»;\n}\n',
    change: (text) => text.replace('  time 60;\n', ''),
    why: 'there is no statement at http > time any more',
  },
  {
    name: 'the added line is gone',
    marked: 'http {\n«|  time 60;\n»}\n',
    change: (text) => `${text.replace('  time 60;\n', '')}#\n`,
    why: 'the line that was added at http > time is gone',
  },
  {
    name: 'another value on the added line',
    marked: 'http {\n«|  time 60;\n»}\n',
    change: (text) => text.replace('60', '70'),
    why: 'it was changed since',
  },
  {
    name: 'a comment on the added line',
    marked: 'http {\n«|  time 60;\n»}\n',
    change: (text) => text.replace('60;', '60; # keep'),
    why: 'something else was written on the line that was added',
  },
  {
    name: 'a copy of the block: either can be the first',
    marked: 's {\n  listen 1;\n  time «1d|60»;\n}\n',
    change: (text) => text + text,
    why: '2 statements stand at s > time, and which of them is meant is not certain',
  },
  {
    name: 'a copy of the block, and the first one was changed',
    marked: 's {\n  listen 1;\n  time «1d|60»;\n}\n',
    change: (text) => text.replace('1', '2') + text,
    why: '2 statements stand at s > time, and which of them is meant is not certain',
  },
  {
    name: 'the block is gone, and one of its name always had the new value',
    marked: 's {\n  time «1d|60»;\n}\ns {\n  time 60;\n}\n',
    change: (text) => text.slice(text.length / 2),
    why: 'it is not certain that the one statement at s > time is the one that the lease is about',
  },
  {
    name: 'the block is gone, and a like one always had the new value',
    marked: 's.a {\n  time «1d|60»;\n}\ns.b {\n  time 60;\n}\n',
    change: (text) => text.slice(text.length / 2),
    why: 'there is no statement at s.a > time any more',
  },
  {
    name: 'the block is gone, and somebody wrote a new one with the new value',
    marked: 's.a {\n  listen 1;\n  time «1d|60»;\n}\n',
    change: () => '# new\ns.c {\n  listen 3;\n  time 60;\n  log off;\n}\n',
    why: 'there is no statement at s.a > time any more',
  },
  {
    name: 'blocks that cannot be told apart had different values',
    marked: 's {\n  time «1d|60»;\n}\ns {\n  time «2d|60»;\n}\n',
    change: (text) => `# new\n${text}`,
    why: '2 statements stand at s > time, and which of them is meant is not certain',
  },
  {
    name: 'a comment of ours is there twice',
    marked: 'http {\n«#|  # shortfuse test: was 1d\n»}\n',
    change: (text) => text + text,
    why: 'the comment is there more than once',
  },
  {
    name: 'a comment of ours goes on',
    marked: 'http {\n«#|  # shortfuse test: was 1d\n»}\n',
    change: (text) => text.replace('1d', '1d, ask Kim'),
    why: 'something else was written beside the comment',
  },
];

test.each(left)('left alone: $name', ({ marked, change, why }) => {
  const { after, leased } = patched(marked);
  const changed = change(after);
  expect(changed).not.toBe(after);
  expect(outcome(leased, changed)).toEqual({ text: changed, exact: false, edits: leased.edits.map(() => why) });
});

describe('some of several', () => {
  test('a value that somebody put back counts as taken back, the rest goes', () => {
    const { before, after, leased } = patched(`${two}# x\n`);
    const changed = after.replace('time 60', 'time 1d').replace('# x', '# y');
    expect(outcome(leased, changed)).toEqual({
      text: before.replace('# x', '# y'),
      exact: false,
      edits: ['already', 'taken-back'],
    });
  });

  test('one of two that cannot be told apart is gone: the other one goes back, one is told to be gone', () => {
    const { after, leased } = patched('s {\n  time «1d|60»;\n}\ns {\n  time «1d|60»;\n}\n# x\n');
    const result = outcome(leased, after.slice(after.indexOf('}') + 2));
    expect(result.text).toBe('s {\n  time 1d;\n}\n# x\n');
    expect(result.edits).toEqual(['taken-back', expect.stringContaining('there is no statement')]);
  });

  test('a comment that somebody took out is no drift', () => {
    const { after, leased } = patched('http {\n«#|  # shortfuse test: was 1d\n»  time «1d|60»;\n}\n');
    expect(outcome(leased, after.replace(/.*#.*\n/, ''))).toEqual({
      text: 'http {\n  time 1d;\n}\n',
      exact: false,
      edits: ['already', 'taken-back'],
    });
  });
});

test('what is drifted says where it is and what stands there', () => {
  const { after, leased } = patched('http {\n  time «1d|60»;\n}\n');
  const changed = `# new\n${after.replace('60', '90')}`;
  const [edit] = takeBack(leased, fileOf(changed), changed, anchors).edits;
  const start = changed.indexOf('90');
  expect(edit).toMatchObject({ kind: 'drifted', found: '90', at: { start, end: start + 2 } });
});

test('ten thousand edits among as many likes end soon', { timeout: 10_000 }, () => {
  const { before, after, leased } = patched('s {\n  time «1d|60»;\n}\n'.repeat(10_000));
  const { text, edits } = takeBack(leased, fileOf(`# new\n${after}`), '', anchors);
  expect(text).toBe(`# new\n${before}`);
  expect(edits).toHaveLength(10_000);
});
