import type { IgnoredSetting, Listener, Location, Note, SourceFile, UnattachedSetting } from '@shortfuse/core';
import type { Attachment, Device, Rule, Virtual } from './device.js';
import type { EffectiveProfile } from './effective.js';
import { factoryProfiles } from './factory.js';
import { type Resumption, resumptionOf, unknownResumption } from './mechanisms.js';
import { partitionOf, referred } from './names.js';
import { fateOfOldSessions } from './old-sessions.js';
import { missingProfile, remedyFinders, type Site } from './remedies.js';
import { readNumber } from './values.js';

/** An iRule can hold any amount of text that looks like settings, and any number of virtual servers can use it. */
const mostLookAlikes = 20;

/** One listener for each address of a virtual server and each client-ssl profile on it, in file order. */
export function listenersOf(
  device: Device,
  effectiveOf: (path: string) => EffectiveProfile | undefined,
  version: string | undefined,
): readonly Listener[] {
  const listeners: Listener[] = [];
  const resumptions = new Map<string, Resumption | undefined>();
  const resumptionFor = (virtual: Virtual, attachment: Attachment): Resumption | undefined => {
    const { path } = attachment;
    const effective = effectiveOf(path);
    const site = { device, virtual, attachment, version };
    if (!effective) return unknownFor(site);
    // A factory profile is not changed, but replaced on each virtual server by itself.
    const key = factoryProfiles.has(path) ? `${path} ${virtual.path}` : path;
    if (!resumptions.has(key))
      resumptions.set(
        key,
        effective.mode.value === 'disabled' ? undefined : resumptionOf(effective, remedyFinders(site, effective)),
      );
    return resumptions.get(key);
  };
  const loose = looseIn(device);
  const chosenBy = choicesOfRules(device);
  for (const virtual of device.virtuals.values()) {
    if (virtual.isDisabled) continue;
    const attached = attachmentsOf(device, virtual, chosenBy);
    const ownCount = attached.filter(({ via }) => via === undefined).length;
    const addresses =
      virtual.criteria === undefined ? virtual.addresses : [device.criteria.get(virtual.criteria) ?? null];
    for (const address of addresses)
      for (const attachment of attached) {
        // A profile with mode disabled ends no TLS.
        const resumption = resumptionFor(virtual, attachment);
        if (!resumption) continue;
        const ignored = [
          ...resumption.ignored,
          ...(device.profiles.get(attachment.path)?.lookAlikes ?? []).slice(0, mostLookAlikes),
          ...(attachment.via === undefined ? besides(device, virtual) : []),
          ...takeFrom(loose, virtual.at),
        ];
        listeners.push({
          server: 'f5',
          address,
          name: virtual.path,
          profile: attachment.path,
          definedAt: virtual.at,
          mechanisms: resumption.mechanisms,
          governing: resumption.governing,
          ...(resumption.presumed ? { presumed: resumption.presumed } : {}),
          ...fateOfOldSessions(effectiveOf(attachment.path)),
          ignored,
          inEffect: resumption.inEffect,
          notes: [...resumption.notes, ...notesOn(device, virtual, attachment, ownCount)],
        });
      }
  }
  return listeners;
}

/** The client-ssl profiles of a virtual server: those it lists, then those that its iRules choose. */
function attachmentsOf(
  device: Device,
  virtual: Virtual,
  chosenBy: (rule: Rule) => readonly Attachment[],
): Attachment[] {
  const attached = virtual.attachments.filter((one) => isClientSsl(device, one));
  if (attached.length === 0) return attached;
  const seen = new Set(attached.map(({ path }) => path));
  for (const rule of rulesOf(device, virtual))
    for (const chosen of chosenBy(rule)) {
      if (seen.has(chosen.path)) continue;
      seen.add(chosen.path);
      attached.push(chosen);
    }
  return attached;
}

/** The client-ssl profiles that a rule names; each rule is looked at once, however many virtual servers have it. */
function choicesOfRules(device: Device): (rule: Rule) => readonly Attachment[] {
  const known = new Map<Rule, readonly Attachment[]>();
  const exists = (path: string): boolean => device.profiles.has(path) || factoryProfiles.has(path);
  return (rule) => {
    let choices = known.get(rule);
    if (!choices) {
      const { path, at, profiles } = rule;
      choices = profiles
        .map((name) => referred(name, partitionOf(path), exists))
        // A rule chooses server-ssl profiles by the same command.
        .filter(exists)
        .map((chosen) => ({ path: chosen, at, via: `iRule ${path} (SSL::profile)` }));
      known.set(rule, choices);
    }
    return choices;
  };
}

function rulesOf(device: Device, { rules }: Virtual): Rule[] {
  return rules.flatMap((path) => device.rules.get(path) ?? []);
}

function isClientSsl(device: Device, { path, context, isTls }: Attachment): boolean {
  if (/^server-?side$/.test(context ?? '')) return false;
  if (isTls || device.profiles.has(path)) return true;
  if (device.otherProfiles.has(path)) return false;
  if (factoryProfiles.has(path)) return true;
  // The profile is in another file. Its side and its name are all there is: TCP profiles have a side, too.
  return /^client-?side$/.test(context ?? '') && /ssl|tls|https/i.test(path) && !/serverssl|server-ssl/i.test(path);
}

function unknownFor(site: Site): Resumption {
  const { path, at, why = `the profile ${path} is not in these files: add the file that holds it` } = site.attachment;
  return unknownResumption({ kind: 'unknown', at, why }, missingProfile(site));
}

/** Look-alikes in what a virtual server uses besides its client-ssl profiles. */
function besides(device: Device, { attachments, uses, rules }: Virtual): IgnoredSetting[] {
  const paths = [...attachments.map(({ path }) => path), ...uses];
  const others = paths.flatMap((path) => device.others.get(path)?.lookAlikes.slice(0, mostLookAlikes) ?? []);
  const inRules = rules.flatMap((path) => device.rules.get(path)?.lookAlikes.slice(0, mostLookAlikes) ?? []);
  return [...others, ...inRules].slice(0, mostLookAlikes);
}

/** Look-alikes in text and objects that no virtual server uses, by file. */
function looseIn({ virtuals, others, rules, loose }: Device): Map<SourceFile, IgnoredSetting[]> {
  const used = new Set<string>();
  for (const virtual of virtuals.values()) {
    for (const { path } of virtual.attachments) used.add(path);
    for (const path of [...virtual.uses, ...virtual.rules]) used.add(path);
  }
  const byFile = new Map<SourceFile, IgnoredSetting[]>();
  const add = (one: IgnoredSetting): void => {
    const known = byFile.get(one.at.file);
    if (known) known.push(one);
    else byFile.set(one.at.file, [one]);
  };
  loose.forEach(add);
  for (const objects of [others, rules])
    for (const [path, { lookAlikes }] of objects) if (!used.has(path)) lookAlikes.forEach(add);
  return byFile;
}

/** What nothing uses is told once, at the first listener of the same file. */
function takeFrom(loose: Map<SourceFile, IgnoredSetting[]>, { file }: Location): IgnoredSetting[] {
  const taken = loose.get(file) ?? [];
  loose.delete(file);
  return taken.slice(0, mostLookAlikes);
}

function notesOn(device: Device, virtual: Virtual, { path, via }: Attachment, count: number): Note[] {
  const notes: Note[] = [...virtual.notes];
  const service = device.profiles.get(path)?.appService ?? virtual.appService;
  if (service !== undefined)
    notes.push({
      code: 'app-service',
      text: `made by the application service ${service}: deploying it again undoes a change by hand`,
    });
  if (via !== undefined) notes.push({ code: 'chosen-by-irule', text: `used where ${via} chooses it` });
  if (rulesOf(device, virtual).some(({ hasComputedProfile }) => hasComputedProfile))
    notes.push({
      code: 'chosen-at-run-time',
      text: 'an iRule of this virtual server may choose another profile by a variable: which one is not in the files',
    });
  if (count > 1)
    notes.push({
      code: 'several-profiles',
      text: 'one of several client-ssl profiles here: the server name of the client decides, and each has a cache of its own',
    });
  if (factoryProfiles.has(path))
    notes.push({
      code: 'factory-profile',
      text: 'a factory profile is attached itself: make a child profile for another lifetime, because others inherit from it',
    });
  return notes;
}

/** Lifetimes in client-ssl profiles that decide about no listener here. */
export function unattachedIn(device: Device, listeners: readonly Listener[]): UnattachedSetting[] {
  const used = new Set<Location>();
  for (const { governing, ignored, mechanisms } of listeners) {
    const lifetimes = [governing, ...mechanisms.sessionId.lifetimes, ...mechanisms.ticketTls12.lifetimes];
    for (const { origin } of lifetimes) if (origin.at) used.add(origin.at);
    for (const { at } of ignored) used.add(at);
  }
  const unattached: UnattachedSetting[] = [];
  for (const { path, settings } of device.profiles.values()) {
    // Every BIG-IP has the factory profiles; that nothing uses one is no news.
    if (factoryProfiles.has(path)) continue;
    for (const name of ['cache-timeout', 'session-ticket-timeout'] as const) {
      const setting = settings.get(name);
      if (!setting || used.has(setting.at)) continue;
      const { file, span } = setting.at;
      unattached.push({
        at: setting.at,
        name,
        written: setting.value ?? file.text.slice(span.start, Math.min(span.end, span.start + 80)),
        seconds: readNumber(name, setting.value),
      });
    }
  }
  return unattached;
}
