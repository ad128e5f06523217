import { decode } from '@shortfuse/core';
import { parse as readWithNginxConf } from 'nginx-conf';
import { expect, test } from 'vitest';
import { parse } from '../src/parse.js';
import { argumentsOf, type NginxFile, TokenKind } from '../src/tree.js';
import { corpus, corpusBytes, describeWithCorpus } from './corpus.js';
import { indices } from './reading.js';

/**
 * nginx-conf reads the corpus, too, and every difference to our reading has a reason that is in the file. Blanks between
 * words do not count: it keeps them, and we do not call them part of a word.
 */

/** Directives in text order, one string each, as they are written. */
type Reading = readonly string[];

function oneBlank(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/ (?=\)$)/, '')
    .trim();
}

/** Lua code is no argument for us; it makes it one. */
function withoutLua(name: string, value: string): string {
  return /_by_lua_block$/.test(name) ? name : oneBlank(`${name} ${value}`);
}

function ourReading(tree: NginxFile): Reading {
  const { file, tokens, directives } = tree;
  return indices(tree).map((index) => {
    const token = directives.name[index] ?? 0;
    const name = file.text.slice(tokens.starts[token], tokens.starts[token + 1]);
    const words = argumentsOf(tree, index).map(({ span }) => file.text.slice(span.start, span.end));
    return withoutLua(name, words.join(' '));
  });
}

/** What it reads, or why it cannot. */
function theirReading(text: string): Reading | string {
  let result: Reading | string = 'no answer';
  readWithNginxConf(text, (error, root) => {
    if (error || !root) {
      result = error?.message ?? 'no answer';
      return;
    }
    const reading: string[] = [];
    const stack = [...(root.children ?? [])].reverse();
    for (let node = stack.pop(); node; node = stack.pop()) {
      reading.push(withoutLua(node.name, String(node.value ?? '')));
      stack.push(...[...(node.children ?? [])].reverse());
    }
    result = reading;
  });
  return result;
}

/** Why a reading may differ, and how that is seen in the file itself. The first that holds is the reason. */
const reasons: readonly {
  readonly why: string;
  readonly holds: (tree: NginxFile, theirs: Reading | string) => boolean;
}[] = [
  {
    why: 'template tags are words, blocks or errors to it',
    holds: ({ directives }) => directives.templateDepth !== undefined,
  },
  {
    why: 'nginx refuses the file, and it refuses it or drops the directive that is not ended',
    holds: ({ problems }) => problems.length > 0,
  },
  {
    why: 'it refuses Lua blocks with a brace in a string, or more than one on a line',
    holds: ({ tokens }, theirs) => typeof theirs === 'string' && tokens.kinds.includes(TokenKind.lua),
  },
  {
    why: 'an escaped semicolon or brace ends its word',
    holds: ({ file, tokens }) =>
      Array.from(tokens.kinds).some(
        (kind, token) =>
          kind === TokenKind.word && /\\[;{}]/.test(file.text.slice(tokens.starts[token], tokens.starts[token + 1])),
      ),
  },
  {
    why: 'the text of some comments is a directive or a part of one to it',
    holds: (tree, theirs) => {
      const ours = new Set(ourReading(tree));
      const { file, tokens } = tree;
      const comments = Array.from(tokens.kinds).flatMap((kind, token) =>
        kind === TokenKind.comment
          ? [oneBlank(file.text.slice(tokens.starts[token], tokens.starts[token + 1]).replace(/^#+/, ''))]
          : [],
      );
      return (
        typeof theirs !== 'string' &&
        theirs.some(
          (line) => !ours.has(line) && (line.includes('#') || comments.some((comment) => line.includes(comment))),
        )
      );
    },
  },
];

describeWithCorpus('a second reader', () => {
  test('differs from ours for known reasons only', () => {
    const counts: Record<string, number> = {};
    const unexplained: string[] = [];
    for (const entry of corpus) {
      const tree = parse(decode(entry.file, corpusBytes(entry)));
      const theirs = theirReading(tree.file.text);
      const isSame = typeof theirs !== 'string' && ourReading(tree).join('\n') === theirs.join('\n');
      const why = isSame ? 'the same' : reasons.find(({ holds }) => holds(tree, theirs))?.why;
      if (why === undefined) unexplained.push(entry.file);
      else counts[why] = (counts[why] ?? 0) + 1;
    }
    expect(unexplained).toEqual([]);
    expect(counts).toEqual({
      'the same': 171,
      'template tags are words, blocks or errors to it': 19,
      'the text of some comments is a directive or a part of one to it': 10,
      'nginx refuses the file, and it refuses it or drops the directive that is not ended': 8,
      'it refuses Lua blocks with a brace in a string, or more than one on a line': 2,
      'an escaped semicolon or brace ends its word': 1,
    });
  });
});
