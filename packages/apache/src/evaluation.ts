import type { IncludeAnswer, IncludeRequest, Location, Problem, SourceFile } from '@shortfuse/core';
import type { Truth } from './conditions.js';
import type { LogicalLine } from './line.js';
import type { ApacheFile } from './tree.js';
import type { Word } from './words.js';

/** A directive as it was met while reading, in the place where its file was included. */
export interface Written {
  /** In lower case. */
  readonly name: string;
  readonly words: readonly string[];
  /** From its name to its value; the value alone where that is on another line, such as an argument of `Use`. */
  readonly at: Location;
  /** Why its value does not count as known. */
  readonly doubt?: string;
  /** Of timeouts that count: where its first word stands in the line, for the edit that changes it. */
  readonly value?: { readonly line: LogicalLine; readonly word: Word };
}

/** An include whose files are not at hand, so that anything could be written there. */
export interface Gap {
  readonly at: Location;
  readonly path: string;
}

/** What is written in the main server or in one virtual host, includes in place. */
export interface Level {
  readonly written: Map<string, Written[]>;
  /** Session settings in conditions that are false, and in comments that take a line along; `doubt` then says so. */
  readonly skipped: Written[];
  readonly gaps: Gap[];
}

export interface VirtualHost extends Level {
  readonly at: Location;
  /** Where its first line begins, in the lines of a macro where it comes from one. */
  readonly opened: Location;
  /** The words of `<VirtualHost …>`. */
  readonly addresses: readonly string[];
  /** An address holds a variable or placeholder that nothing at hand gives a value. */
  readonly hasOpenAddress: boolean;
  /** Why it may not be there at all. */
  readonly doubt?: string;
}

/** Everything in a configuration that has a say about TLS sessions. */
export interface Evaluation {
  readonly main: Level;
  readonly hosts: readonly VirtualHost[];
  readonly problems: Problem[];
  /** In order of first reading. */
  readonly files: readonly ApacheFile[];
  /** Those of them that an include led to. */
  readonly included: ReadonlySet<ApacheFile>;
  /** Those that are read within a host, a section, or a condition on anything but mod_ssl, at least once. */
  readonly enclosed: ReadonlySet<ApacheFile>;
  /** Where conditions on mod_ssl begin, file by file: do they hold for certain, every time they are read? */
  readonly sslConditions: ReadonlyMap<SourceFile, ReadonlyMap<number, boolean>>;
  /** How many LoadModule lines were read. */
  readonly loads: number;
  /** Is the module loaded, as far as everything read tells? */
  readonly module: (name: string) => Truth;
  /** Names that would bring something to light that matters here, if httpd were started with `-D` and the name. */
  readonly absentDefines: ReadonlySet<string>;
}

export interface EvaluateOptions {
  /** The main file, or for fragments the place where it would be. */
  readonly entry: SourceFile;
  /** Folders that relative includes may start from where no ServerRoot says so; the first where something is found counts. */
  readonly bases: readonly string[];
  /** The main file is not at hand, so nothing that is missing proves anything. */
  readonly fragments: boolean;
  /** No LoadModule line is at hand: conditions on mod_ssl and its caches are taken as true. */
  readonly assumesModules: boolean;
  readonly serverRoot: string | undefined;
  readonly version: string | undefined;
  readonly defines: ReadonlyMap<string, string>;
}

export type Asking<T> = Generator<IncludeRequest, T, IncludeAnswer<ApacheFile>>;
