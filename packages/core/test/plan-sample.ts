import type {
  Configuration,
  FileEdit,
  Lifetime,
  Listener,
  Mechanism,
  PatchRequest,
  Plan,
  Remedies,
  Remedy,
  SourceFile,
  Span,
} from '../src/index.js';
import { insert, mechanismNames, planPatch, positionOf, replace } from '../src/index.js';

/**
 * A server that exists only here. A line is `NAME` or `NAME SECONDS`, a listener, or `* SECONDS`, what the listeners have that
 * say nothing. `60/3600` has session IDs and tickets differ, `off` is off, `?` is a value that nobody can read. A listener is
 * given a value of its own, or else what `*` says is changed.
 */
export interface MadeUpServer {
  readonly configurations: readonly Configuration[];
  readonly resolveWith: PatchRequest['resolveWith'];
}

export interface MadeUpOptions {
  /** The files of each configuration; one configuration of all files where absent. */
  readonly configurations?: readonly (readonly string[])[];
  /** Other remedies for a listener than the usual ones; undefined leaves it at those. */
  readonly remediesOf?: (name: string, usual: readonly Remedy[], files: Files) => Remedies | undefined;
  /** What goes wrong when the patched texts are read. */
  readonly spoil?: (outcome: readonly Configuration[], textOf: (path: string) => string) => readonly Configuration[];
}

type Files = ReadonlyMap<string, SourceFile>;

export function madeUp(texts: Readonly<Record<string, string>>, options: MadeUpOptions = {}): MadeUpServer {
  const files: Files = new Map(
    Object.entries(texts).map(([path, text]) => [path, { path, text, encoding: 'utf-8' as const }]),
  );
  const groups = options.configurations ?? [[...files.keys()]];
  const resolve = (changed: ReadonlyMap<SourceFile, SourceFile>): readonly Configuration[] => {
    const now: Files = new Map([...files].map(([path, file]) => [path, changed.get(file) ?? file]));
    const outcome = groups.map((paths) => configurationFrom(paths, now, options.remediesOf));
    return changed.size > 0 && options.spoil ? options.spoil(outcome, (path) => now.get(path)?.text ?? '') : outcome;
  };
  return { configurations: resolve(new Map()), resolveWith: resolve };
}

interface Line {
  readonly file: SourceFile;
  readonly name: string;
  readonly nameEnd: number;
  readonly at: Span;
  readonly values: readonly Span[];
}

function configurationFrom(
  paths: readonly string[],
  files: Files,
  remediesOf: MadeUpOptions['remediesOf'],
): Configuration {
  const mine = paths.flatMap((path) => files.get(path) ?? []);
  const lines = mine.flatMap(linesOf);
  const shared = lines.find(({ name }) => name === '*');
  return {
    server: 'made-up',
    label: paths[0] ?? '',
    extent: 'complete',
    assumptions: [],
    files: mine,
    listeners: lines.filter((line) => line !== shared).map((line) => listenerFrom(line, shared, files, remediesOf)),
    problems: [],
    unattached: [],
  };
}

function linesOf(file: SourceFile): readonly Line[] {
  return [...file.text.matchAll(/^([^\s#]+)(?: +(\S+))?$/gm)].map(({ 0: all, 1: name = '', 2: written, index }) => {
    const end = index + all.length;
    const values: Span[] = [];
    let start = end - (written?.length ?? 0);
    for (const value of written?.split('/') ?? []) {
      values.push({ start, end: start + value.length });
      start += value.length + 1;
    }
    return { file, name, nameEnd: index + name.length, at: { start: index, end }, values };
  });
}

function listenerFrom(
  line: Line,
  shared: Line | undefined,
  files: Files,
  remediesOf: MadeUpOptions['remediesOf'],
): Listener {
  const { file, name, at } = line;
  const holder = line.values.length > 0 ? line : shared;
  const lifetimes = (holder?.values ?? []).map((span) => lifetimeFrom(line, holder ?? line, span, files, remediesOf));
  const nothing: Lifetime = { seconds: undefined, origin: { kind: 'unknown', why: 'no file says how long' } };
  const mechanism = (i: number): Mechanism => {
    const lifetime = lifetimes[Math.min(i, lifetimes.length - 1)] ?? nothing;
    return isOff(lifetime) ? { enabled: false, lifetimes: [] } : { enabled: true, lifetimes: [lifetime] };
  };
  return {
    server: 'made-up',
    address: null,
    name,
    definedAt: { file, span: at },
    mechanisms: { sessionId: mechanism(0), ticketTls12: mechanism(1), ticketTls13: mechanism(2) },
    governing: lifetimes[0] ?? nothing,
    oldSessionsAfterReload: 'dropped',
    oldSessionsAfterRestart: 'dropped',
    ignored: [],
    notes: [],
  };
}

function isOff({ origin, seconds }: Lifetime): boolean {
  return seconds === 0 && origin.kind === 'explicit';
}

function lifetimeFrom(
  line: Line,
  holder: Line,
  span: Span,
  files: Files,
  remediesOf: MadeUpOptions['remediesOf'],
): Lifetime {
  const written = holder.file.text.slice(span.start, span.end);
  const at = { file: holder.file, span };
  if (written === '?')
    return { seconds: undefined, origin: { kind: 'unknown', at, why: `${line.name} says nothing that can be read` } };
  const remedies = (target: number): Remedies => {
    const there: Remedy = { edits: [{ file: holder.file, edit: replace(holder.file.text, span, String(target)) }] };
    const own: Remedy = { edits: [{ file: line.file, edit: insert(line.nameEnd, ` ${target}`) }] };
    const usual = holder === line ? [there] : [own, there];
    const [first, ...others] = usual;
    return (
      remediesOf?.(line.name, usual, files) ?? { kind: 'remedies', remedies: first ? [first, ...others] : [there] }
    );
  };
  return {
    seconds: written === 'off' ? 0 : Number(written),
    origin: { kind: holder === line ? 'explicit' : 'inherited', at },
    remedies: ({ target }) => remedies(target),
  };
}

export function planOf(server: MadeUpServer, more: Partial<PatchRequest> = {}): Plan {
  return planPatch(server.configurations, {
    target: 60,
    allowDisable: false,
    resolveWith: server.resolveWith,
    ...more,
  });
}

/** `file:line before -> after (for whom)`. */
export function editsOf({ files }: Plan): readonly string[] {
  return files.flatMap(({ before, edits }) =>
    edits.map((edit) => {
      const whom = edit.listeners.map(({ name }) => name).join(' ');
      return `${before.path}:${positionOf(before, edit.span.start).line} ${edit.before} -> ${edit.after.trim()} (${whom})`;
    }),
  );
}

/** `name: why`. */
export function refusalsOf({ refused }: Plan): readonly string[] {
  return refused.map(({ listener, why }) => `${listener.name}: ${why}`);
}

/** What somebody who does not read diffs is left with: `name seconds/seconds/seconds`. */
export function outcomeOf({ outcome }: Plan): readonly string[] {
  return outcome.flatMap(({ listeners }) =>
    listeners.map(
      ({ name, mechanisms }) =>
        `${name} ${[...new Set(mechanismNames.map((each) => mechanisms[each].lifetimes[0]?.seconds ?? '-'))].join('/')}`,
    ),
  );
}

/** A listener of an outcome with other lifetimes, for {@link MadeUpOptions.spoil}. */
export function withSeconds(listener: Listener, seconds: number): Listener {
  const lifetime: Lifetime = { seconds, origin: { kind: 'default' } };
  const mechanism: Mechanism = { enabled: true, lifetimes: [lifetime] };
  return { ...listener, mechanisms: { sessionId: mechanism, ticketTls12: mechanism, ticketTls13: mechanism } };
}

/** Every listener of an outcome as `change` gives it. */
export function mapListeners(
  outcome: readonly Configuration[],
  change: (listener: Listener) => Listener,
): readonly Configuration[] {
  return outcome.map((one) => ({ ...one, listeners: one.listeners.map(change) }));
}

/** An edit of the first `old` in a file. */
export function editIn(file: SourceFile | undefined, old: string, after: string): FileEdit {
  if (!file) throw new TypeError('no such file');
  const start = file.text.indexOf(old);
  return { file, edit: replace(file.text, { start, end: start + old.length }, after) };
}
