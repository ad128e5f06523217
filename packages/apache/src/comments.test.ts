import { applyEdits } from '@shortfuse/core';
import { expect, test } from 'vitest';
import { annotationAt, commentsIn } from './comments.js';
import { parse } from './parse.js';
import { LineKind } from './tree.js';

const tree = (text: string, encoding: 'utf-8' | 'latin1' = 'utf-8') => parse({ path: 'httpd.conf', text, encoding });

test.each([
  ['# a\nX y\n  #b \r\n', ['# a', '#b ']],
  ['# a \\\nX y\nZ 1\n', ['# a \\\nX y']], // the line behind a backslash is a part of the comment
  ['X y # no comment\n', []],
  ['#', ['#']],
  ['', []],
])('comments of %j', (text, wanted) =>
  expect(commentsIn(tree(text)).map(({ start, end }) => text.slice(start, end))).toEqual(wanted),
);

test.each([
  ['above the line', 'A\n  SSL 3|00\nB\n', 'A\n  # note\n  SSL 300\nB\n'],
  ['the first line', 'S|SL 300', '# note\nSSL 300'],
  ['CRLF and a tab', 'A\r\n\tSSL 3|00\r\n', 'A\r\n\t# note\r\n\tSSL 300\r\n'],
  ['no line end at the end', 'A\r\n\tSSL 3|00', 'A\r\n\t# note\r\n\tSSL 300'],
  ['above all of a line that goes on', 'A\n  SSL \\\n 3|00\nB\n', 'A\n  # note\n  SSL \\\n 300\nB\n'],
  ['what is inserted before the end of a section', '<V>\n  A\n|</V>\n', '<V>\n  A\n  # note\n</V>\n'],
  ['what is inserted before a blank line', '  A\n|\nB\n', '  A\n  # note\n\nB\n'],
  ['what is inserted before a section', 'A\n\n|<V>\n', 'A\n\n# note\n<V>\n'],
  ['what is inserted at the end', 'A\n|', 'A\n# note\n'],
  ['what is inserted at the end of a last line without one', 'A\r\n  B|', 'A\r\n  B\r\n  # note'],
  ['an empty file', '|', '# note\n'],
])('a comment %s', (_, marked, wanted) => {
  const text = marked.replace('|', '');
  const edit = annotationAt(tree(text), marked.indexOf('|'), 'note');
  expect(edit && applyEdits(text, [edit])).toEqual({ ok: true, text: wanted });
});

test('no comment behind a line that would swallow it', () => {
  for (const text of ['A \\', 'A \\\n', 'A \\\r\n'])
    expect(annotationAt(tree(text), text.length, 'note')).toBeUndefined();
});

test('a comment that ends in a backslash would take the next line along', () => {
  const edit = annotationAt(tree('SSL 300\n'), 4, 'was C:\\');
  const noted = tree(`${edit?.after}SSL 300\n`);
  expect([...noted.lines.kinds.subarray(0, noted.lines.count)]).toEqual([LineKind.comment, LineKind.directive]);
});

test('what the encoding of the file has no byte for', () =>
  expect(annotationAt(tree('SSL 300\n', 'latin1'), 4, 'é – 😀')?.after).toBe('# é ? ?\n'));
