import {
  type IgnoredSetting,
  type Lifetime,
  type Location,
  type Problem,
  positionOf,
  type SourceFile,
} from '@shortfuse/core';
import type { RegistryFact } from './registry.js';
import { type Artefact, lastMisspelt, remediesInFiles, remedyBesideFiles } from './remedies.js';

/** What the registry artefacts of a machine come to. */
export interface MachineLifetime {
  /** How long Schannel keeps a session, for every TLS server on the machine; 0 s where the session cache is off. */
  readonly lifetime: Lifetime;
  readonly ignored: readonly IgnoredSetting[];
  readonly problems: readonly Problem[];
  /** Where keys for TLS 1.2 session tickets are made, which switches tickets on. */
  readonly ticketKeyAt: Location | undefined;
  /** What was taken for granted about these files, in whole sentences. */
  readonly assumptions: readonly string[];
  /** Where each lifetime is set, for a machine without listeners. */
  readonly settings: readonly { readonly at: Location; readonly number: number | undefined }[];
}

/** What Schannel takes where nothing sets ServerCacheTime: 10 hours, since Windows Vista and Server 2008 (tls-registry-settings.md). */
const defaultSeconds = 36_000;

/** How one file leaves a value. */
type Outcome =
  | { readonly kind: 'set'; readonly number: number; readonly at: Location }
  | { readonly kind: 'default'; readonly at: Location }
  | { readonly kind: 'unknown'; readonly why: string; readonly at: Location };

/** Names of files that take a change back. */
const wayBack = /(?:^|[-_.])(?:revert|rollback|undo|restore)(?:[-_.]|$)/i;

export function lifetimeOf(artefacts: readonly Artefact[]): MachineLifetime {
  const ignored: IgnoredSetting[] = [];
  const problems: Problem[] = [];
  const outcomes: Outcome[] = [];
  const setAside: Outcome[] = [];
  const applied: Artefact[] = [];
  const sizes: Outcome[] = [];
  let ticketKeyAt: Location | undefined;
  let clientOnly: Location | undefined;
  for (const artefact of artefacts) {
    const { file, facts } = artefact;
    const outcome = foldValue(file, facts, 'ServerCacheTime', ignored);
    const isWayBack = wayBack.test(baseName(file.path));
    if (outcome) (isWayBack ? setAside : outcomes).push(outcome);
    if (!isWayBack && (outcome || facts.some(({ effect }) => effect.kind === 'ignored'))) applied.push(artefact);
    const size = foldValue(file, facts, 'MaximumCacheSize', ignored);
    if (size) sizes.push(size);
    for (const fact of facts) {
      const at = { file, span: fact.span };
      if (fact.effect.kind === 'ticketKey') ticketKeyAt ??= at;
      if (fact.value === 'ClientCacheTime' && (fact.effect.kind === 'set' || fact.effect.kind === 'unknown')) {
        clientOnly ??= at;
        ignored.push({
          at,
          why: 'the client side of Schannel: connections that this machine opens',
          isRemark: true,
        });
      }
      const problem = problemOf(fact, at);
      if (problem) problems.push(problem);
    }
  }
  const deciding = outcomes.length > 0 ? outcomes : setAside;
  if (clientOnly && deciding.length === 0)
    problems.push({
      severity: 'warning',
      at: clientOnly,
      message: 'ClientCacheTime is set and ServerCacheTime is not',
      help: 'set ServerCacheTime if sessions with this server are meant: ClientCacheTime is for connections that it opens itself',
    });
  const apart = setAside.length > 0 && outcomes.length > 0 ? setAside.map(({ at }) => at.file.path) : [];
  const size = sizes.find((each) => each.kind === 'set' && each.number === 0);
  const isCacheOff = size?.kind === 'set' && sizes.every((each) => each.kind === 'set' && each.number === 0);
  const lifetime: Lifetime = isCacheOff
    ? { seconds: 0, origin: { kind: 'explicit', at: size.at } }
    : withRemedies(
        agreed(deciding, (problem) => problems.push(problem)),
        applied,
        { outcomes, setAside },
      );
  return {
    lifetime,
    ignored,
    problems,
    ticketKeyAt,
    assumptions: apart.map((path) => `${path} is taken for the way back of a change and not as applied, by its name.`),
    settings: deciding.map((outcome) => ({
      at: outcome.at,
      number: outcome.kind === 'set' ? outcome.number : undefined,
    })),
  };
}

/** Files that take a change back are not changed: where nothing else writes the value, it is written beside them. */
function withRemedies(
  lifetime: Lifetime,
  applied: readonly Artefact[],
  { outcomes, setAside }: { readonly outcomes: readonly Outcome[]; readonly setAside: readonly Outcome[] },
): Lifetime {
  if (outcomes.length > 0) return { ...lifetime, remedies: remediesInFiles(applied) };
  const misspelt = applied.filter(({ facts }) => lastMisspelt(facts).length > 0);
  if (misspelt.length > 0) return { ...lifetime, remedies: remediesInFiles(misspelt, lastMisspelt) };
  if (lifetime.seconds === undefined) return lifetime;
  const [former] = setAside;
  return { ...lifetime, remedies: remedyBesideFiles(former?.kind === 'set' ? former.number : undefined) };
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** What a file leaves of a value when it has run to its end: the last one wins. What it overwrites has no effect. */
function foldValue(
  file: SourceFile,
  facts: readonly RegistryFact[],
  value: RegistryFact['value'],
  ignored: IgnoredSetting[],
): Outcome | undefined {
  let outcome: Outcome | undefined;
  const supersede = (next: Outcome): void => {
    if (outcome?.kind === 'set') ignored.push({ at: outcome.at, why: 'overwritten later in the same file' });
    outcome = next;
  };
  for (const { value: about, effect, span, condition } of facts) {
    const at = { file, span };
    // Deleting the key takes every value along.
    if (about !== value && effect.kind !== 'deleteKey') continue;
    const doubt = (why: string): void => {
      outcome = { kind: 'unknown', at, why };
    };
    switch (effect.kind) {
      case 'set':
        if (condition === undefined) supersede({ kind: 'set', number: effect.number, at });
        else if (outcome?.kind !== 'set' || outcome.number !== effect.number)
          doubt(`${placeText(at)} may or may not be applied: ${condition}`);
        break;
      case 'deleteValue':
      case 'deleteKey':
        if (condition === undefined) supersede({ kind: 'default', at });
        // A way to break all TLS settings that is normally not taken is reported, not reckoned with.
        else if (effect.kind === 'deleteValue' && outcome?.kind !== 'default')
          doubt(`${placeText(at)} may or may not be applied: ${condition}`);
        break;
      case 'wrongType':
        if (value === 'ServerCacheTime') {
          ignored.push({ at, why: `${effect.type} instead of REG_DWORD` });
          supersede({ kind: 'default', at });
        }
        break;
      case 'unknown':
        doubt(`${placeText(at)}: ${effect.why}`);
        break;
      case 'ignored':
        if (value === 'ServerCacheTime')
          ignored.push({ at, why: effect.why, ...(effect.why === 'comment' ? { isRemark: true } : {}) });
        break;
      case 'ticketKey':
        break;
    }
  }
  return outcome;
}

function placeText({ file, span }: Location): string {
  return `${file.path}:${positionOf(file, span.start).line}`;
}

/** The order in which several files are applied is defined nowhere, so they have to agree. */
function agreed(outcomes: readonly Outcome[], report: (problem: Problem) => void): Lifetime {
  const [first, ...rest] = outcomes;
  if (!first) return { seconds: defaultSeconds, origin: { kind: 'default' } };
  const unknown = outcomes.find(({ kind }) => kind === 'unknown');
  if (unknown?.kind === 'unknown')
    return { seconds: undefined, origin: { kind: 'unknown', why: unknown.why, at: unknown.at } };
  const other = rest.find((outcome) => milliseconds(outcome) !== milliseconds(first));
  if (other) {
    report({
      severity: 'warning',
      at: other.at,
      message: `ServerCacheTime is ${spelled(other)} here and ${spelled(first)} in ${placeText(first.at)}`,
      help: 'keep one file for each machine that sets it, or put the files of each machine in a folder of its own: nothing says which is applied last',
    });
    const why = `${placeText(first.at)} and ${placeText(other.at)} disagree, and nothing says which is applied last`;
    return { seconds: undefined, origin: { kind: 'unknown', why, at: other.at } };
  }
  return first.kind === 'set'
    ? { seconds: first.number / 1000, origin: { kind: 'explicit', at: first.at } }
    : { seconds: defaultSeconds, origin: { kind: 'default', at: first.at } };
}

function milliseconds(outcome: Outcome): number {
  return outcome.kind === 'set' ? outcome.number : defaultSeconds * 1000;
}

function spelled(outcome: Outcome): string {
  return outcome.kind === 'set' ? `${outcome.number} ms` : 'left to the default of 36000000 ms';
}

function problemOf({ value, effect, condition }: RegistryFact, at: Location): Problem | undefined {
  const warning = (message: string, help: string, kind?: Problem['kind']): Problem => ({
    severity: 'warning',
    at,
    message,
    help,
    ...(kind === undefined ? {} : { kind }),
  });
  if (effect.kind === 'deleteKey')
    return warning(
      `this deletes the key SCHANNEL with every protocol and cipher setting in it${condition === undefined ? '' : `, where it is run (${condition})`}`,
      'delete the value ServerCacheTime by its name instead, never the key',
    );
  if (value !== 'ServerCacheTime') return undefined;
  if (effect.kind === 'wrongType')
    return warning(
      `ServerCacheTime is written as ${effect.type}, and Schannel reads a REG_DWORD only`,
      'write a REG_DWORD of milliseconds: 60 s are 60000, in a .reg file dword:0000ea60',
      'value',
    );
  if (effect.kind !== 'set') return undefined;
  const { number, hexDigits } = effect;
  const decimal = hexDigits !== undefined && /^\d+$/.test(hexDigits) ? Number(hexDigits) : undefined;
  if (decimal !== undefined && decimal >= 1000 && decimal % 1000 === 0 && number % 1000 !== 0)
    return warning(
      `${hexDigits} is hexadecimal: ${number} ms, not ${decimal} ms`,
      `write ${decimal.toString(16).padStart(8, '0')} if ${decimal / 1000} s are meant`,
      'value',
    );
  if (number > 0 && number < 1000)
    return warning(
      `${number} ms: ServerCacheTime counts milliseconds, and less than a second is probably meant to be seconds`,
      `write ${number * 1000}, in hexadecimal ${(number * 1000).toString(16).padStart(8, '0')}, if ${number} s are meant`,
      'value',
    );
  return undefined;
}
