import type { FileEdit, Location, Refusal, Remedy, RemedyFinder, SourceFile } from '@shortfuse/core';
import { largestDword, type RegistryFact } from './registry.js';
import { editsOf } from './spelling.js';

/** A remedy that no text can be: the value is written by the files that go with a patch. */
export interface RegistryRemedy extends Remedy {
  /** ServerCacheTime as it is to be and as it was, in ms; undefined: it was not there. */
  readonly registry?: { readonly milliseconds: number; readonly former: number | undefined };
}

/** A file and what it does, in order. */
export interface Artefact {
  readonly file: SourceFile;
  readonly facts: readonly RegistryFact[];
}

/**
 * The statements of a file that may have the last word on ServerCacheTime: the last one that is surely applied and what may be
 * applied after it.
 */
export function lastWords(facts: readonly RegistryFact[]): RegistryFact[] {
  let last: RegistryFact[] = [];
  for (const fact of facts) {
    const { value, effect, condition } = fact;
    if (value !== 'ServerCacheTime' && effect.kind !== 'deleteKey') continue;
    switch (effect.kind) {
      case 'set':
      case 'deleteValue':
        last = condition === undefined ? [fact] : [...last, fact];
        break;
      case 'deleteKey':
        if (condition === undefined) last = [fact];
        break;
      case 'wrongType':
        last = [fact];
        break;
      case 'unknown':
        last = [...last, fact];
        break;
      case 'ignored':
      case 'ticketKey':
        break;
    }
  }
  return last;
}

/** An assignment that is not imported because its number is misspelt, if the file has one. */
export function lastMisspelt(facts: readonly RegistryFact[]): RegistryFact[] {
  const fact = facts.findLast(
    ({ effect, written, condition }) =>
      effect.kind === 'ignored' && written?.rewrite.kind === 'slots' && condition === undefined,
  );
  return fact ? [fact] : [];
}

/** Shorter times are taken for seconds that somebody wrote for milliseconds. */
const shortest = 1000;

/**
 * How the lifetime of a machine is changed: in every file that writes it, because nothing says which is applied last. All get
 * the same number, the target or, where files disagree, the shortest that one of them has below it: no time becomes longer.
 */
export function remediesInFiles(artefacts: readonly Artefact[], lastIn = lastWords): RemedyFinder {
  return ({ target, allowDisable }) => {
    const deciding = artefacts.map(({ file, facts }) => ({ file, last: lastIn(facts) }));
    const places = deciding.flatMap(({ file, last }) => last.map((fact) => ({ file, fact })));
    for (const { file, last } of deciding) {
      const [base] = last;
      if (base?.condition !== undefined) return refusedAt(file, base, target);
    }
    const wanted = wantedMilliseconds(target);
    const numbers = places.flatMap(({ fact: { effect } }) => (effect.kind === 'set' ? [effect.number] : []));
    const zero = places.find(({ fact: { effect } }) => effect.kind === 'set' && effect.number === 0);
    if (zero && wanted > 0) return cacheOffSomewhere(zero.file, zero.fact);
    if (wanted === 0 && !allowDisable) return disablingRefused;
    const number = Math.min(wanted, ...numbers.filter((each) => each >= shortest));
    const edits: FileEdit[] = [];
    for (const { file, fact } of places) {
      const { effect, written } = fact;
      if (effect.kind === 'set' && effect.number === number) continue;
      if (effect.kind === 'unknown' || effect.kind === 'deleteKey' || written?.rewrite.kind !== 'slots')
        return refusedAt(file, fact, target);
      if (effect.kind !== 'set' && fact.condition !== undefined) return refusedAt(file, fact, target);
      for (const edit of editsOf(file.text, written.rewrite.slots, number)) edits.push({ file, edit });
    }
    if (edits.length === 0) return nothingToEdit;
    return { kind: 'remedies', remedies: [{ edits, ...(wanted === 0 ? { disables: true } : {}) }] };
  };
}

/** How it is changed where no file writes it: by a registry file of its own. `former`: what the machine has now, in ms. */
export function remedyBesideFiles(former: number | undefined): RemedyFinder {
  return ({ target, allowDisable }) => {
    const milliseconds = wantedMilliseconds(target);
    if (milliseconds === 0 && !allowDisable) return disablingRefused;
    const remedy: RegistryRemedy = {
      edits: [],
      ...(milliseconds === 0 ? { disables: true } : {}),
      registry: { milliseconds, former },
    };
    return { kind: 'remedies', remedies: [remedy] };
  };
}

function wantedMilliseconds(target: number): number {
  return Math.min(Math.max(0, Math.floor(target * 1000)), largestDword);
}

const disablingRefused: Refusal = {
  kind: 'refused',
  why: 'a ServerCacheTime of 0 switches the session cache off',
  help: 'give a longer --target, or --allow-disable if nothing is to be resumed',
};

const nothingToEdit: Refusal = {
  kind: 'refused',
  why: 'what decides is in none of these files',
  help: 'look at the machine itself: reg query HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL /v ServerCacheTime',
};

function cacheOffSomewhere(file: SourceFile, { span, condition }: RegistryFact): Refusal {
  const at: Location = { file, span };
  return {
    kind: 'refused',
    why: `this switches the session cache off${condition === undefined ? '' : `, perhaps (${condition})`}, other statements leave it on, and nothing says which is applied last`,
    help: 'decide for one of them and take the other out, or put the files of each machine in a folder of its own',
    at,
  };
}

/** Why the statement that may have the last word cannot be written anew. */
function refusedAt(file: SourceFile, fact: RegistryFact, target: number): Refusal {
  const { effect, span, condition } = fact;
  const at: Location = { file, span };
  const milliseconds = wantedMilliseconds(target);
  const refusal = (why: string, help: string): Refusal => ({ kind: 'refused', why, help, at });
  if (effect.kind === 'unknown')
    return refusal(
      effect.why,
      effect.help ?? `set it to ${milliseconds} ms there by hand, or where the number comes from`,
    );
  if (effect.kind === 'deleteKey')
    return refusal(
      'the key SCHANNEL is deleted here, with every protocol and cipher setting in it',
      'take that out first; delete the value ServerCacheTime by its name if it is meant; then run the patch again',
    );
  if (condition !== undefined)
    return {
      kind: 'refused',
      why: `it may or may not be applied: ${condition}`,
      help: fact.help ?? helpForCondition(effect, milliseconds),
      at,
    };
  const rewrite = fact.written?.rewrite;
  const way = rewrite?.kind === 'obstacle' ? rewrite : undefined;
  return refusal(
    way?.why ?? 'the statement cannot be turned into one that sets ServerCacheTime where it stands',
    way?.help ?? `write a statement of its own that sets it to ${milliseconds} ms, as a REG_DWORD, behind this one`,
  );
}

function helpForCondition({ kind }: RegistryFact['effect'], milliseconds: number): string {
  return kind === 'deleteValue'
    ? 'keep the way back in a file of its own that is named for it, such as revert.ps1; it is then not taken for applied'
    : `set it to ${milliseconds} ms there by hand and see that it is applied on every machine, or leave the file out with "exclude" if it never is`;
}
