import type { Configuration } from './adapter.js';
import type { FileEdit, Refusal, Remedies, Remedy, RemedyFinder, Wish } from './change.js';
import { applyEdits, type TextEdit } from './edit.js';
import { isWithin, type Lifetime, type Listener, type MechanismName, mechanismNames } from './listener.js';
import { type Deviation, deviationsIn } from './read-back.js';
import type { Location, SourceFile } from './source.js';

/** What a patch is asked to do. */
export interface PatchRequest extends Wish {
  /** The listeners that may change; all where absent. */
  readonly isWanted?: (listener: Listener) => boolean;
  /** Can a text be changed where it was read from? Not so for a part of a dump. All can where absent. */
  readonly isWritable?: (file: SourceFile) => boolean;
  /**
   * Resolves everything again with other texts in place of some files. Gives what it gave before in the same order, as far as
   * the texts do not change that.
   */
  readonly resolveWith: (changed: ReadonlyMap<SourceFile, SourceFile>) => readonly Configuration[];
  /**
   * What an independent reader says a patched file changes beyond the lifetimes that it should; undefined where it agrees or
   * cannot read the file.
   */
  readonly secondOpinion?: (file: PatchedFile) => string | undefined;
}

/** A listener that stays above the target, or may do so, and why. */
export interface RefusedListener {
  readonly listener: Listener;
  readonly why: string;
  readonly help: string;
  readonly at?: Location;
  /** Where every way would change others, too: those that would have to change with it, in the way with the fewest. */
  readonly sharedWith?: readonly Listener[];
}

/** An edit of a plan and the listeners that it shortens. */
export interface PlannedEdit extends TextEdit {
  readonly listeners: readonly Listener[];
  /** It only adds a comment. */
  readonly isComment?: boolean;
}

export interface PatchedFile {
  readonly before: SourceFile;
  readonly after: SourceFile;
  /** In the order of the text; their spans count in `before`. */
  readonly edits: readonly PlannedEdit[];
}

/** What was chosen in one configuration. */
export interface PlannedConfiguration {
  readonly configuration: Configuration;
  /** Each once, in the order of the listeners they serve. */
  readonly remedies: readonly Remedy[];
  /** The listeners that the remedies shorten. */
  readonly listeners: readonly Listener[];
}

/** A patch that was applied in memory, read back, and did what it should. */
export interface Plan {
  readonly files: readonly PatchedFile[];
  readonly configurations: readonly PlannedConfiguration[];
  readonly refused: readonly RefusedListener[];
  /** What is in effect with the patch, in the order of the configurations it was made for. */
  readonly outcome: readonly Configuration[];
}

/** One lifetime above the target and what is done about it. */
interface Case {
  readonly configuration: Configuration;
  readonly listener: Listener;
  readonly lifetime: Lifetime;
  readonly mechanism: MechanismName;
}

/**
 * Finds the smallest set of edits after which every wanted listener is at the target or below and nothing else has changed,
 * applies it in memory, and keeps of it only what reading everything back confirms. Throws nothing.
 */
export function planPatch(configurations: readonly Configuration[], request: PatchRequest): Plan {
  const finder = remedyCache(request);
  const refused = new Map<Listener, SharedRefusal>();
  let cases = casesIn(configurations, request);
  // A case that reading back refutes is refused, and the rest tried again: a fault in one file must not stop the others.
  for (;;) {
    const { chosen, refusals } = choose(configurations, cases, finder);
    for (const [{ listener }, refusal] of refusals) if (!refused.has(listener)) refused.set(listener, refusal);
    const draft = draftOf(configurations, chosen);
    const outcome = draft.files.length > 0 ? request.resolveWith(textsOf(draft.files)) : configurations;
    // A listener that was refused may still get there by an edit for another one: its file can belong to both.
    const wished = new Map<Listener, Set<MechanismName>>([...refused.keys()].map((listener) => [listener, new Set()]));
    for (const [{ listener, mechanism }, { edits }] of chosen)
      if (edits.length > 0) wished.set(listener, (wished.get(listener) ?? new Set()).add(mechanism));
    const open = new Map<Listener, Set<MechanismName>>();
    for (const [{ listener, mechanism }] of refusals)
      open.set(listener, (open.get(listener) ?? new Set()).add(mechanism));
    const deviations = [
      ...draft.faults,
      ...deviationsIn(configurations, outcome, { ...request, wished, refused: open }),
      ...draft.files.flatMap((file) => secondDeviations(file, request)),
    ];
    if (deviations.length === 0 || chosen.size === 0)
      return { ...draft, outcome, refused: refusedInOrder(configurations, outcome, refused, request) };
    const guilty = guiltyOf(deviations, chosen, draft.files);
    for (const [listener, what] of guilty) if (!refused.has(listener)) refused.set(listener, readBackRefusal(what));
    cases = cases.filter(({ listener }) => !guilty.has(listener));
  }
}

/** Every lifetime that is above the target, or not known, at a wanted listener. */
function casesIn(configurations: readonly Configuration[], { target, isWanted }: PatchRequest): readonly Case[] {
  const cases: Case[] = [];
  for (const configuration of configurations)
    for (const listener of configuration.listeners) {
      if (isWanted && !isWanted(listener)) continue;
      for (const mechanism of mechanismNames)
        for (const lifetime of lifetimesOf(listener, mechanism))
          if (!isWithin(lifetime, target)) cases.push({ configuration, listener, lifetime, mechanism });
    }
  return cases;
}

/** The lifetimes of a mechanism that is on or may be on; what decides where it is not known how many there are. */
function lifetimesOf(listener: Listener, name: MechanismName): readonly Lifetime[] {
  const { enabled = listener.presumed?.[name], lifetimes } = listener.mechanisms[name];
  if (enabled === false) return [];
  return lifetimes.length > 0 ? lifetimes : [listener.governing];
}

type Finder = (lifetime: Lifetime) => Remedies;

/** Asks each finder once; files that cannot be written are refused here, so that no adapter has to know of them. */
function remedyCache({ target, allowDisable, isWritable }: PatchRequest): Finder {
  const known = new Map<RemedyFinder, Remedies>();
  const wish: Wish = { target, allowDisable };
  return (lifetime) => {
    const { remedies: find } = lifetime;
    if (!find) return refusalOf(lifetime);
    const before = known.get(find);
    if (before) return before;
    const found = find(wish);
    const blocked =
      found.kind === 'remedies' && isWritable
        ? found.remedies[0].edits.find(({ file }) => !isWritable(file))
        : undefined;
    const answer: Remedies = blocked
      ? {
          kind: 'refused',
          why: `${blocked.file.path} is part of a dump or of standard input, which no patch reaches`,
          help: 'give the configuration files themselves',
        }
      : found;
    known.set(find, answer);
    return answer;
  };
}

function refusalOf({ origin }: Lifetime): Refusal {
  return {
    kind: 'refused',
    why: origin.kind === 'unknown' ? origin.why : 'what decides is in none of these files',
    help: 'make the value known first, or change it by hand; shortfuse audit says where it comes from',
    ...(origin.at ? { at: origin.at } : {}),
  };
}

/** A remedy by what it edits: two with the same key are the same. */
interface Option {
  readonly key: string;
  readonly remedy: Remedy;
}

type SharedRefusal = Refusal & { readonly sharedWith?: readonly Listener[] };

interface Choice {
  readonly chosen: ReadonlyMap<Case, Remedy>;
  readonly refusals: ReadonlyMap<Case, SharedRefusal>;
}

function choose(configurations: readonly Configuration[], cases: readonly Case[], find: Finder): Choice {
  const keyOf = remedyKeys();
  const wished = new Map<Listener, Set<Lifetime>>();
  for (const { listener, lifetime } of cases) wished.set(listener, (wished.get(listener) ?? new Set()).add(lifetime));
  const outsiders = holdersOutside(configurations, wished, find, keyOf);
  const refusals = new Map<Case, SharedRefusal>();
  const options = new Map<Case, readonly [Option, ...Option[]]>();
  for (const each of cases) {
    const found = find(each.lifetime);
    if (found.kind === 'refused') {
      refusals.set(each, found);
      continue;
    }
    const all = found.remedies.map((remedy) => ({ key: keyOf(remedy), remedy }));
    const [first, ...others] = all.filter(({ key }) => !outsiders.has(key));
    if (first) options.set(each, [first, ...others]);
    else refusals.set(each, sharedRefusal(all.flatMap(({ key }) => outsiders.get(key) ?? [])));
  }
  return { chosen: fewest(options), refusals };
}

/** Remedies that would also change listeners that should stay, with these listeners. */
function holdersOutside(
  configurations: readonly Configuration[],
  wished: ReadonlyMap<Listener, ReadonlySet<Lifetime>>,
  find: Finder,
  keyOf: (remedy: Remedy) => string,
): ReadonlyMap<string, ReadonlySet<Listener>> {
  const outsiders = new Map<string, Set<Listener>>();
  for (const { listeners } of configurations)
    for (const listener of listeners)
      for (const name of mechanismNames)
        for (const lifetime of lifetimesOf(listener, name)) {
          if (wished.get(listener)?.has(lifetime)) continue;
          const found = find(lifetime);
          if (found.kind !== 'remedies') continue;
          for (const remedy of found.remedies) {
            const key = keyOf(remedy);
            outsiders.set(key, (outsiders.get(key) ?? new Set()).add(listener));
          }
        }
  return outsiders;
}

/** Takes the preferred remedy of each case, then one that several share wherever that saves edits. */
function fewest(options: ReadonlyMap<Case, readonly [Option, ...Option[]]>): ReadonlyMap<Case, Remedy> {
  const chosen = new Map<Case, Option>();
  const sharers = new Map<string, { readonly option: Option; readonly cases: Case[] }>();
  for (const [each, offered] of options) {
    chosen.set(each, offered[0]);
    for (const option of offered) {
      const known = sharers.get(option.key);
      if (known) known.cases.push(each);
      else sharers.set(option.key, { option, cases: [each] });
    }
  }
  for (const { option, cases } of sharers.values()) {
    if (cases.length < 2) continue;
    const replaced = new Set(cases.flatMap((each) => chosen.get(each)?.key ?? []));
    if (replaced.size < 2) continue;
    const own = new Set(cases);
    for (const key of replaced)
      if ((sharers.get(key)?.cases ?? []).some((each) => !own.has(each) && chosen.get(each)?.key === key))
        replaced.delete(key);
    if (replaced.size > 1) for (const each of cases) chosen.set(each, option);
  }
  return new Map([...chosen].map(([each, { remedy }]) => [each, remedy]));
}

/** Names remedies so that equal ones have equal names. */
function remedyKeys(): (remedy: Remedy) => string {
  const files = new Map<SourceFile, number>();
  const known = new Map<Remedy, string>();
  const numberOf = (file: SourceFile): number => {
    const number = files.get(file) ?? files.size;
    files.set(file, number);
    return number;
  };
  return (remedy) => {
    const before = known.get(remedy);
    if (before !== undefined) return before;
    const key =
      remedy.edits.length === 0
        ? `companion ${known.size}`
        : remedy.edits
            .map(({ file, edit: { span, after } }) => `${numberOf(file)}:${span.start}-${span.end}=${after}`)
            .join(' ');
    known.set(remedy, key);
    return key;
  };
}

interface Draft {
  readonly files: readonly PatchedFile[];
  readonly configurations: readonly PlannedConfiguration[];
  readonly faults: readonly Deviation[];
}

function draftOf(configurations: readonly Configuration[], chosen: ReadonlyMap<Case, Remedy>): Draft {
  const keyOf = remedyKeys();
  const editsOf = new Map<SourceFile, Map<string, { readonly edit: TextEdit; readonly listeners: Set<Listener> }>>();
  const remediesOf = new Map<Configuration, { remedies: Map<string, Remedy>; listeners: Set<Listener> }>();
  for (const [{ configuration, listener }, remedy] of chosen) {
    const mine = remediesOf.get(configuration) ?? { remedies: new Map(), listeners: new Set() };
    remediesOf.set(configuration, mine);
    mine.remedies.set(keyOf(remedy), mine.remedies.get(keyOf(remedy)) ?? remedy);
    mine.listeners.add(listener);
    for (const { file, edit } of remedy.edits) {
      const edits = editsOf.get(file) ?? new Map();
      editsOf.set(file, edits);
      const key = `${edit.span.start}-${edit.span.end}=${edit.after}`;
      const known = edits.get(key) ?? { edit, listeners: new Set() };
      edits.set(key, known);
      known.listeners.add(listener);
    }
  }
  const files: PatchedFile[] = [];
  const faults: Deviation[] = [];
  for (const [before, edits] of editsOf) {
    const planned = [...edits.values()].map(({ edit, listeners }) => ({ ...edit, listeners: [...listeners] }));
    const result = applyEdits(before.text, planned);
    if (result.ok) files.push({ before, after: { ...before, text: result.text }, edits: inTextOrder(planned) });
    else
      for (const { listeners } of planned)
        for (const listener of listeners) faults.push({ listener, what: `two edits of ${before.path} overlap` });
  }
  return {
    files,
    faults,
    configurations: configurations.flatMap((configuration) => {
      const mine = remediesOf.get(configuration);
      return mine ? [{ configuration, remedies: [...mine.remedies.values()], listeners: [...mine.listeners] }] : [];
    }),
  };
}

function inTextOrder(edits: readonly PlannedEdit[]): readonly PlannedEdit[] {
  return [...edits].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
}

function secondDeviations(file: PatchedFile, { secondOpinion }: PatchRequest): readonly Deviation[] {
  const what = secondOpinion?.(file);
  if (what === undefined) return [];
  return [...new Set(file.edits.flatMap(({ listeners }) => listeners))].map((listener) => ({ listener, what }));
}

function textsOf(files: readonly PatchedFile[]): ReadonlyMap<SourceFile, SourceFile> {
  return new Map(files.map(({ before, after }) => [before, after]));
}

/** The listeners whose edits have to go: those that deviate, or else everyone who edits. */
function guiltyOf(
  deviations: readonly Deviation[],
  chosen: ReadonlyMap<Case, Remedy>,
  files: readonly PatchedFile[],
): ReadonlyMap<Listener, string> {
  const guilty = new Map<Listener, string>();
  const editing = new Set([...chosen.keys()].map(({ listener }) => listener));
  for (const { listener, what } of deviations) if (listener && editing.has(listener)) guilty.set(listener, what);
  // One edit can serve several listeners: without it none of them is at the target.
  for (const { edits } of files)
    for (const { listeners } of edits) {
      const reason = listeners.map((listener) => guilty.get(listener)).find((what) => what !== undefined);
      if (reason !== undefined)
        for (const listener of listeners) if (!guilty.has(listener)) guilty.set(listener, reason);
    }
  if (guilty.size === 0) for (const listener of editing) guilty.set(listener, deviations[0]?.what ?? 'something else');
  return guilty;
}

function readBackRefusal(what: string): Refusal {
  return {
    kind: 'refused',
    why: `the edit was tried in memory and undone: read again, the configuration shows that ${what}`,
    help: 'change the value by hand, and please report this: shortfuse should have found a better place',
  };
}

/** `ways`: who would change with each way. */
function sharedRefusal(ways: readonly ReadonlySet<Listener>[]): SharedRefusal {
  const sharedWith = [...ways.reduce((fewest, way) => (way.size < fewest.size ? way : fewest))];
  const named = sharedWith
    .slice(0, 2)
    .map((other) => [other.address, other.name].filter(Boolean).join(' ') || other.server);
  const rest = sharedWith.length - named.length;
  const whom = named.join(' and ') + (rest > 0 ? ` and ${rest} more` : '');
  return {
    kind: 'refused',
    why: `every way would also change ${whom}, which ${sharedWith.length === 1 ? 'is' : 'are'} not to be changed`,
    help: 'let them change together with --include-shared, or edit by hand',
    sharedWith,
  };
}

/** Without those that are at the target in the end. */
function refusedInOrder(
  configurations: readonly Configuration[],
  outcome: readonly Configuration[],
  refused: ReadonlyMap<Listener, SharedRefusal>,
  wish: Wish,
): readonly RefusedListener[] {
  return configurations.flatMap(({ listeners }, i) =>
    listeners.flatMap((listener, j) => {
      const refusal = refused.get(listener);
      const now = outcome[i]?.listeners[j];
      if (!refusal || (now && isAtTarget(now, wish))) return [];
      const { why, help, at, sharedWith } = refusal;
      return [{ listener, why, help, ...(at ? { at } : {}), ...(sharedWith ? { sharedWith } : {}) }];
    }),
  );
}

/** Is a listener at the target, whichever of the mechanisms that may be on are on? */
export function isAtTarget(listener: Listener, { target }: Pick<Wish, 'target'>): boolean {
  return mechanismNames.every((name) => lifetimesOf(listener, name).every((lifetime) => isWithin(lifetime, target)));
}

/** All edits of a patch, file by file. */
export function fileEditsOf(files: readonly PatchedFile[]): readonly FileEdit[] {
  return files.flatMap(({ before, edits }) => edits.map((edit) => ({ file: before, edit })));
}
