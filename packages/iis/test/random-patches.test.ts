import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { applyEdits, decode, effectiveLifetime, invertEdits, type SourceFile } from '@shortfuse/core';
import { samplesIn } from '@shortfuse/testkit';
import { expect, test } from 'vitest';
import { iis } from '../src/index.js';
import { planOf } from './patching.js';
import { host } from './reading.js';

/** A full run is `SHORTFUSE_RANDOM=20000`. */
const rounds = Math.max(1, Number.parseInt(process.env['SHORTFUSE_RANDOM'] ?? '', 10) || 400);

/** The same numbers in every run: a failure names its round. Constants of Numerical Recipes' quick generator. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const folder = fileURLToPath(new URL('conformance', import.meta.url));
const artefacts = samplesIn(folder, (path) => /\.(?:reg|ps1|cmd|yaml|yml)$|Registry\.xml$/.test(path)).map(({ path }) =>
  decode(path.slice(path.lastIndexOf('/') + 1), new Uint8Array(readFileSync(join(folder, path)))),
);
const words = [
  ...[
    '"ServerCacheTime"=-\r\n',
    '\n',
    '\r',
    ' ',
    "'",
    '"',
    '{',
    '}',
    '(',
    ')',
    '#',
    ';',
    '\\',
    '`',
    '^',
    '<!--',
    '-->',
  ],
  ...[
    'if (',
    'if exist x ',
    'state: absent\n',
    ' -Force',
    '$x',
    '%x%',
    '{{ x }}',
    'action="D"',
    'hex(4):1,2,3,4',
    '"1"',
  ],
  ...['dword:', '0x', '60000', '3600000', 'disabled="1"', 'enablesessionticket=enable', ', ', ' /v ', 'rem ', '[-HKEY'],
];

function changedText(text: string, random: (below: number) => number): string {
  let changed = text;
  for (let left = 1 + random(4); left > 0; left--) {
    const at = random(changed.length + 1);
    const length = random(30);
    const piece = random(2) === 0 ? (words[random(words.length)] ?? '') : changed.slice(at, at + length);
    const rest = random(3) === 0 ? changed.slice(at + length) : changed.slice(at);
    changed = changed.slice(0, at) + piece + rest;
  }
  return changed;
}

function checkAround(file: SourceFile, round: string): void {
  const tree = iis.parse(file);
  const anchors = iis.anchors(tree);
  const comments = iis.comments(tree);
  let end = 0;
  for (const comment of comments) {
    expect(comment.start, round).toBeGreaterThanOrEqual(end);
    expect(comment.end, round).toBeGreaterThan(comment.start);
    end = comment.end;
  }
  expect(end, round).toBeLessThanOrEqual(file.text.length);
  for (const { statement, value } of anchors) {
    expect(statement.start, round).toBeLessThanOrEqual(value.start);
    expect(statement.end, round).toBeGreaterThanOrEqual(value.end);
    const edit = iis.annotate(tree, value.start, 'words');
    expect(edit?.before ?? '', round).toBe('');
  }
}

test(`${rounds} changed artefacts: a patch does what it says, can be found again and taken back`, () => {
  let edited = 0;
  let refused = 0;
  for (let i = 0; i < rounds; i++) {
    const random = randomNumbers(i);
    const chosen = [artefacts[random(artefacts.length)], artefacts[random(artefacts.length)]].slice(0, 1 + random(2));
    const files = Object.fromEntries(
      chosen.flatMap((file, at) => (file ? [[`${at}-${file.path}`, changedText(file.text, random)]] : [])),
    );
    const round = `round ${i}: ${JSON.stringify(files)}`;
    const plan = planOf({ 'applicationHost.config': host, ...files }, { allowDisable: random(2) === 0 });
    const isRefused = new Set(plan.refused.map(({ listener }) => listener.name));
    refused += isRefused.size;
    // What is written beside the files does not show when they are read again.
    const isBeside = plan.configurations.some(({ remedies }) => remedies.some(({ edits }) => edits.length === 0));
    for (const listener of plan.outcome.flatMap(({ listeners }) => listeners)) {
      if (isRefused.has(listener.name) || isBeside) continue;
      expect(effectiveLifetime(listener).seconds, round).toBeLessThanOrEqual(60);
    }
    for (const { before, after, edits } of plan.files) {
      edited++;
      expect(applyEdits(after.text, invertEdits(edits)), round).toEqual({ ok: true, text: before.text });
      const anchors = iis.anchors(iis.parse(after));
      for (const { span } of invertEdits(edits)) {
        const around = anchors.filter(({ statement }) => statement.start <= span.start && statement.end >= span.end);
        expect(around.length, round).toBe(1);
      }
    }
    for (const [path, text] of Object.entries(files)) checkAround({ path, text, encoding: 'utf-8' }, round);
  }
  // Otherwise the changes left nothing to check.
  expect(edited).toBeGreaterThan(rounds / 10);
  expect(refused).toBeGreaterThan(rounds / 50);
});
