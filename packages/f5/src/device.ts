import type { FileEdit, IgnoredSetting, Location, Note, Problem, Refusal, SourceFile, Span } from '@shortfuse/core';
import type { Node } from 'jsonc-parser';
import type { YAMLMap } from 'yaml';
import type { Form } from './files.js';
import type { HclBlock } from './hcl.js';
import type { TmshFile } from './tree.js';

/** The properties of a client-ssl profile that decide about resumption, named as tmsh names them. */
export const propertyNames = [
  'cache-timeout',
  'cache-size',
  'session-ticket',
  'session-ticket-timeout',
  'authenticate',
  'mode',
  'options',
  'session-mirroring',
] as const;
export type PropertyName = (typeof propertyNames)[number];
/** The properties that are a number of seconds. */
export const lifetimeNames = ['cache-timeout', 'session-ticket-timeout'] as const;
export type LifetimeName = (typeof lifetimeNames)[number];

/** A value as it is written. `value` is undefined where it is computed when the code runs; `why` then says so. */
export interface Setting {
  readonly value: string | undefined;
  readonly at: Location;
  readonly why?: string;
  /** The value alone, quotation marks included. Absent where it has no text that could be changed. */
  readonly valueSpan?: Span;
  /** Why its text must not be changed, though it is a value like any other. */
  readonly locked?: string;
}

/** Where a profile is written: what a property that it does not state is put into. */
export type Place =
  | { readonly form: 'tmsh'; readonly tree: TmshFile; readonly statement: number }
  | { readonly form: 'as3'; readonly file: SourceFile; readonly object: Node }
  | { readonly form: 'terraform'; readonly block: HclBlock }
  | { readonly form: 'ansible'; readonly file: SourceFile; readonly args: YAMLMap; readonly module: string }
  /** A program, which another adapter reads and changes. */
  | { readonly form: 'pulumi'; readonly insert: (name: string, value: string) => Insertion }
  /** A view of a device: changing it changes nothing. */
  | { readonly form: 'rest' };

/** The edits that put a property into the text of a profile, or why there are none. */
export type Insertion = { readonly kind: 'insertion'; readonly edits: readonly FileEdit[] } | Refusal;

/** Where a profile's values come from that it does not state itself. */
export type Parent =
  /** Another profile, named in the files. */
  | { readonly kind: 'named'; readonly path: string; readonly at: Location }
  /** Not named, hence the factory profile clientssl. */
  | { readonly kind: 'implied' }
  /** None: `defaults-from none`, or a form that always writes all values (AS3). */
  | { readonly kind: 'none' }
  /** Outside the files or computed. */
  | { readonly kind: 'unknown'; readonly at: Location; readonly why: string };

export interface Profile {
  /** `/Common/x`. */
  readonly path: string;
  readonly at: Location;
  readonly place: Place;
  readonly settings: Map<PropertyName, Setting>;
  parent: Parent;
  /** The application service that made it; a redeployment writes it anew. */
  appService?: string;
  /** Settings in it or beside it that look as if they counted. */
  readonly lookAlikes: IgnoredSetting[];
}

/** A client-ssl profile, or another profile, that a virtual server names. */
export interface Attachment {
  readonly path: string;
  readonly at: Location;
  /** As written after `context`; undefined where nothing is. */
  readonly context?: string;
  /** How it is attached where not by the list of profiles. */
  readonly via?: string;
  /** The form leaves no doubt that it is a client-ssl profile. */
  readonly isTls?: boolean;
  /** Why nothing is known of it, where that is not just that it is in no file. */
  readonly why?: string;
}

export interface Virtual {
  readonly path: string;
  readonly at: Location;
  /** Several where one object listens at several addresses; null where the address is a list object or computed. */
  addresses: readonly (string | null)[];
  /** The object with the addresses, where there is one. */
  criteria?: string;
  attachments: readonly Attachment[];
  /** Paths of other things it uses that hold look-alikes: iRules, persistence profiles. */
  uses: readonly string[];
  rules: readonly string[];
  isDisabled: boolean;
  appService?: string;
  readonly notes: Note[];
}

/** Objects of other kinds, for their look-alikes. */
export interface OtherObject {
  readonly path: string;
  readonly at: Location;
  readonly lookAlikes: IgnoredSetting[];
}

/** What an iRule does to the choice of a profile. */
export interface Rule extends OtherObject {
  /** Profiles that it names after SSL::profile, as written. */
  readonly profiles: readonly string[];
  /** It names a profile by a variable. */
  readonly hasComputedProfile: boolean;
}

/** All that the files of one device say, whatever form they have. */
export interface Device {
  readonly form: Form | 'pulumi';
  readonly profiles: Map<string, Profile>;
  readonly virtuals: Map<string, Virtual>;
  /** traffic-matching-criteria: the address, null where it is a list. */
  readonly criteria: Map<string, string | null>;
  readonly rules: Map<string, Rule>;
  /** By path: server-ssl, tcp, persistence and other profiles. */
  readonly others: Map<string, OtherObject>;
  /** Paths of all profiles that are no client-ssl profiles. */
  readonly otherProfiles: Set<string>;
  /** Look-alikes in text that belongs to nothing that a virtual server uses. */
  readonly loose: IgnoredSetting[];
  readonly problems: Problem[];
}

export function emptyDevice(form: Device['form']): Device {
  return {
    form,
    profiles: new Map(),
    virtuals: new Map(),
    criteria: new Map(),
    rules: new Map(),
    others: new Map(),
    otherProfiles: new Set(),
    loose: [],
    problems: [],
  };
}
