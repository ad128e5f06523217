import { decode, encode, positionOf } from '@shortfuse/core';
import { expect } from 'vitest';
import { parse } from '../src/parse.js';
import { argumentsOf, isBlock, type NginxFile, nameOf, TokenKind } from '../src/tree.js';

/** Reads text given as such, or bytes, under a made-up name. */
export function read(content: string | Uint8Array): NginxFile {
  return parse(decode('nginx.conf', typeof content === 'string' ? new TextEncoder().encode(content) : content));
}

/** One string a directive, with the names of the blocks around it: `http/server: listen 443 ssl`. */
export function outline(tree: NginxFile): string[] {
  return indices(tree).map((index) => `${contextOf(tree, index)}: ${spelled(tree, index)}`);
}

/** What is set where, as `context=value`, for the directives called `wanted`. */
export function settings(tree: NginxFile, wanted: string): string[] {
  return indices(tree)
    .filter((index) => nameOf(tree, index) === wanted)
    .map((index) => `${contextOf(tree, index)}=${argumentsOf(tree, index).map(({ value }) => value)}`);
}

/** The problems as `line: message`. */
export function complaints({ file, problems }: NginxFile): string[] {
  return problems.map(({ message, at }) => `${positionOf(file, at.span.start).line}: ${message}`);
}

export function indices(tree: NginxFile): number[] {
  return Array.from({ length: tree.directives.count }, (_, index) => index);
}

export function contextOf(tree: NginxFile, index: number): string {
  const names: string[] = [];
  for (let at = tree.directives.parent[index] ?? -1; at !== -1; at = tree.directives.parent[at] ?? -1)
    names.unshift(nameOf(tree, at));
  return names.join('/') || 'top';
}

function spelled(tree: NginxFile, index: number): string {
  const words = [nameOf(tree, index), ...argumentsOf(tree, index).map(({ value }) => value)].join(' ');
  return isBlock(tree, index) ? `${words} {` : words;
}

/** What holds for every file, however broken. */
export function expectLossless(bytes: Uint8Array): NginxFile {
  const file = decode('nginx.conf', bytes);
  const tree = parse(file);
  const { tokens, directives, problems } = tree;
  const { count, kinds, starts } = tokens;
  const { text } = file;
  let joined = '';
  for (let token = 0; token < count; token++) {
    const piece = text.slice(starts[token], starts[token + 1]);
    const isBlank = /^[ \t\r\n]+$/.test(piece);
    // An empty token would have no place, and a blank one swallows no word.
    if (piece === '' || isBlank !== (kinds[token] === TokenKind.blank || (isBlank && kinds[token] === TokenKind.lua)))
      expect.fail(`token ${token} is ${JSON.stringify(piece)}, of kind ${kinds[token]}`);
    joined += piece;
  }
  // Not `toBe`: a difference of megabytes takes minutes to print.
  expect(joined === text && starts[0] === 0 && starts[count] === text.length).toBe(true);
  expect(Buffer.from(encode({ text: joined, encoding: file.encoding })).equals(bytes)).toBe(true);
  for (let index = 0; index < directives.count; index++) {
    const name = directives.name[index] ?? -1;
    const end = directives.end[index] ?? -1;
    const close = directives.close[index] ?? -2;
    const parent = directives.parent[index] ?? -2;
    const next = directives.next[index] ?? -1;
    const isSound =
      name >= 0 &&
      name <= end &&
      end <= count &&
      (close === -1 || (close > end && close <= count)) &&
      parent < index &&
      (parent === -1 || (directives.next[parent] ?? 0) >= next) &&
      next > index &&
      next <= directives.count;
    if (!isSound) expect.fail(`directive ${index}: ${[name, end, close, parent, next]}`);
  }
  let last = 0;
  for (const { at } of problems) {
    expect(at.span.start).toBeGreaterThanOrEqual(last);
    expect(at.span.end).toBeLessThanOrEqual(text.length);
    last = at.span.start;
  }
  expect(problems.length).toBeLessThanOrEqual(51);
  return tree;
}
