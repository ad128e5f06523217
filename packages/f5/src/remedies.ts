import { type Location, type Refusal, type Remedies, type Remedy, type RemedyFinder, replace } from '@shortfuse/core';
import type { Attachment, Device, LifetimeName, Place, Profile, Setting, Virtual } from './device.js';
import type { EffectiveProfile } from './effective.js';
import { factoryProfiles } from './factory.js';
import { insertionInto, writtenName } from './insertion.js';
import { isValid } from './values.js';

/** What a remedy does on the device: the companions say it in tmsh. */
export type Change =
  | {
      readonly kind: 'modify';
      readonly profile: string;
      readonly property: LifetimeName;
      readonly seconds: number;
      /** The value in effect before; undefined where the files do not tell, or BIG-IP would not take it. */
      readonly former: string | undefined;
      readonly appService?: string;
      /**
       * What brings the new statement to the device, and does not take it back when it goes from the code: the arguments are
       * optional, and what is not stated stays as it is.
       */
      readonly tool?: 'Terraform' | 'Ansible';
    }
  | {
      readonly kind: 'swap';
      readonly virtual: string;
      readonly factory: string;
      /** The profile that takes the factory profile's place. */
      readonly child: string;
      readonly context: string;
      readonly property: LifetimeName;
      readonly seconds: number;
      readonly appService?: string;
    };

export type Modification = Change & { readonly kind: 'modify' };

interface F5Remedy extends Remedy {
  readonly change: Change;
}

export function isF5Remedy(remedy: Remedy): remedy is F5Remedy {
  return 'change' in remedy;
}

/** How the two lifetimes of a profile on a virtual server are changed. */
export interface RemedyFinders {
  readonly cache: RemedyFinder;
  readonly ticket: RemedyFinder;
}

/** A client-ssl profile where a virtual server has it. */
export interface Site {
  readonly device: Device;
  readonly virtual: Virtual;
  readonly attachment: Attachment;
  readonly version: string | undefined;
}

/**
 * The number is replaced where it is stated, in the attached profile or an ancestor; else, or where the ancestor's other heirs
 * must stay, the attached profile is given a statement of its own, which decides whatever its parents say. Ways of resuming are
 * never switched off: there is no lifetime on BIG-IP that could not be set.
 */
export function remedyFinders(site: Site, profile: EffectiveProfile): RemedyFinders {
  const cache: RemedyFinder = ({ target }) => find(site, profile, 'cache-timeout', target);
  const ticket: RemedyFinder = (wish) =>
    isTicketTimeoutMissing(site, profile) ? cache(wish) : find(site, profile, 'session-ticket-timeout', wish.target);
  return { cache, ticket };
}

/** For a profile that is in no file. */
export function missingProfile({ device, attachment }: Site): RemedyFinder {
  const { path, at, why = `the profile ${path} is not in these files` } = attachment;
  const where =
    device.form === 'tmsh' || device.form === 'rest'
      ? 'give the file that holds it as well'
      : 'patch the configuration that holds it';
  return ({ target }) =>
    refused(why, `${where}, or on the device: tmsh modify ltm profile client-ssl ${path} cache-timeout ${target}`, at);
}

/**
 * Session-ticket-timeout came with version 12, and some code that makes profiles has no word for it. Tickets then last as long
 * as the cache keeps sessions.
 */
function isTicketTimeoutMissing({ device, attachment, version }: Site, profile: EffectiveProfile): boolean {
  const { value, stated } = profile['session-ticket-timeout'];
  if (stated || value !== '0') return false;
  const place = device.profiles.get(attachment.path)?.place;
  return (
    (place && writtenName(place, 'session-ticket-timeout') === undefined) || Number.parseInt(version ?? '12', 10) < 12
  );
}

/** Source: F5's API description of the property. */
const longestCacheTimeout = 86_400;

function find(site: Site, effective: EffectiveProfile, name: LifetimeName, target: number): Remedies {
  if (target < 1)
    return refused(`${name} 0 does not mean 0 seconds: what it means is not documented`, 'use a target of 1 s or more');
  const { device, attachment } = site;
  const own = device.profiles.get(attachment.path);
  const seconds = name === 'cache-timeout' ? Math.min(target, longestCacheTimeout) : target;
  const { value, stated } = effective[name];
  const former = value !== undefined && isValid(name, value) ? value : undefined;
  const change = ({ path, appService }: Profile): Modification => ({
    kind: 'modify',
    profile: path,
    property: name,
    seconds,
    former,
    ...(appService === undefined ? {} : { appService }),
  });

  const remedies: (Remedy | F5Remedy)[] = [];
  // Code for AS3, Terraform and Ansible is brought to the device by these tools.
  const isOnDevice = device.form === 'tmsh' || device.form === 'rest';
  const tool = device.form === 'terraform' ? 'Terraform' : device.form === 'ansible' ? 'Ansible' : undefined;
  const remedy = (edits: Remedy['edits'], of: Profile): Remedy | F5Remedy =>
    isOnDevice ? { edits, change: change(of) } : { edits };
  if (stated && !isShipped(stated.setting.at)) {
    const replaced = replacement(stated.profile.place, stated.setting, name, seconds);
    if ('edits' in replaced) remedies.push(remedy(replaced.edits, stated.profile));
    // A statement of its own would stand beside the one that is in the way.
    else if (stated.profile === own) return replaced;
  }
  let refusal: Refusal | undefined;
  if (!own || isFactory(own)) {
    const swapped = swap(site, name, seconds);
    if (swapped.kind === 'refused') refusal = swapped;
    else remedies.push(swapped.remedy);
  } else if (stated?.profile !== own) {
    const inserted = ignoredByTerraform(own.place) ?? insertionInto(own.place, name, String(seconds));
    if (inserted.kind === 'refused') refusal = { at: own.at, ...inserted };
    else if (tool) remedies.push({ edits: inserted.edits, change: { ...change(own), tool } });
    else remedies.push(remedy(inserted.edits, own));
  }
  const [first, ...others] = remedies;
  if (first) return { kind: 'remedies', remedies: [first, ...others] };
  return refusal ?? refused(`no file sets ${name} for ${attachment.path}`, handHelp(attachment.path, name, seconds));
}

/** The factory profiles that the product's own file states: an update replaces that file, so it is no place for a setting. */
function isShipped({ file }: Location): boolean {
  return /(?:^|\/)(?:low_)?profile_base\.conf$/.test(file.path);
}

function isFactory({ path, at }: Profile): boolean {
  return factoryProfiles.has(path) || isShipped(at);
}

type Replacement = { readonly edits: Remedy['edits'] } | Refusal;

function replacement(place: Place, setting: Setting, name: LifetimeName, seconds: number): Replacement {
  const { at, value, valueSpan, locked } = setting;
  const { file } = at;
  if (place.form === 'rest') return { edits: [] };
  const written = writtenName(place, name) ?? name;
  const text = valueSpan ? file.text.slice(valueSpan.start, valueSpan.end) : '';
  if (locked !== undefined) return refused(locked, `write ${seconds} here in its stead, or change it for all`, at);
  if (value === undefined)
    return refused(
      `${setting.why ?? `${written} is computed`}: ${shortened(text)}`,
      computedHelp(place, written, seconds),
      at,
    );
  if (!valueSpan || isPlaceholder(value))
    return refused(
      `${written} has no number and may be filled in from outside: ${shortened(lineFrom(file.text, at.span.start))}`,
      `set it to ${seconds} where it comes from, or patch the file that results`,
      at,
    );
  const blocked = ignoredByTerraform(place);
  if (blocked) return blocked;
  const [quote = ''] = /^["']/.exec(text) ?? [];
  return { edits: [{ file, edit: replace(file.text, valueSpan, `${quote}${seconds}${quote}`) }] };
}

/** What is written in place of a value may not be understood: shown is all that the line has. */
function lineFrom(text: string, start: number): string {
  const [line = ''] = /^[^\n]*/.exec(text.slice(start, start + 100)) ?? [];
  return line;
}

/** Numbers and lower-case words are what people type for a value, be it right or wrong; anything else is a template's. */
function isPlaceholder(value: string): boolean {
  return !/^[\w.+-]+$/.test(value) || /__|^[A-Z][A-Z\d_]*$/.test(value);
}

function computedHelp(place: Place, written: string, seconds: number): string {
  if (place.form === 'pulumi')
    return `set what it is computed from to ${seconds} (pulumi config, the environment), or write ${written}: ${seconds}`;
  return place.form === 'terraform'
    ? `set what it is computed from to ${seconds} (a variable's default, terraform.tfvars), or write ${written} = ${seconds}`
    : `set what it is computed from to ${seconds} (defaults, group_vars, host_vars), or write ${written}: ${seconds}`;
}

/** `ignore_changes` keeps Terraform from bringing a changed argument to the device. */
function ignoredByTerraform(place: Place): Refusal | undefined {
  if (place.form !== 'terraform') return undefined;
  const { file, body, at } = place.block;
  const [found] =
    /\bignore_changes\s*=\s*(?:all\b|\[[^\]]*\bcache_timeout\b[^\]]*\])/.exec(file.text.slice(body.start, body.end)) ??
    [];
  return found === undefined
    ? undefined
    : refused(
        `Terraform would not apply the change: ${shortened(found)}`,
        'take cache_timeout out of ignore_changes first',
        at,
      );
}

/** In place of a factory profile that is attached itself comes a child of it: everything else inherits from the factory's. */
function swap(
  { device, virtual, attachment }: Site,
  name: LifetimeName,
  seconds: number,
): { readonly kind: 'swap'; readonly remedy: F5Remedy } | Refusal {
  const { path, at, via, context = 'clientside' } = attachment;
  const why = `${path} is a factory profile, from which other profiles inherit`;
  if (via !== undefined)
    return refused(
      `${why}, and ${via} chooses it`,
      `create a child of it with ${name} ${seconds} and name that in the iRule`,
      at,
    );
  if (device.form !== 'tmsh' && device.form !== 'rest')
    return refused(`${why}, and it is attached itself`, childHelp[device.form](path, seconds), at);
  const change: Change = {
    kind: 'swap',
    virtual: virtual.path,
    factory: path,
    child: childName(device, path, seconds),
    context,
    property: name,
    seconds,
    ...(virtual.appService === undefined ? {} : { appService: virtual.appService }),
  };
  return { kind: 'swap', remedy: { edits: [], change } };
}

const childHelp: Readonly<
  Record<'as3' | 'terraform' | 'ansible' | 'pulumi', (path: string, seconds: number) => string>
> = {
  as3: (path, seconds) => `attach a TLS_Server of the declaration with "cacheTimeout": ${seconds} in place of ${path}`,
  terraform: (path, seconds) =>
    `add a bigip_ltm_profile_client_ssl with defaults_from = "${path}" and cache_timeout = ${seconds}, and attach that`,
  ansible: (path, seconds) =>
    `add a bigip_profile_client_ssl task with parent: ${path} and cache_timeout: ${seconds}, and attach that profile`,
  pulumi: (path, seconds) =>
    `add a ProfileClientSsl with defaultsFrom: '${path}' and cacheTimeout: ${seconds}, and attach that`,
};

function childName({ profiles, otherProfiles }: Device, factory: string, seconds: number): string {
  const wanted = `${factory}_${seconds}s`;
  let name = wanted;
  for (let i = 2; profiles.has(name) || otherProfiles.has(name); i++) name = `${wanted}_${i}`;
  return name;
}

function handHelp(path: string, name: LifetimeName, seconds: number): string {
  return `tmsh modify ltm profile client-ssl ${path} ${name} ${seconds}`;
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 80 ? `${line.slice(0, 77)}...` : line;
}

function refused(why: string, help: string, at?: Location): Refusal {
  return { kind: 'refused', why, help, ...(at ? { at } : {}) };
}
