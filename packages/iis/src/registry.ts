import type { Span } from '@shortfuse/core';
import { obstacle, type Rewrite, type Rewritten, type Written } from './spelling.js';

/** The key that holds Schannel's settings, below HKEY_LOCAL_MACHINE, in lower case. */
const schannel = ['control', 'securityproviders', 'schannel'] as const;

/**
 * What a registry path means to Schannel.
 * - `key`: the very key that holds ServerCacheTime
 * - `above`: a key that contains it, so that deleting it takes the settings along
 * - `below`: a subkey; a ServerCacheTime in it has no effect
 * - `numbered`: the key in ControlSet001 or another numbered set, which may or may not be the current one
 * - `remote`: on another machine (`\\host\HKLM\…`)
 * - `http`: the parameters of HTTP.sys, where people look for it in vain
 * - `other`: none of these
 */
export type RegistryPlace = 'key' | 'above' | 'below' | 'numbered' | 'remote' | 'http' | 'other';

/**
 * Reads a path as .reg files, reg.exe, PowerShell, Group Policy and security templates write it. Letter case, a trailing
 * backslash and slashes for backslashes make no difference.
 */
export function placeInRegistry(path: string): RegistryPlace {
  const plain = path.trim().toLowerCase().replaceAll('/', '\\').replace(/\\+$/, '');
  if (/^\\\\[^\\]+\\(?:hklm|hkey_local_machine)\\/.test(plain)) return 'remote';
  const hive =
    /^(?:computer\\)?(?:(?:microsoft\.powershell\.core\\)?registry::\\?)?(?:hklm:?|hkey_local_machine|machine)(?:\\+|$)/.exec(
      plain,
    );
  if (!hive) return 'other';
  const [top, set, ...rest] = plain.slice(hive[0].length).split(/\\+/);
  if (top !== 'system') return 'other';
  const isNumbered = /^controlset\d{3}$/.test(set ?? '');
  if (set === undefined) return 'above';
  if (set !== 'currentcontrolset' && !isNumbered) return 'other';
  if (rest[0] === 'services' && rest[1] === 'http') return 'http';
  const shared = Math.min(rest.length, schannel.length);
  for (let i = 0; i < shared; i++) if (rest[i] !== schannel[i]) return 'other';
  if (rest.length < schannel.length) return 'above';
  if (rest.length > schannel.length) return 'below';
  return isNumbered ? 'numbered' : 'key';
}

/** The values of the Schannel key that matter here. */
export type ValueName = 'ServerCacheTime' | 'MaximumCacheSize' | 'ClientCacheTime';

const valueNames: readonly ValueName[] = ['ServerCacheTime', 'MaximumCacheSize', 'ClientCacheTime'];

/** The value that `name` means; names are compared without regard to letter case. */
export function valueNamed(name: string): ValueName | undefined {
  const lower = name.toLowerCase();
  return valueNames.find((value) => value.toLowerCase() === lower);
}

/**
 * What an artefact does to a value, in the order in which it does so.
 * - `set`: a REG_DWORD of this number
 * - `deleteValue`: the value goes, the key stays
 * - `deleteKey`: the key goes, with every protocol and cipher setting in it
 * - `wrongType`: a value of another type, which Schannel does not read
 * - `unknown`: only running it would tell
 * - `ignored`: looks like an assignment and is none: a comment, a value in the wrong place
 * - `ticketKey`: a key for TLS 1.2 session tickets is made or enabled
 */
export type Effect =
  /** `hexDigits` as written, where the notation is hexadecimal without saying so. */
  | { readonly kind: 'set'; readonly number: number; readonly hexDigits?: string }
  | { readonly kind: 'deleteValue' | 'deleteKey' | 'ticketKey' }
  | { readonly kind: 'wrongType'; readonly type: string }
  /** `help`: what a person can do about it, where that is more than to write the number there. */
  | { readonly kind: 'unknown' | 'ignored'; readonly why: string; readonly help?: string };

/** One thing that a registry artefact does. `span` is the place a person is sent to. */
export interface RegistryFact {
  readonly value: ValueName;
  readonly effect: Effect;
  readonly span: Span;
  /** What stands between it and being applied, in words; undefined where nothing does. */
  readonly condition?: string;
  /** What a person can do about the condition, where that is something of its own. */
  readonly help?: string;
  /** For ServerCacheTime; absent where it is only talked about, and for what deletes the key. */
  readonly written?: Written;
}

/** Where the text of a parameter stands and what it says; `isOpen` where something else decides what it says: a variable. */
export interface Word {
  readonly text: string;
  readonly span: Span;
  readonly isOpen: boolean;
  /** Quotes make it text whatever it looks like; they are part of `span` then. */
  readonly isString?: boolean;
}

/** The place of what a word says, without quotes around it. */
export function contentOf({ text, span, isString }: Word): Span {
  return isString && span.end - span.start === text.length + 2 ? { start: span.start + 1, end: span.end - 1 } : span;
}

/** The largest REG_DWORD. */
export const largestDword = 0xffff_ffff;

/** A number as scripts write it, decimal or with `0x`; undefined for anything else and for what no REG_DWORD holds. */
export function readNumber(text: string): number | undefined {
  if (!/^(?:\d{1,10}|0x[0-9a-f]{1,8})$/i.test(text)) return undefined;
  const number = Number(text);
  return number <= largestDword ? number : undefined;
}

/** One to eight hexadecimal digits without `0x`, as .reg files and Group Policy write a REG_DWORD. */
export function readHex(text: string): number | undefined {
  return /^[0-9a-f]{1,8}$/i.test(text) ? Number.parseInt(text, 16) : undefined;
}

/** What is to become of one value: the form in which every command and resource that writes the registry is understood. */
export interface RegistryWrite {
  readonly path: Word;
  /** Undefined where the command names no value and so means the whole key. */
  readonly name: Word | undefined;
  readonly action: 'set' | 'delete';
  readonly data?: Word;
  /** The type as written (`REG_DWORD`, `DWord`); undefined where the writer's default for `data` applies. */
  readonly type?: string;
  /** How the number in `data` is written. */
  readonly base: 'number' | 'hex';
  /** The type that the writer takes where `type` says nothing. */
  readonly defaultType: string;
  /** The place a person is sent to. */
  readonly span: Span;
  readonly statement: Span;
  /** The names of what it is in, from the outside in. */
  readonly within?: readonly string[];
  readonly rewrite: (from: Rewritten) => Rewrite;
  readonly condition?: string;
}

/** What `write` does to the values that matter here, if anything. */
export function factsOfWrite(write: RegistryWrite): RegistryFact[] {
  const { path, name, action, data, condition, statement, within = [] } = write;
  const extra = condition === undefined ? {} : { condition };
  const place = path.isOpen ? undefined : placeInRegistry(path.text);
  if (name === undefined) {
    if (action === 'set') return [];
    return place === 'key' || place === 'above'
      ? [{ value: 'ServerCacheTime', effect: { kind: 'deleteKey' }, span: write.span, ...extra }]
      : [];
  }
  const span = data?.span ?? write.span;
  if (name.isOpen && place === 'key') {
    const why = `the name of the value is in ${name.text}, which is only known when it runs`;
    return [{ value: 'ServerCacheTime', effect: { kind: 'unknown', why }, span, ...extra }];
  }
  const value = name.isOpen ? undefined : valueNamed(name.text);
  if (value === undefined) return [];
  const fact = (effect: Effect, at: Span = span): RegistryFact[] => {
    if (value !== 'ServerCacheTime') return [{ value, effect, span: at, ...extra }];
    const { kind } = effect;
    const isPlain = kind === 'set' || kind === 'wrongType' || kind === 'deleteValue';
    const written: Written = {
      path: [...within, path.text.trim().toLowerCase(), value],
      statement,
      data: data && action === 'set' ? data.span : statement,
      rewrite: isPlain ? write.rewrite(kind) : obstacle('it has no effect where it stands'),
    };
    return [{ value, effect, span: at, written, ...extra }];
  };
  if (place === undefined)
    return fact({ kind: 'unknown', why: `the key is in ${path.text}, which is only known when it runs` });
  const misplaced = whyMisplaced(place, value);
  if (misplaced) return fact(misplaced);
  if (place !== 'key') return [];
  if (action === 'delete') return fact({ kind: 'deleteValue' }, write.span);
  return fact(effectOfData(write));
}

/** Why a value of that name in another place than the key does nothing, or nobody knows what. */
export function whyMisplaced(place: RegistryPlace, value: ValueName): Effect | undefined {
  switch (place) {
    case 'below':
      return { kind: 'ignored', why: `a ${value} in a subkey has no effect; it belongs in SCHANNEL itself` };
    case 'http':
      return { kind: 'ignored', why: `HTTP.sys has no ${value}; it belongs in Control\\SecurityProviders\\SCHANNEL` };
    case 'numbered':
      return {
        kind: 'unknown',
        why: 'it is written to a numbered control set, and only the machine knows which set is current',
        help: 'name CurrentControlSet in its path, and run the patch again',
      };
    case 'remote':
      return {
        kind: 'unknown',
        why: 'it is written to the registry of another machine',
        help: 'leave the file out with "exclude" if that machine is none of these, else change it by hand',
      };
    default:
      return undefined;
  }
}

function effectOfData({ data, type, base, defaultType }: RegistryWrite): Effect {
  const kind = normalType(type ?? defaultType);
  if (kind !== 'REG_DWORD') return { kind: 'wrongType', type: kind };
  if (!data) return { kind: 'unknown', why: 'no data is given' };
  if (data.isOpen)
    return { kind: 'unknown', why: `the number comes from ${data.text}, which is only known when it runs` };
  const number = base === 'hex' ? readHex(data.text.replace(/^0x/i, '')) : readNumber(data.text);
  return number === undefined
    ? { kind: 'unknown', why: `"${data.text}" is no number that a REG_DWORD holds` }
    : { kind: 'set', number, ...(base === 'hex' ? { hexDigits: data.text } : {}) };
}

/** The registry's own name of a type that a tool may spell its way. */
export function normalType(type: string): string {
  const upper = type.toUpperCase().replace(/^REG_/, '');
  switch (upper) {
    case 'DWORD':
    case 'DWORD_LITTLE_ENDIAN':
      return 'REG_DWORD';
    case 'STRING':
    case 'SZ':
      return 'REG_SZ';
    case 'EXPANDSTRING':
      return 'REG_EXPAND_SZ';
    case 'MULTISTRING':
      return 'REG_MULTI_SZ';
    default:
      return `REG_${upper}`;
  }
}
