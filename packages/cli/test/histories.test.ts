import { fileURLToPath } from 'node:url';
import { apache } from '@shortfuse/apache';
import {
  type Adapter,
  decode,
  encode,
  type LeaseFile,
  leaseFor,
  type PlannedEdit,
  resolveAll,
  type SourceFile,
  takeBack,
} from '@shortfuse/core';
import { f5 } from '@shortfuse/f5';
import { noOptions } from '@shortfuse/files';
import { iis } from '@shortfuse/iis';
import { nginx } from '@shortfuse/nginx';
import { openIn, planFor, readCases } from '@shortfuse/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { digestOf } from '../src/io/digest.js';
import { anchorsWith } from '../src/leases/anchors.js';
import { type Deed, deeds, done, gentle, isPossible, linesOf, mannerOf, patchedBy, textOf } from './edit-history.js';

/*
 * What a lease says is taken back is exactly what it wrote, whatever others did to the files in between, in any order. More
 * histories: `SHORTFUSE_HISTORIES=50000 npx vitest run packages/cli/test/histories.test.ts`.
 */
const count = Number(process.env['SHORTFUSE_HISTORIES'] ?? 500);

interface Subject {
  readonly name: string;
  readonly adapter: Adapter;
  readonly before: SourceFile;
  readonly edits: readonly PlannedEdit[];
  /** What a failing history shows of it. */
  readonly [fc.toStringMethod]: () => string;
}

function subjectOf(name: string, adapter: Adapter, before: SourceFile, edits: readonly PlannedEdit[]): Subject {
  return {
    name,
    adapter,
    before,
    edits,
    [fc.toStringMethod]: () => JSON.stringify(name === 'lookalikes' ? before.text : name),
  };
}

const subjects: readonly Subject[] = [nginx, apache, f5, iis].flatMap((adapter) => {
  const folder = fileURLToPath(new URL(`../../${adapter.id}/test/conformance`, import.meta.url));
  return readCases(folder, {}).flatMap(({ name, folder: path, defines }) => {
    const { files } = planFor(openIn(adapter, path, { defines }));
    return files.map(({ before, edits }) => subjectOf(`${adapter.id} ${name} ${before.path}`, adapter, before, edits));
  });
});

test('there are cases of every server', () => {
  for (const { id } of [nginx, apache, f5, iis])
    expect(subjects.filter(({ adapter }) => adapter.id === id).length, id).toBeGreaterThan(3);
});

/** With a comment above each edit, as `--annotate` makes them. */
function annotated({ adapter, before, edits }: Subject): readonly PlannedEdit[] {
  const tree = adapter.parse(before);
  const comments = new Map<number, PlannedEdit>();
  for (const { span } of edits) {
    const note = adapter.annotate(tree, span.start, `shortfuse 2026-11-25-abcdef (${comments.size}): was 1d`);
    if (note && !comments.has(note.span.start))
      comments.set(note.span.start, { ...note, listeners: [], isComment: true });
  }
  return [...comments.values(), ...edits].sort((a, b) => a.span.start - b.span.start);
}

function leaseOf({ adapter, before }: Subject, edits: readonly PlannedEdit[]): LeaseFile {
  const after = { ...before, text: patchedBy(before.text, edits) };
  const { files } = leaseFor(
    { files: [{ before, after, edits }], configurations: [], refused: [], outcome: [] },
    {
      id: '2026-11-25-abcdef',
      createdAt: '2026-11-25T00:00:00Z',
      until: '2026-12-02T00:00:00Z',
      targetSeconds: 60,
      reading: { paths: ['.'], servers: [], roots: {}, defines: {} },
      companions: [],
      nameOf: ({ path }) => path,
      serverOf: () => adapter.id,
      digestOf,
      anchorsOf: (file) => adapter.anchors(adapter.parse(file)),
    },
  );
  const [file] = files;
  if (!file) throw new Error('nothing is patched');
  return file;
}

/** Server blocks of which several look alike, with the new value written in some from the start. */
const lookalikes = fc
  .array(
    fc.record({
      name: fc.constantFrom('a', 'a', 'b'),
      port: fc.constantFrom(1, 1, 2),
      value: fc.constantFrom('1d', '1d', '2h', '60s', '30s', ''),
      isOneLine: fc.boolean(),
      key: fc.constantFrom('k', 'k', 'l'),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((servers): Subject => {
    let text = 'http {\n';
    const edits: PlannedEdit[] = [];
    for (const { name, port, value, isOneLine, key } of servers) {
      const [eol, indent] = isOneLine ? [' ', ''] : ['\n', '    '];
      text += `  server {${eol}${indent}listen ${port};${eol}${indent}server_name ${name};${eol}`;
      const start = text.length;
      if (value === '')
        edits.push({
          span: { start, end: start },
          before: '',
          after: `${indent}ssl_session_timeout 60s;${eol}`,
          listeners: [],
        });
      else {
        text += `${indent}ssl_session_timeout ${value};${eol}`;
        const at = { start: start + indent.length + 20, end: start + indent.length + 20 + value.length };
        if (/[dh]/.test(value)) edits.push({ span: at, before: value, after: '60s', listeners: [] });
      }
      text += `${indent}ssl_certificate_key ${key};${eol}${isOneLine ? '' : '  '}}\n`;
    }
    return subjectOf('lookalikes', nginx, decode('nginx.conf', new TextEncoder().encode(`${text}}\n`)), edits);
  })
  .filter(({ edits }) => edits.length > 0);

const subject = fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...subjects) }, { weight: 1, arbitrary: lookalikes });

function history(kinds: readonly Deed['kind'][]) {
  const deed: fc.Arbitrary<Deed> = fc.record({
    kind: fc.constantFrom(...kinds),
    at: fc.nat(999),
    to: fc.nat(999),
    what: fc.nat(9_999),
  });
  return fc.record({ subject, isAnnotated: fc.boolean(), history: fc.array(deed, { minLength: 1, maxLength: 8 }) });
}

/** Has a text errors that the one before the patch did not have? By itself: what is included is not looked at. */
function isBroken({ adapter, before }: Subject, now: SourceFile): boolean {
  const errors = (file: SourceFile): number =>
    resolveAll(adapter, [adapter.parse(file)], noOptions, () => ({ kind: 'outside' }))
      .flatMap(({ problems }) => problems)
      .filter(({ severity }) => severity === 'error').length;
  return errors(now) > errors(before);
}

function played(each: Subject, isAnnotated: boolean, deedsDone: readonly Deed[]) {
  const edits = isAnnotated ? annotated(each) : each.edits;
  const leased = leaseOf(each, edits);
  let lines = linesOf(each.before.text, edits);
  // To swap two lines that say the same, say, is no change: nobody could see it.
  const seen = new Map([[textOf(lines, () => false), lines]]);
  const isRetyping = ({ kind }: Deed): boolean => kind === 'write like ours';
  for (const deed of [...deedsDone.filter(isRetyping), ...deedsDone.filter((deed) => !isRetyping(deed))]) {
    const next = done(lines, deed, mannerOf(each.before));
    const text = textOf(next, () => false);
    lines = seen.get(text) ?? next;
    seen.set(text, lines);
  }
  const now: SourceFile = { ...each.before, text: textOf(lines, () => false) };
  const outcome = takeBack(
    leased,
    now,
    digestOf(now),
    isBroken(each, now) ? () => undefined : anchorsWith(each.adapter),
  );
  const told = outcome.edits.map((one) => (one.kind === 'drifted' ? one.why : one.kind)).join('\n');
  return { leased, lines, now, outcome, shown: `${told}\n${now.text}` };
}

test('what counts as taken back is ours and nothing else changes', { timeout: 3_600_000 }, () => {
  const tally = { histories: 0, edits: 0, takenBack: 0, drifted: 0 };
  fc.assert(
    fc.property(history(deeds), ({ subject: each, isAnnotated, history: deedsDone }) => {
      const { leased, lines, now, outcome, shown } = played(each, isAnnotated, deedsDone);
      const numbers = (kind: string): number[] => outcome.edits.flatMap((one) => (one.kind === kind ? [one.edit] : []));
      expect(outcome.edits.map(({ edit }) => edit)).toEqual(leased.edits.map((_, edit) => edit));
      const takenBack = new Set(numbers('taken-back'));
      expect(isPossible(outcome.text, lines, leased.edits, takenBack), `${shown}\n--- became\n${outcome.text}`).toBe(
        true,
      );
      // What is there as it was written is either gone now or told.
      if (!outcome.exact)
        for (const edit of numbers('already')) expect(isThere(now.text, leased, edit), `${edit}`).toBe(false);
      expect(() => encode({ ...now, text: outcome.text })).not.toThrow();
      tally.histories++;
      tally.edits += outcome.edits.length;
      tally.takenBack += takenBack.size;
      tally.drifted += numbers('drifted').length;
    }),
    { numRuns: count, seed: 20_261_125 },
  );
  // Neither a test that takes everything back nor one in which all is drifted would say much.
  expect(tally.histories).toBe(count);
  expect(tally.takenBack / tally.edits).toBeGreaterThan(0.4);
  expect(tally.drifted / tally.edits).toBeGreaterThan(0.1);

  /** Only comments can be told by their text alone. */
  function isThere(text: string, { edits }: LeaseFile, edit: number): boolean {
    const written = edits[edit];
    return written?.anchor === undefined && written !== undefined && text.includes(written.after.trim());
  }
});

/**
 * Not all of these can be told apart. In the cases a second statement of the same place said the new value from the start, next
 * to ours or behind the same line.
 */
const uncertain = /^lookalikes$|08-reg-last-assignment-wins|07-duplicate-last-wins/;

test('edits elsewhere leave nothing drifted', { timeout: 3_600_000 }, () => {
  let drifted = 0;
  fc.assert(
    fc.property(history(gentle), ({ subject: each, isAnnotated, history: deedsDone }) => {
      const { leased, lines, outcome, shown } = played(each, isAnnotated, deedsDone);
      const isCertain = !uncertain.test(each.name);
      if (isCertain) {
        expect(
          outcome.edits.filter(({ kind }) => kind !== 'taken-back'),
          shown,
        ).toEqual([]);
        expect(outcome.text, shown).toBe(textOf(lines, () => true));
      } else if (outcome.edits.some(({ kind }) => kind === 'drifted')) drifted++;
      expect(outcome.edits.length).toBe(leased.edits.length);
    }),
    { numRuns: count, seed: 20_261_125 },
  );
  expect(drifted / count).toBeLessThan(0.15);
});
