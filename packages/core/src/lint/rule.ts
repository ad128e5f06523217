import type { Configuration } from '../adapter.js';
import { readDuration, type Seconds } from '../duration.js';
import type { Instant } from '../instant.js';
import type { Listener } from '../listener.js';
import type { Problem, Severity } from '../problem.js';
import type { LeaseStatus } from '../report/status.js';
import type { Location } from '../source.js';
import type { Finding } from './finding.js';
import type { Suppressed } from './suppressions.js';

/** Everything that rules look at. */
export interface LintInput {
  readonly configurations: readonly Configuration[];
  readonly targetSeconds: Seconds;
  /** The leases of the project, with the place of each in its file. */
  readonly leases: readonly LintedLease[];
  readonly now: Instant;
  /** What the comments that silence findings did. Only there for rules that are about them. */
  readonly suppressed?: Suppressed;
}

export interface LintedLease extends LeaseStatus {
  readonly at: Location;
  /** Where a text of it is or should be: the place of `state.drifts[i]`, as far as the file is there. */
  readonly driftPlaces: readonly (Location | undefined)[];
  /** The texts that it wrote and that are still there, as far as their files are. */
  readonly places: readonly Location[];
}

/** A finding as a rule gives it; its severity is for the configuration to say. */
export type RuleFinding = Omit<Finding, 'rule' | 'severity' | 'fix'>;

/** An option of a rule. Durations are written as on the command line, or as a number of seconds. */
export interface RuleOption {
  readonly kind: 'duration';
  /** What it does, as part of a sentence, and what counts where it is not given. */
  readonly description: string;
}

/**
 * One thing that `lint` looks for. It sees listeners, problems and leases, never a server's own files, so that it serves
 * every server at once.
 */
export interface Rule<Options extends object = object> {
  /** As in the contract: lower case, with hyphens. */
  readonly id: string;
  /** What is wrong where it fires, as a heading. */
  readonly title: string;
  /** `off`: only where a person or a preset switches it on. */
  readonly severity: Severity | 'off';
  /** Why it matters, in two or three sentences, for people who see it the first time. */
  readonly why: string;
  /** Where the facts are from. */
  readonly sources: readonly string[];
  /** Its options with their defaults; {} where it has none. */
  readonly defaults: Options;
  readonly options?: Readonly<Record<Extract<keyof Options, string>, RuleOption>>;
  /** Its findings are gone once `patch` has brought their listeners to the target. */
  readonly isFixable?: boolean;
  /** It comes with time and not with a change of a file: it is reported whatever a branch has changed. */
  readonly comesWithTime?: boolean;
  /** It is about the text it points to and not about what governs the listeners of that text. */
  readonly isAboutItsText?: boolean;
  /** It judges the comments that silence other rules: it runs after those, with `input.suppressed`. */
  readonly isAboutSuppressions?: boolean;
  check(input: LintInput, options: Options): Iterable<RuleFinding>;
}

/** Checks a rule's type where it is defined. The identity at run time. */
export function defineRule<Options extends object>(rule: Rule<Options>): Rule<Options> {
  return rule;
}

/** What a person wrote for an option, as its rule takes it. `undefined` where `written` is no value of it. */
export function readRuleOption({ kind }: RuleOption, written: unknown): Seconds | undefined {
  switch (kind) {
    case 'duration':
      if (typeof written === 'string') return readDuration(written);
      return typeof written === 'number' && Number.isSafeInteger(written) && written >= 0 ? written : undefined;
  }
}

/** Listeners put together by what `causeOf` says, in the order of the first of each; those without a cause are left out. */
export function byCause<Cause>(
  configurations: readonly Configuration[],
  causeOf: (
    listener: Listener,
    configuration: Configuration,
  ) => { readonly key: string; readonly cause: Cause } | undefined,
): readonly { readonly cause: Cause; readonly listeners: readonly [Listener, ...Listener[]] }[] {
  const groups = new Map<string, { cause: Cause; listeners: [Listener, ...Listener[]] }>();
  for (const configuration of configurations)
    for (const listener of configuration.listeners) {
      const found = causeOf(listener, configuration);
      if (!found) continue;
      const group = groups.get(found.key);
      if (group) group.listeners.push(listener);
      else groups.set(found.key, { cause: found.cause, listeners: [listener] });
    }
  return [...groups.values()];
}

/** Names a place so that the same place has the same name, whichever configuration it was read for. */
export function placeKey({ file, span }: Location): string {
  return `${file.path}:${span.start}-${span.end}`;
}

/** The problems of all configurations, each once. */
export function problemsIn(configurations: readonly Configuration[]): readonly Problem[] {
  const known = new Map<string, Problem>();
  for (const { problems } of configurations)
    for (const problem of problems) {
      const key = `${placeKey(problem.at)} ${problem.message}`;
      if (!known.has(key)) known.set(key, problem);
    }
  return [...known.values()];
}
