import { resolve } from 'node:path';
import {
  type Adapter,
  type Configuration,
  decode,
  type Finding,
  type LintInput,
  type Listener,
  type Location,
  lint,
  mechanismNames,
  positionOf,
  type RuleChoice,
  type SourceFile,
} from '@shortfuse/core';
import type { Project } from '@shortfuse/files';
import { type BaseTexts, baseTexts } from './base-texts.js';
import { type ChangedLines, changedLines } from './changes.js';
import { narrowFindings } from './narrow.js';

export interface AffectedRequest {
  readonly rev: string;
  readonly cwd: string;
  readonly input: LintInput;
  readonly choices: readonly RuleChoice[];
  readonly project: Project;
  readonly adapters: readonly Adapter[];
  /** The listeners that findings speak of; all where absent. */
  readonly isMeant?: (listener: Listener) => boolean;
}

/**
 * The findings that a change since `rev` has to do with: a line that changed is the one that the finding points to, or governs
 * one of its listeners; or with the files as they were there would be no such finding, because a line went away or
 * something switches on what was off. Changes that are past their end are reported whoever changed what.
 * @throws UsageError where git does not tell what changed
 */
export async function affectedFindings(
  findings: readonly Finding[],
  request: AffectedRequest,
): Promise<readonly Finding[]> {
  const changes = await changedLines(request.cwd, request.rev);
  const touched = new Set(findings.filter((finding) => isTouched(finding, changes, request)));
  if (findings.every((finding) => touched.has(finding))) return findings;
  const wasThere = await formerFindings(changes, request);
  return findings.filter((finding) => touched.has(finding) || !wasThere(finding));
}

function isTouched(finding: Finding, changes: ChangedLines, { choices, cwd, project }: AffectedRequest): boolean {
  const rule = choices.find((choice) => choice.rule.id === finding.rule)?.rule;
  if (rule?.comesWithTime) return true;
  const hasChanged = ({ file, span }: Location): boolean => {
    // The files of leases are in no configuration.
    const path = project.pathOf(file) ?? resolve(cwd, file.path);
    if (!changes.hasFile(path)) return false;
    return changes.hasBetween(path, positionOf(file, span.start).line, positionOf(file, span.end).line);
  };
  return (
    hasChanged(finding.at) ||
    finding.listeners.some((listener) =>
      (rule?.isAboutItsText ? [listener.definedAt] : governingPlaces(listener)).some(hasChanged),
    )
  );
}

/** Every text that has a say about a listener. What it ignores has none: an edit there that changes something shows otherwise. */
function governingPlaces({ definedAt, mechanisms, governing, inEffect = [] }: Listener): readonly Location[] {
  const lifetimes = [governing, ...mechanismNames.flatMap((name) => mechanisms[name].lifetimes)];
  return [definedAt, ...lifetimes.flatMap(({ origin }) => ('at' in origin && origin.at) || []), ...inEffect];
}

/** Tells whether there was a finding like this one with the files as they were. */
async function formerFindings(
  changes: ChangedLines,
  { rev, cwd, input, choices, project, adapters, isMeant }: AffectedRequest,
): Promise<(finding: Finding) => boolean> {
  const base = await baseTexts(cwd, rev);
  // Nobody knows: rather too many findings than too few.
  if (!base) return () => false;
  const former = new Map<SourceFile, SourceFile>();
  for (const file of new Set(input.configurations.flatMap(({ files }) => files))) {
    const path = project.pathOf(file);
    if (path === undefined || !changes.hasFile(path)) continue;
    const bytes = await base.bytesOf(path);
    const before = bytes ? decode(file.path, bytes) : { ...file, text: '' };
    if (before.text !== file.text) former.set(file, before);
  }
  const doubtful = await serversOfRemoved(base, adapters);
  // Nothing that is read has changed.
  if (former.size === 0 && doubtful.size === 0) return () => true;
  const configurations = former.size === 0 ? input.configurations : project.resolveWith(former);
  const formerInput = { ...input, configurations };
  const all = lint(formerInput, choices);
  const isMeantThen = isMeant && meantThen(input.configurations, isMeant);
  const known = new Set((isMeantThen ? narrowFindings(all, formerInput, choices, isMeantThen) : all).map(likeness));
  return (finding) => {
    // A file that is gone may have held what a listener now takes from elsewhere; it cannot be put back to see.
    if (finding.listeners.some(({ server }) => doubtful.has(server)) && isByDefault(finding)) return false;
    return known.has(likeness(finding));
  };
}

/** Listeners with the files as they were are others: they are known by their names and addresses. */
function meantThen(
  configurations: readonly Configuration[],
  isMeant: (listener: Listener) => boolean,
): (listener: Listener) => boolean {
  const leftOut = new Set(
    configurations.flatMap(({ listeners }) => listeners.filter((listener) => !isMeant(listener)).map(identity)),
  );
  return (listener) => !leftOut.has(identity(listener));
}

function identity({ server, address, name, profile }: Listener): string {
  return [server, address, name, profile].join('\0');
}

/** What stays the same where a line moves: some messages name one. */
function likeness({ rule, at, message, listeners }: Finding): string {
  return [
    rule,
    at.file.path,
    message.replace(/:\d+/g, ''),
    ...listeners.map(({ address, name }) => `${address} ${name}`),
  ].join('\0');
}

/** Is the finding one for which no text is to blame? */
function isByDefault({ listeners }: Finding): boolean {
  return listeners.some(({ governing: { origin } }) => !('at' in origin) || origin.at === undefined);
}

/** The servers that files which are gone belonged to. */
async function serversOfRemoved(base: BaseTexts, adapters: readonly Adapter[]): Promise<ReadonlySet<string>> {
  const servers = new Set<string>();
  for (const name of base.removed) {
    const bytes = await base.bytesOfRemoved(name);
    if (!bytes || bytes.length > largestRemoved) continue;
    const file = decode(name, bytes);
    for (const adapter of adapters) if (adapter.claims(file, false)) servers.add(adapter.id);
  }
  return servers;
}

/** No configuration that a person writes is as long. */
const largestRemoved = 4 * 1024 * 1024;
