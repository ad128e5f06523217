import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Adapter,
  applyEdits,
  type Companion,
  type Configuration,
  effectiveLifetime,
  encode,
  invertEdits,
  type Listener,
  lastingName,
  type Plan,
  type Problem,
  planPatch,
  type SourceFile,
} from '@shortfuse/core';
import type { Project } from '@shortfuse/files';
import { describe, expect, test } from 'vitest';
import { type CaseDialect, type ConformanceCase, errorsIn, openIn, readCases, summarize } from './conformance.js';

/** The lifetime that the case folders are patched to. */
const target = 60;

/** What differs between the servers' case folders, for patches. */
export interface PatchDialect extends CaseDialect {
  /** By case: the names of listeners that cannot be brought to the target, where the case leaves them unsaid. */
  readonly refused?: Readonly<Record<string, readonly string[]>>;
}

/** One changed line of a case's `patchedTo60`. Lines count from 1 in the file as it was. */
interface ExpectedEdit {
  readonly file: string;
  /** With `before` null: the line that the new one becomes. */
  readonly line?: number;
  /** The line that a new one follows. */
  readonly afterLine?: number;
  readonly before: string | null;
  readonly after: string;
  /** `one-valid-choice`: another place may be right, too. */
  readonly placement?: string;
}

interface ExpectedCompanion {
  readonly encoding: string;
  readonly eol: 'lf' | 'crlf';
  readonly lines: readonly string[];
}

interface PatchCase {
  readonly edits: readonly ExpectedEdit[];
  readonly companions: Readonly<Record<string, ExpectedCompanion>>;
  /** Names of listeners that cannot be brought to the target; undefined where the case says nothing of it. */
  readonly refused: readonly string[] | undefined;
}

function readPatchCase(folder: string): PatchCase {
  const file = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as {
    readonly patchedTo60?: readonly ExpectedEdit[];
    readonly companionFiles?: Readonly<Record<string, ExpectedCompanion>>;
    readonly refused?: readonly { readonly name: string }[];
  };
  return {
    edits: file.patchedTo60 ?? [],
    companions: file.companionFiles ?? {},
    refused: file.refused?.map(({ name }) => name),
  };
}

/** Plans the patch of everything in `project`. */
export function planFor(project: Project, { allowDisable = false } = {}): Plan {
  return planPatch(project.configurations, {
    target,
    allowDisable,
    isWritable: (file) => project.pathOf(file) !== undefined,
    resolveWith: project.resolveWith,
  });
}

/** What a patch would leave wrong: nothing is written then. */
export function blockingIn(outcome: readonly Configuration[]): readonly Problem[] {
  return outcome.flatMap(({ problems }) => problems.filter(({ severity }) => severity === 'error'));
}

/**
 * Registers a test for every case folder: the patch is the expected one, each of its edits can be found again, nothing is left
 * to patch in the result, and taking it back gives the very bytes.
 */
export function patchSuite(adapter: Adapter, folder: string, dialect: PatchDialect = {}): void {
  describe(`${adapter.title}: patches of the conformance cases`, () => {
    for (const each of readCases(folder, dialect)) test(each.name, () => checkPatch(adapter, each, dialect));
  });
}

function checkPatch(adapter: Adapter, each: ConformanceCase, dialect: PatchDialect): void {
  const expected = readPatchCase(each.folder);
  const refused = expected.refused ?? dialect.refused?.[each.name];
  const folder = mkdtempSync(join(tmpdir(), 'shortfuse-patch-'));
  try {
    cpSync(each.folder, folder, { recursive: true, verbatimSymlinks: true });
    const open = (): Project => openIn(adapter, folder, { defines: each.defines });
    const project = open();
    const plan = planFor(project);
    if (blockingIn(plan.outcome).length > 0) {
      // The server refuses the case, with the patch or without.
      expect(errorsIn(project)).not.toEqual([]);
      expect(expected.edits).toEqual([]);
      return;
    }
    // A case that names none may still hold listeners of which nothing is known, before the patch and after it.
    const isUnknown = (listener: Listener): boolean => effectiveLifetime(listener).seconds === undefined;
    const unknown = plan.outcome.flatMap(({ listeners }) => listeners.filter(isUnknown));
    expect(plan.refused.map(({ listener }) => listener.name)).toEqual(refused ?? unknown.map(({ name }) => name));
    checkTexts(project, plan, expected.edits, folder);
    checkAnchors(adapter, plan);
    checkAnnotations(adapter, project, plan);
    checkCompanions(adapter, plan, expected.companions);

    const before = new Map(plan.files.map(({ before: file }) => [file.path, readFileSync(join(folder, file.path))]));
    for (const { after } of plan.files) writeFileSync(join(folder, after.path), encode(after));
    const patched = open();
    expect(listenersOf(patched.configurations)).toEqual(listenersOf(plan.outcome));
    expect(planFor(patched).files).toEqual([]);
    for (const { before: file, after, edits } of plan.files) {
      const undone = applyEdits(after.text, invertEdits(edits));
      expect(undone).toEqual({ ok: true, text: file.text });
      expect(Buffer.from(encode({ ...after, text: undone.ok ? undone.text : '' }))).toEqual(before.get(file.path));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Text by text where the case names the only right place; by effect and number of lines where it does not. */
function checkTexts(project: Project, plan: Plan, edits: readonly ExpectedEdit[], folder: string): void {
  const expected = expectedTexts(edits, folder);
  if (edits.every(({ placement }) => placement === undefined)) {
    expect(new Map(plan.files.map(({ after }) => [after.path, after.text]))).toEqual(expected);
    return;
  }
  expect(plan.files.flatMap((file) => file.edits).length).toBeLessThanOrEqual(edits.length);
  const lines = plan.files.flatMap(({ after }) => after.text.split(/\r?\n/).map((line) => `${after.path}: ${line}`));
  for (const { file, after, placement } of edits)
    if (placement === undefined) expect(lines).toContain(`${file}: ${after}`);
  const changed = new Map(
    [...filesOf(project)].flatMap((file) => {
      const text = expected.get(file.path);
      return text === undefined ? [] : [[file, { ...file, text }] as const];
    }),
  );
  expect(lifetimesOf(plan.outcome)).toEqual(lifetimesOf(project.resolveWith(changed)));
}

function filesOf({ configurations }: Project): ReadonlySet<SourceFile> {
  return new Set(configurations.flatMap(({ files }) => files));
}

/** Each file of a case's patch as it should become, its line ends kept. */
function expectedTexts(edits: readonly ExpectedEdit[], folder: string): Map<string, string> {
  const lines = new Map<string, { text: string; before: string[]; after: string[] }[]>();
  const linesOf = (file: string) => {
    const known = lines.get(file);
    if (known) return known;
    const text = decodeCase(readFileSync(join(folder, file)));
    const split = text
      .split(/(?<=\n)/)
      .map((line): { text: string; before: string[]; after: string[] } => ({ text: line, before: [], after: [] }));
    lines.set(file, split);
    return split;
  };
  for (const { file, line, afterLine, before, after } of edits) {
    const all = linesOf(file);
    const at = all[(line ?? afterLine ?? 0) - 1];
    if (!at) throw new Error(`${file} has no line ${line ?? afterLine}`);
    const ending = /\r?\n$/.exec(at.text)?.[0] ?? '';
    if (before === null) {
      const usual = /\r?\n/.exec(all[0]?.text ?? '')?.[0] ?? '\n';
      if (afterLine === undefined) at.before.push(`${after}${usual}`);
      else at.after.push(ending === '' ? `${usual}${after}` : `${after}${ending}`);
      continue;
    }
    if (at.text.slice(0, at.text.length - ending.length) !== before)
      throw new Error(`${file}:${line} is ${JSON.stringify(at.text)} and not ${JSON.stringify(before)}`);
    at.text = `${after}${ending}`;
  }
  return new Map(
    [...lines].map(([file, all]) => [
      file,
      all.map(({ before, text, after }) => [...before, text, ...after].join('')).join(''),
    ]),
  );
}

/** The texts of the cases; a byte order mark is no part of a text. */
function decodeCase(bytes: Uint8Array): string {
  for (const encoding of ['utf-8', 'utf-16le'])
    try {
      if (encoding === 'utf-16le' && !(bytes[0] === 0xff && bytes[1] === 0xfe)) continue;
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      // The next one, then.
    }
  return Buffer.from(bytes).toString('latin1');
}

/** A lease finds an edit again by the statement that it is in. */
function checkAnchors(adapter: Adapter, { files }: Plan): void {
  for (const { after, edits } of files) {
    const anchors = adapter.anchors(adapter.parse(after));
    for (const { statement } of anchors) expect(statement.end).toBeGreaterThan(statement.start);
    for (const [i, { span, after: written }] of invertEdits(edits).entries()) {
      const shown = `${after.path}: ${JSON.stringify(edits[i]?.after)}`;
      const inserted = span.end > span.start && written === '';
      const around = anchors.filter(({ statement }) =>
        inserted
          ? statement.start >= span.start && statement.end <= span.end
          : statement.start <= span.start && statement.end >= span.end,
      );
      expect(around.map(({ path }) => path.join(' > ')).length, shown).toBe(1);
      expect(around[0]?.path.length, shown).toBeGreaterThan(0);
    }
  }
}

/** A comment above every edit changes nothing, and is found as a comment. */
function checkAnnotations(adapter: Adapter, project: Project, { files, outcome }: Plan): void {
  const words = 'shortfuse 2026-11-25-abcdef: was 1d until 2026-12-02';
  const annotated = new Map<SourceFile, SourceFile>();
  for (const { before, edits } of files) {
    const tree = adapter.parse(before);
    const notes = edits.flatMap(({ span }) => adapter.annotate(tree, span.start, words) ?? []);
    const unique = [...new Map(notes.map((note) => [note.span.start, note])).values()];
    const result = applyEdits(before.text, [...unique, ...edits]);
    expect(result.ok, before.path).toBe(true);
    if (!result.ok) continue;
    const text: SourceFile = { ...before, text: result.text };
    annotated.set(before, text);
    const comments = adapter.comments(adapter.parse(text));
    const found = comments.filter(({ start, end }) => text.text.slice(start, end).includes(words));
    expect(found.length, before.path).toBe(unique.length);
  }
  expect(lifetimesOf(project.resolveWith(annotated))).toEqual(lifetimesOf(outcome));
}

function checkCompanions(
  adapter: Adapter,
  { configurations }: Plan,
  expected: Readonly<Record<string, ExpectedCompanion>>,
): void {
  const found: Companion[] = configurations.flatMap(({ configuration, remedies }) => [
    ...(adapter.companions?.(configuration, { target, remedies }) ?? []),
  ]);
  for (const [name, { encoding, eol, lines }] of Object.entries(expected)) {
    const companion = found.find((one) => one.name === name);
    const ending = eol === 'crlf' ? '\r\n' : '\n';
    expect(companion?.text.replace(/\r?\n$/, ''), name).toBe(lines.join(ending).replace(/\r?\n$/, ''));
    expect(companion?.encoding, name).toBe(encoding === 'utf-16le-bom' ? 'utf-16le' : encoding);
    expect(companion?.purpose, name).not.toBe('');
  }
}

function listenersOf(configurations: readonly Configuration[]) {
  return configurations.flatMap(({ listeners }) => listeners.map((listener) => summarize(listener)));
}

function lifetimesOf(configurations: readonly Configuration[]) {
  return listenersOf(configurations).map(({ address, name, lifetimeSeconds, mechanisms }) => ({
    address,
    // A comment above a server moves the line that is part of its name.
    name: lastingName({ name }),
    lifetimeSeconds,
    mechanisms,
  }));
}
