import type { Anchor, Companion, CompanionRequest, Operations } from './change.js';
import type { Seconds } from './duration.js';
import type { TextEdit } from './edit.js';
import type { Listener } from './listener.js';
import type { Problem } from './problem.js';
import type { Location, SourceFile, Span } from './source.js';

/**
 * Reads the configurations of one kind of server. Pure: it is given text and gives data, and asks for further files by
 * yielding {@link IncludeRequest}s. Nothing in it throws on any input.
 */
export interface Adapter<Tree extends ParsedFile = ParsedFile> {
  /** The word of `--server` and of `server` in JSON. */
  readonly id: string;
  /** The product's name as people write it. */
  readonly title: string;
  /** Folders that the product's packages install its configuration to, as absolute server paths, the usual one first. */
  readonly homes: readonly string[];
  /** What governs the lifetime on this server, with sources: a screenful of text, in lines of about 80 columns. */
  readonly explanation: string;
  /** What a person who found nothing is told that this adapter looks for. */
  readonly looksFor: string;
  /**
   * Is this a file of this server that has a say about TLS listeners? Judged by name and text, without other files.
   * `named`: a person named the very file, so a weaker sign is enough.
   */
  claims(file: SourceFile, named: boolean): boolean;
  /** The files that a container such as a dump holds, in its order, or undefined where `file` is just a file. */
  unpack?(file: SourceFile): readonly SourceFile[] | undefined;
  /** Reads one file. What could not be read is in its `problems`; the rest is there. */
  parse(file: SourceFile): Tree;
  /**
   * Sorts the claimed files into configurations that a server would load as one and resolves what is in effect in each.
   * Yields a request for each include it meets and is sent the answer; the same request may be made again.
   */
  resolve(files: readonly Tree[], options: ResolveOptions): Resolving<Tree>;
  /** Every statement that sets a session lifetime, in the order of the text, whether or not it counts where it stands. */
  anchors(tree: Tree): readonly Anchor[];
  /** The comments, delimiters included, in the order of the text. */
  comments(tree: Tree): readonly Span[];
  /**
   * The insertion that puts `text`, one line without control characters, into a comment of its own above the statement at
   * `offset`; undefined where the format has no comments or none can stand there.
   */
  annotate(tree: Tree, offset: number, text: string): TextEdit | undefined;
  /** The files that go with a patch of one configuration; none where its text is all that has to change. */
  companions?(configuration: Configuration, request: CompanionRequest): readonly Companion[];
  readonly operations: Operations;
}

export type Resolving<Tree extends ParsedFile> = Generator<
  IncludeRequest,
  readonly Configuration[],
  IncludeAnswer<Tree>
>;

/** Checks an adapter's type where it is defined. The identity at run time. */
export function defineAdapter<Tree extends ParsedFile>(adapter: Adapter<Tree>): Adapter<Tree> {
  return adapter;
}

/** The least that every adapter's parse result has. */
export interface ParsedFile {
  readonly file: SourceFile;
  readonly problems: readonly Problem[];
}

/** What a person told about one kind of server: the options of its section in the configuration file. */
export interface ResolveOptions {
  /** Paths of files that the server is started with; where empty, they are found. */
  readonly entries: readonly string[];
  /** The version of the server that runs these files, such as `1.22.1`; undefined where nobody said. */
  readonly version?: string;
  /** Where relative server paths start, for servers that have such a root. */
  readonly serverRoot?: string;
  /** Names defined from outside, such as `-D NAME`, with their values. */
  readonly defines: ReadonlyMap<string, string>;
}

/** A wish for the files behind an include. */
export interface IncludeRequest {
  /** Where `absolute`, a path on the server (`/etc/nginx/conf.d/*.conf`); else a path as people are shown it. `/` separates. */
  readonly pattern: string;
  readonly absolute: boolean;
  /** `pattern` may hold `*`, `?` and `[…]` in any part; otherwise it is one literal name. */
  readonly wildcards: boolean;
  /** What a folder where a file is wanted means: an error, or every file below it, in byte order. */
  readonly folders: 'refuse' | 'recurse';
  /** The file that the configuration starts with; absolute patterns are looked up beside it when they are nowhere else. */
  readonly entry: SourceFile;
  /** The file that holds the include. */
  readonly from: SourceFile;
}

/** What was found. Every file is parsed once, however often it is included. */
export type IncludeAnswer<Tree extends ParsedFile> =
  /** The files in byte order of their names; none where wildcards match nothing in a place that was looked into. */
  | { readonly kind: 'files'; readonly files: readonly Tree[] }
  /** A literal name that is not there, in a folder that is part of what was given. */
  | { readonly kind: 'missing' }
  /** A place on the server that no folder at hand stands for: nothing can be said about what is there. */
  | { readonly kind: 'outside' }
  /** There, but no file that can be read: a folder, a dangling link, no permission. `why` is the system's wording, such as `Is a directory`, `errno` its number on Linux. */
  | { readonly kind: 'unreadable'; readonly path: string; readonly errno: number; readonly why: string };

/** A set of files that a server loads as one, and what is in effect in it. */
export interface Configuration {
  readonly server: string;
  /** What to call it: the path of the main file, or the folder of loose files. */
  readonly label: string;
  /**
   * `complete`: read from the file the server starts with. `fragments`: files that a main file elsewhere includes, so what
   * that file says is unknown.
   */
  readonly extent: 'complete' | 'fragments';
  /** What was assumed to read it, in whole sentences: the version, where absolute paths were found. */
  readonly assumptions: readonly string[];
  /** Every file that was read for it, in order of first reading. */
  readonly files: readonly SourceFile[];
  readonly listeners: readonly Listener[];
  readonly problems: readonly Problem[];
  /** Lifetimes written where no listener of this configuration could be seen to use them. */
  readonly unattached: readonly UnattachedSetting[];
  /** How a change is applied here, where that is not what the adapter says: code that a tool brings to the server. */
  readonly operations?: Operations;
}

/** A lifetime in a file that no listener at hand is governed by: a snippet that something elsewhere includes. */
export interface UnattachedSetting {
  readonly at: Location;
  /** The setting's name in its server's language. */
  readonly name: string;
  /** As written. */
  readonly written: string;
  /** `undefined` where it cannot be read, such as a template's placeholder. */
  readonly seconds: Seconds | undefined;
}
