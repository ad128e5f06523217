import type { Operations } from '../change.js';
import { spellDuration } from '../duration.js';
import type { Lease } from '../lease.js';
import { effectiveLifetime } from '../listener.js';
import type { PatchedFile, Plan, PlannedEdit, RefusedListener } from '../plan.js';
import { positionOf } from '../source.js';
import { placeOf } from './audit.js';
import type { ProblemReport } from './json.js';
import { printable, wrap } from './layout.js';
import { nextSteps } from './next-steps.js';
import { plain, type Styler } from './style.js';
import { counted } from './text/page.js';

/** A file that goes with a patch: where it is or would be written, and what it is for. */
export interface CompanionFile {
  readonly file: string;
  readonly text: string;
  readonly purpose: string;
  readonly use: 'apply' | 'verify' | 'revert';
  readonly isRequired: boolean;
}

/** What `patch` did or would do. */
export interface PatchOutcome {
  readonly plan: Plan;
  /** Written where `isWritten`; else the record that `--write` would make. */
  readonly lease: Lease;
  readonly isWritten: boolean;
  readonly companions: readonly CompanionFile[];
  /** Remarks on how the patch was checked, in whole sentences. */
  readonly remarks: readonly string[];
  readonly digestOf: (file: PatchedFile['before']) => string;
  /** What stands in the way of any patch; none where there is one. */
  readonly problems: readonly ProblemReport[];
  /** Whom the patch is for, where it is not for every listener: `listener that the firewall covers`. */
  readonly isFor?: string;
}

export interface PatchTextOptions {
  readonly style?: Styler;
  readonly columns?: number;
  readonly operationsOf: (server: string) => Operations | undefined;
}

/** What a person is told of a patch, without the diff. Ends with a newline. */
export function patchText(outcome: PatchOutcome, options: PatchTextOptions): string {
  const { style = plain, columns = 100 } = options;
  const { plan, lease, companions, remarks } = outcome;
  const folded = (text: string, indent: number): string[] => {
    const [first = '', ...others] = wrap(printable(text), columns - indent);
    // What does not fit on one line goes on two columns further in.
    const lines = others.length === 0 ? [first] : wrap(printable(text), columns - indent - 2);
    return lines.map((line, i) => ' '.repeat(i === 0 ? indent : indent + 2) + line);
  };
  const sections: string[][] = [];
  if (plan.files.length > 0)
    sections.push([
      style('heading', outcome.isWritten ? 'changed' : 'to change'),
      ...plan.files.flatMap((file) => file.edits.flatMap((edit) => folded(editLine(file, edit), 2))),
    ]);
  if (companions.length > 0)
    sections.push([
      style('heading', 'files that go with it'),
      ...companions.flatMap(({ file, purpose }) => folded(`${file}: ${purpose}`, 2)),
    ]);
  if (plan.refused.length > 0)
    sections.push([
      style('bad', `not changed: ${counted(plan.refused.length, 'listener')}`),
      ...groupedRefusals(plan.refused).flatMap(({ names, why, help }) => [
        ...folded(names, 2),
        ...folded(`why: ${why}`, 4),
        ...folded(`help: ${help}`, 4),
      ]),
    ]);
  if (remarks.length > 0) sections.push(remarks.flatMap((remark) => folded(remark, 0)));
  const steps = lease.listeners.length > 0 ? nextSteps(lease, operationsIn(plan, options.operationsOf)) : [];
  if (steps.length > 0)
    sections.push([
      style('heading', 'next'),
      ...steps.flatMap(({ server, listeners, commands, sentences }) => [
        `  ${style('strong', server)}  ${counted(listeners, 'listener')}`,
        ...commands.flatMap(({ command, purpose }) => folded(`${command}  # ${purpose}`, 4)),
        ...sentences.flatMap((sentence) => folded(sentence, 4)),
      ]),
      ...(outcome.isWritten
        ? folded(
            `then: shortfuse mark deployed ${lease.id}; shortfuse status says from when inspection may be switched on`,
            2,
          )
        : []),
    ]);
  if (outcome.isWritten)
    sections.push(
      folded(
        `lease ${lease.id} is recorded in .shortfuse/leases: commit it with the change; shortfuse revert ${lease.id} --write takes it back`,
        0,
      ),
    );
  if (plan.files.length === 0 && companions.length === 0 && plan.refused.length === 0)
    sections.push([
      `nothing to change: every ${outcome.isFor ?? 'listener'} is at ${spellDuration(lease.targetSeconds)} or below`,
    ]);
  return sections.map((lines) => `${lines.join('\n')}\n`).join('\n');
}

/** The ways in which the patched configurations of a server are applied, each once: their own, or else the usual one. */
function operationsIn(
  { configurations }: Plan,
  operationsOf: PatchTextOptions['operationsOf'],
): (server: string) => readonly Operations[] {
  return (server) => {
    const mine = configurations.filter(({ configuration }) => configuration.server === server);
    const found = mine.flatMap(({ configuration }) => configuration.operations ?? operationsOf(server) ?? []);
    return [...new Map(found.map((one) => [one.reload, one])).values()];
  };
}

/** `nginx.conf:12: 1d -> 60s, for 4 listeners`, or with the line that is added. */
function editLine({ before }: PatchedFile, edit: PlannedEdit): string {
  const { line } = positionOf(before, edit.span.start);
  const what = edit.before === '' ? `+ ${oneLine(edit.after)}` : `${oneLine(edit.before)} -> ${oneLine(edit.after)}`;
  const whom = edit.isComment ? '' : `, for ${counted(edit.listeners.length, 'listener')}`;
  return `${before.path}:${line}: ${what.replace(/^\+ , /, '+ ').replace(/,$/, '')}${whom}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** One cause is told once, however many listeners it stops. */
function groupedRefusals(refused: readonly RefusedListener[]): { names: string; why: string; help: string }[] {
  const groups = new Map<string, { names: string[]; why: string; help: string }>();
  for (const { listener, why, help, at } of refused) {
    const place = at ? placeOf(at) : undefined;
    const key = `${why}\n${help}\n${place?.file}:${place?.line}`;
    const group = groups.get(key) ?? {
      names: [],
      why: place ? `${place.file}:${place.line}: ${why}` : why,
      help,
    };
    groups.set(key, group);
    group.names.push([listener.server, listener.address, listener.name, listener.profile].filter(Boolean).join(' '));
  }
  return [...groups.values()].map(({ names, why, help }) => ({
    names: names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : ''),
    why,
    help,
  }));
}

/** `patch --format json`, as data. `packages/cli/schemas/patch.schema.json` says the same to other programs. */
export function patchReport(outcome: PatchOutcome, operationsOf: PatchTextOptions['operationsOf']) {
  const { plan, lease, isWritten, companions, remarks, digestOf, problems } = outcome;
  const steps = nextSteps(lease, operationsIn(plan, operationsOf));
  const waits = steps.map((step) => step.waitSeconds ?? null);
  return {
    schemaVersion: 1,
    targetSeconds: lease.targetSeconds,
    lease: isWritten ? lease.id : null,
    files: plan.files.map(({ before, after, edits }) => ({
      file: before.path,
      digestBefore: digestOf(before),
      digestAfter: digestOf(after),
      edits: edits.map(({ span, before: old, after: text, listeners }) => ({
        ...positionOf(before, span.start),
        before: old,
        after: text,
        listeners: listeners.map(named),
      })),
    })),
    companions: companions.map(({ file, purpose, use, isRequired, text }) => ({
      file,
      purpose,
      use,
      isRequired,
      text,
    })),
    refused: plan.refused.map(({ listener, why, help, at }) => ({
      listener: named(listener),
      why,
      help,
      ...(at ? { location: placeOf(at) } : {}),
    })),
    problems,
    remarks,
    next: steps.map(({ server, commands, sentences, waitSeconds }) => ({
      server,
      commands,
      sentences,
      waitSeconds: waitSeconds ?? null,
    })),
    summary: {
      files: plan.files.length,
      listeners: lease.listeners.length,
      refused: plan.refused.length,
      longestSeconds: longest(lease.listeners.map(({ lifetimeSeconds }) => lifetimeSeconds)),
      // Null: no waiting helps on some server, or nobody knows how long.
      waitSeconds: longest(waits),
    },
  };
}

function longest(seconds: readonly (number | null)[]): number | null {
  let most = 0;
  for (const each of seconds) {
    if (each === null) return null;
    most = Math.max(most, each);
  }
  return most;
}

function named(listener: PlannedEdit['listeners'][number]) {
  const { server, address, name, profile } = listener;
  return {
    server,
    address,
    name,
    ...(profile === undefined ? {} : { profile }),
    lifetimeSeconds: effectiveLifetime(listener).seconds ?? null,
  };
}
