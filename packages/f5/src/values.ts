import type { Problem } from '@shortfuse/core';
import type { Device, PropertyName, Setting } from './device.js';

/** Source: F5's API description of the property and the schema of AS3 (cacheTimeout). */
const longestCacheTimeout = 86_400;
/** Source: AS3 and the Ansible module's argument checks. */
const largestCache = 4_194_304;

/** What is wrong with a written value and what to write instead; undefined where BIG-IP takes it. */
function complaint(name: PropertyName, value: string): { readonly message: string; readonly help: string } | undefined {
  switch (name) {
    case 'cache-timeout':
      return numberComplaint(name, value, longestCacheTimeout, 'seconds');
    case 'cache-size':
      return numberComplaint(name, value, largestCache, 'sessions');
    case 'session-ticket-timeout':
      return numberComplaint(name, value, undefined, 'seconds');
    case 'session-ticket':
    case 'session-mirroring':
    case 'mode':
      return wordComplaint(name, value, ['enabled', 'disabled']);
    case 'authenticate':
      return wordComplaint(name, value, ['once', 'always']);
    case 'options':
      return undefined;
  }
}

function numberComplaint(name: string, value: string, most: number | undefined, unit: string) {
  const range = most === undefined ? `a whole number of ${unit}` : `a whole number of ${unit} from 0 to ${most}`;
  if (!/^\d+$/.test(value)) return { message: `${name} ${shortened(value)}: not an integer`, help: `write ${range}` };
  if (most !== undefined && Number(value) > most)
    return { message: `${name} ${shortened(value)}: out of range 0..${most}`, help: `write ${range}` };
  return undefined;
}

function wordComplaint(name: string, value: string, words: readonly string[]) {
  if (words.includes(value)) return undefined;
  return {
    message: `${name} ${shortened(value)}: neither ${words.join(' nor ')}`,
    help: `write ${words.join(' or ')}`,
  };
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** Is this value one that BIG-IP takes? */
export function isValid(name: PropertyName, value: string): boolean {
  return complaint(name, value) === undefined;
}

/** A number that is valid for `name`; undefined for everything else. */
export function readNumber(name: PropertyName, value: string | undefined): number | undefined {
  return value !== undefined && isValid(name, value) ? Number(value) : undefined;
}

/** What BIG-IP would refuse in the profiles of a device, attached or not: it loads all or nothing. */
export function valueProblems({ profiles }: Device): Problem[] {
  const problems: Problem[] = [];
  // An AS3 object makes several profiles with the same settings.
  const seen = new Set<Setting>();
  for (const { settings } of profiles.values())
    for (const [name, setting] of settings) {
      if (seen.has(setting)) continue;
      seen.add(setting);
      const problem = problemOf(name, setting);
      if (problem) problems.push(problem);
    }
  return problems;
}

function problemOf(name: PropertyName, { value, at }: Setting): Problem | undefined {
  const wrong = value === undefined ? undefined : complaint(name, value);
  return wrong && { severity: 'error', kind: 'value', at, ...wrong };
}
