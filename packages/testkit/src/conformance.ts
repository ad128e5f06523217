import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Adapter,
  effectiveLifetime,
  type Listener,
  type Location,
  type MechanismName,
  type Mechanisms,
  mechanismNames,
  mechanismSeconds,
  type Problem,
  positionOf,
} from '@shortfuse/core';
import { noOptions, openProject, type Project } from '@shortfuse/files';
import { describe, expect, test } from 'vitest';

/** What differs between the servers' case folders. */
export interface CaseDialect {
  /** The file that the server is started with, relative to the case folder; cases without it are only opened as a folder. */
  readonly mainFile?: string;
  /** Splits the text of an expected error into what it says and where; the form is `MESSAGE in FILE:LINE` unless told otherwise. */
  readonly readError?: (text: string) => ExpectedProblem;
}

/** What a case folder says is true, in the words of the interface. */
export interface ConformanceCase {
  readonly name: string;
  readonly folder: string;
  readonly description: string;
  /** False: the server refuses to start with this configuration. */
  readonly isValid: boolean;
  readonly listeners: readonly ListenerSummary[];
  /** Undefined where the configuration is valid or the server's message is not always the same. */
  readonly error: ExpectedProblem | undefined;
  /** Everything that is wrong, in cases that name it: each message holds the expected words. */
  readonly errors: readonly ExpectedProblem[];
  /** Names that the server is started with: `-D NAME`. */
  readonly defines: readonly string[];
  /** Dynamic modules without which the server does not know all directives. */
  readonly modules: readonly string[];
}

/** Line numbers count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

export interface ExpectedProblem extends Place {
  readonly message: string;
}

/** The part of a listener that cases speak of. A mechanism that a case says nothing about is left out. */
export interface ListenerSummary {
  readonly address: string | null;
  readonly name: string;
  readonly profile?: string;
  /** Only where the case says it. */
  readonly definedAt?: Place;
  /** Null: unknown. */
  readonly lifetimeSeconds: number | null;
  readonly source: string;
  readonly setAt: Place | null;
  readonly mechanisms: Readonly<Partial<Record<MechanismName, MechanismSummary>>>;
  /** Sorted, each place once. */
  readonly ignored: readonly string[];
}

export interface MechanismSummary {
  readonly enabled: boolean | null;
  /** Left out where the mechanism is off, and where the case does not say. */
  readonly lifetimeSeconds?: number | null;
}

/** The form of expected.json. */
interface CaseFile {
  readonly description: string;
  readonly valid: boolean;
  readonly error?: string | { readonly file: string; readonly line: number; readonly text: string } | null;
  readonly errors?: readonly (Place & { readonly why: string })[];
  readonly args?: readonly string[];
  readonly modules?: readonly string[];
  readonly listeners?: readonly CaseListener[];
}

interface CaseListener {
  readonly address?: string | null;
  readonly serverName?: string;
  readonly name?: string;
  readonly profile?: string | null;
  readonly tls?: boolean;
  readonly definedAt?: Place;
  readonly effectiveTimeoutSeconds: number | null;
  readonly source: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly perMechanismSeconds?: {
    readonly tls12SessionId: number | null;
    readonly tls12Ticket: number | null;
    readonly tls13Ticket: number | null;
  };
  readonly resumption?: {
    readonly sessionCache?: boolean | null;
    readonly tickets?: boolean | null;
    /** Beside `perMechanismSeconds`: a lifetime that is null there is unknown where this says that the mechanism is on. */
    readonly tls12SessionId?: boolean | null;
    readonly tls12Ticket?: boolean | null;
    readonly tls13Ticket?: boolean | null;
  };
  readonly ignoredSettings: readonly Place[];
}

/** The case folders in `folder`, in the order of their names. @throws Error where an expected.json cannot be read */
export function readCases(folder: string, dialect: CaseDialect = {}): readonly ConformanceCase[] {
  return readdirSync(folder)
    .sort()
    .filter((name) => statSync(join(folder, name)).isDirectory())
    .map((name) => readCase(name, join(folder, name), dialect));
}

function readCase(name: string, folder: string, { readError = messageInPlace }: CaseDialect): ConformanceCase {
  const file = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as CaseFile;
  return {
    name,
    folder,
    description: file.description,
    isValid: file.valid,
    listeners: inOrder((file.listeners ?? []).filter(({ tls }) => tls !== false).map(expectedSummary)),
    error: expectedProblem(file.error, readError),
    errors: file.errors?.map(({ file: path, line, why }) => ({ file: path, line, message: why })) ?? [],
    defines: definesIn(file.args ?? []),
    modules: file.modules ?? [],
  };
}

function expectedProblem(
  error: CaseFile['error'],
  readError: (text: string) => ExpectedProblem,
): ExpectedProblem | undefined {
  if (error === undefined || error === null) return undefined;
  return typeof error === 'string' ? readError(error) : { message: error.text, file: error.file, line: error.line };
}

/** The names behind each `-D` of a command line. */
function definesIn(args: readonly string[]): string[] {
  return args.filter((_, i) => args[i - 1] === '-D');
}

function messageInPlace(text: string): ExpectedProblem {
  const { message, file, line } = /^(?<message>.*) in (?<file>[^:]+):(?<line>\d+)$/s.exec(text)?.groups ?? {};
  if (message === undefined || file === undefined) throw new Error(`no place in the expected error ${text}`);
  return { message, file, line: Number(line) };
}

function expectedSummary(listener: CaseListener): ListenerSummary {
  const { file, line, definedAt, profile } = listener;
  const mechanisms = expectedMechanisms(listener);
  const isOff = mechanismNames.every((name) => mechanisms[name]?.enabled === false);
  return {
    address: listener.address ?? null,
    name: listener.name ?? listener.serverName ?? '',
    ...(typeof profile === 'string' ? { profile } : {}),
    ...(definedAt ? { definedAt } : {}),
    // The cases keep the time that is set even where nothing can be resumed; the interface then says 0.
    lifetimeSeconds: isOff ? 0 : listener.effectiveTimeoutSeconds,
    source: listener.source,
    setAt: file !== null && line !== null ? { file, line } : null,
    mechanisms,
    ignored: placeSet(listener.ignoredSettings),
  };
}

function expectedMechanisms({ perMechanismSeconds, resumption }: CaseListener): ListenerSummary['mechanisms'] {
  if (perMechanismSeconds)
    return {
      sessionId: fromSeconds(perMechanismSeconds.tls12SessionId, resumption?.tls12SessionId),
      ticketTls12: fromSeconds(perMechanismSeconds.tls12Ticket, resumption?.tls12Ticket),
      ticketTls13: fromSeconds(perMechanismSeconds.tls13Ticket, resumption?.tls13Ticket),
    };
  const { sessionCache, tickets } = resumption ?? {};
  return {
    ...(sessionCache === undefined ? {} : { sessionId: { enabled: sessionCache } }),
    ...(tickets === undefined ? {} : { ticketTls12: { enabled: tickets } }),
  };
}

function fromSeconds(seconds: number | null, enabled: boolean | null = seconds !== null): MechanismSummary {
  return enabled === false ? { enabled } : { enabled, lifetimeSeconds: seconds };
}

/** What an adapter found, cut down to what `like` speaks of; whole where there is nothing to compare with. */
export function summarize(listener: Listener, like?: ListenerSummary): ListenerSummary {
  const { seconds, decidedBy } = effectiveLifetime(listener);
  const { origin } = decidedBy;
  const at = 'at' in origin ? origin.at : undefined;
  return {
    address: listener.address,
    name: listener.name,
    ...(listener.profile !== undefined && (!like || like.profile !== undefined) ? { profile: listener.profile } : {}),
    ...(!like || like.definedAt ? { definedAt: placeOf(listener.definedAt) } : {}),
    lifetimeSeconds: seconds ?? null,
    source: origin.kind,
    setAt: at ? placeOf(at) : null,
    mechanisms: summarizeMechanisms(listener.mechanisms, like?.mechanisms),
    ignored: placeSet(listener.ignored.map((setting) => placeOf(setting.at))),
  };
}

function summarizeMechanisms(
  mechanisms: Mechanisms,
  like: ListenerSummary['mechanisms'] | undefined,
): ListenerSummary['mechanisms'] {
  const summaries: Partial<Record<MechanismName, MechanismSummary>> = {};
  for (const name of mechanismNames) {
    const expected = like?.[name];
    if (like && !expected) continue;
    const { enabled = null } = mechanisms[name];
    const seconds = mechanismSeconds(mechanisms[name]) ?? null;
    const isAsked = !expected || 'lifetimeSeconds' in expected;
    summaries[name] = enabled === false || !isAsked ? { enabled } : { enabled, lifetimeSeconds: seconds };
  }
  return summaries;
}

/** How to open a folder in a test. */
export interface FolderOptions {
  /** `.` where nothing is named. */
  readonly paths?: readonly string[];
  /** The version of the server that will run it; else the one that the adapter assumes. */
  readonly version?: string | undefined;
  /** Names that the server is started with: `-D NAME`. */
  readonly defines?: readonly string[];
}

/** Opens paths below `folder` as a person does who stands in it. */
export function openIn(
  adapter: Adapter,
  folder: string,
  { paths = ['.'], version, defines = [] }: FolderOptions = {},
): Project {
  const common = { ...noOptions, defines: new Map(defines.map((name) => [name, ''])) };
  const options = new Map([[adapter.id, version === undefined ? common : { ...common, version }]]);
  return openProject({ cwd: folder, paths, roots: [], adapters: [adapter], options, exclude: [] });
}

/** All that an adapter found in `folder`, over all configurations in it. */
export function listenersIn(project: Project): readonly Listener[] {
  return project.configurations.flatMap(({ listeners }) => listeners);
}

/** The problems for which a server would not start, in order. */
export function errorsIn(project: Project): readonly ExpectedProblem[] {
  return project.configurations
    .flatMap(({ problems }) => problems)
    .filter(({ severity }: Problem) => severity === 'error')
    .map(({ at, message }) => ({ message, ...placeOf(at) }));
}

function placeOf({ file, span }: Location): Place {
  return { file: file.path, line: positionOf(file, span.start).line };
}

function placeSet(places: readonly Place[]): string[] {
  return [...new Set(places.map(({ file, line }) => `${file}:${line}`))].sort();
}

/**
 * Leaves out of `ignored` what decides here and is without effect on some mechanism only: of two httpd cases that are alike in
 * this, one lists it and the other does not.
 */
function withoutPartlyIgnored(listener: ListenerSummary): ListenerSummary {
  const { setAt, ignored } = listener;
  return setAt
    ? { ...listener, ignored: ignored.filter((place) => place !== `${setAt.file}:${setAt.line}`) }
    : listener;
}

/** The cases list what is at one address together, adapters follow the files: both are sorted before they are compared. */
function inOrder(listeners: readonly ListenerSummary[]): readonly ListenerSummary[] {
  return [...listeners].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : sortKey(a) > sortKey(b) ? 1 : 0));
}

function sortKey({ address, name, profile = '', lifetimeSeconds }: ListenerSummary): string {
  return [address, name, profile, lifetimeSeconds].join(' ');
}

function keyOf({ address, name, profile = '' }: Pick<Listener, 'address' | 'name' | 'profile'>): string {
  return [address, name, profile].join(' ');
}

/** Registers a test for every case folder in `folder`, and for every way of naming it. */
export function conformanceSuite(adapter: Adapter, folder: string, dialect: CaseDialect = {}): void {
  const cases = readCases(folder, dialect);
  describe(`${adapter.title}: conformance cases`, () => {
    test('there are cases', () => expect(cases.length).toBeGreaterThan(0));
    for (const each of cases)
      for (const path of pathsOf(each, dialect))
        test(`${each.name} (${path === '.' ? 'the folder' : path})`, () => checkCase(adapter, each, path));
  });
}

function pathsOf({ folder }: ConformanceCase, { mainFile }: CaseDialect): string[] {
  const isThere = mainFile !== undefined && statSync(join(folder, mainFile), { throwIfNoEntry: false })?.isFile();
  return isThere ? ['.', mainFile] : ['.'];
}

function checkCase(
  adapter: Adapter,
  { folder, isValid, listeners, error, errors: expectedErrors, defines }: ConformanceCase,
  path: string,
): void {
  const project = openIn(adapter, folder, { paths: [path], defines });
  const errors = errorsIn(project);
  expect(project.pathProblems).toEqual([]);
  if (!isValid) {
    if (error) expect(errors).toContainEqual(error);
    else expect(errors).not.toEqual([]);
    if (expectedErrors.length === 0) return;
    // Such cases also say what is still known of the rest.
    expect(errors).toEqual(
      expectedErrors.map(({ message, ...place }) => ({ ...place, message: expect.stringContaining(message) })),
    );
  }
  const likes = new Map(listeners.map((listener) => [keyOf({ profile: '', ...listener }), listener]));
  const found = inOrder(listenersIn(project).map((listener) => summarize(listener, likes.get(keyOf(listener)))));
  expect(found.map(withoutPartlyIgnored)).toEqual(listeners.map(withoutPartlyIgnored));
  if (isValid) expect(errors).toEqual([]);
}
