import {
  hasWildcards,
  type IncludeAnswer,
  type IncludeRequest,
  type Location,
  type Problem,
  positionOf,
  type SourceFile,
} from '@shortfuse/core';
import { type Listen, readListen } from './listen.js';
import { misuseOf, refusedName, refusedValue } from './refusals.js';
import { type Context, contextOfOtherBlock, isShipped, sessionSettings, specIn } from './settings.js';
import { argumentsOf, isBlock, locationOf, type NginxFile, nameOf, spanOf, type Word } from './tree.js';
import { isAtLeast } from './version.js';

/** A directive as it was met while reading, in the place where its file was included. */
export interface Written {
  readonly name: string;
  readonly words: readonly Word[];
  /** From its name to its last word. */
  readonly at: Location;
  /** Why its value does not count as known: nginx refuses it, or a template decides about it. */
  readonly doubt?: string;
}

/** An include whose files are not at hand, so that anything could be written there. */
export interface Gap {
  readonly at: Location;
  readonly path: string;
}

/** A block as it stands in its file. `index` counts in the directives of `tree`. */
export interface Block {
  readonly tree: NginxFile;
  readonly index: number;
}

/** What is written in one block, includes in place. */
export interface Level {
  readonly written: Map<string, Written[]>;
  readonly gaps: Gap[];
  /** Templates that were included here, if any. What rendering puts into them is not in {@link written}. */
  templates?: Set<NginxFile>;
}

export interface ServerBlock extends Level {
  readonly block: Block;
  /** Its name. */
  readonly at: Location;
  /** The `{` of it: the place that nginx names. */
  readonly openAt: Location;
  readonly listens: readonly { readonly listen: Listen; readonly at: Location; readonly endAt: Location }[];
}

/** An `http`, `stream` or `mail` block. */
export interface Section extends Level {
  readonly kind: 'http' | 'stream' | 'mail';
  /** Undefined for fragments, whose section is in a main file that is not at hand. */
  readonly block: Block | undefined;
  /** Index of what stands directly in the block and is the first server, or includes it. */
  readonly firstServer: number | undefined;
  readonly servers: ServerBlock[];
}

/** Everything in a configuration that has a say about TLS listeners. */
export interface Evaluation {
  readonly sections: readonly Section[];
  readonly problems: Problem[];
  /** In order of first reading. */
  readonly files: readonly NginxFile[];
  /** Those of them that an include led to. */
  readonly included: ReadonlySet<NginxFile>;
  /** The oldest nginx that knows all that is written, if something newer than the assumed version is. */
  readonly neededVersion: string | undefined;
  readonly hasEvents: boolean;
  readonly hasMainGap: boolean;
}

export interface EvaluateOptions {
  /** The main file, or for fragments the place where it would be. */
  readonly entry: SourceFile;
  /** Folders that relative includes may start from; the first where something is found counts. */
  readonly bases: readonly string[];
  /** The main file is not at hand, so a relative include that is not found proves nothing. */
  readonly fragments: boolean;
  /** As the person said it; undefined lets newer words speak for a newer nginx. */
  readonly version: string | undefined;
}

/** A file and the context that its top level is read in. */
export interface Start {
  readonly tree: NginxFile;
  readonly context: Context;
}

/** Files opened by includes before we give up: far above real trees, far below what a snippet that includes itself twice asks for. */
const mostIncludes = 100_000;

/** Directives read before we give up, for large files that are included over and over. */
const mostDirectives = 20_000_000;

/** A block, or the rest of one, that is being read. */
interface Frame {
  readonly tree: NginxFile;
  next: number;
  readonly end: number;
  readonly context: Context;
  readonly level: Level;
  readonly section: MutableSection | undefined;
  readonly templateDepth: number;
  /** Set on the frame that an include opened. */
  readonly isFile: boolean;
}

interface MutableSection extends Level {
  readonly kind: Section['kind'];
  readonly block: Block | undefined;
  readonly servers: MutableServer[];
  firstServer: number | undefined;
  /** What stands directly in the block and is being read, or is on the way to what is being read. */
  child: number | undefined;
}

interface MutableServer extends Level {
  readonly block: Block;
  readonly at: Location;
  readonly openAt: Location;
  readonly listens: { listen: Listen; at: Location; endAt: Location }[];
}

export type Evaluating = Generator<IncludeRequest, Evaluation, IncludeAnswer<NginxFile>>;

/** Reads directives in nginx's order, includes in place, and keeps what TLS listeners depend on. */
export function* evaluate(starts: readonly Start[], options: EvaluateOptions): Evaluating {
  const reader = new Reader(options);
  // Fragments of one kind share the section that their main file would put them in.
  for (const { tree, context } of starts) yield* reader.read(tree, context);
  return reader.result();
}

class Reader {
  readonly #problems: Problem[] = [];
  readonly #reported = new Set<string>();
  readonly #files = new Set<NginxFile>();
  readonly #sections: MutableSection[] = [];
  readonly #main: Level = emptyLevel();
  readonly #stack: Frame[] = [];
  /** The files on the way from the main file to the directive being read. */
  readonly #active = new Set<NginxFile>();
  readonly #included = new Set<NginxFile>();
  #includes = 0;
  #directives = 0;
  #neededVersion: string | undefined;

  constructor(readonly options: EvaluateOptions) {}

  result(): Evaluation {
    return {
      sections: this.#sections,
      problems: this.#problems,
      files: [...this.#files],
      included: this.#included,
      neededVersion: this.#neededVersion,
      hasEvents: this.#main.written.has('events'),
      hasMainGap: this.#main.gaps.length > 0,
    };
  }

  *read(tree: NginxFile, context: Context): Generator<IncludeRequest, void, IncludeAnswer<NginxFile>> {
    const section = context === 'main' ? undefined : this.#looseSection(context);
    this.#open(tree, context, section ?? this.#main, section);
    for (let frame = this.#stack.at(-1); frame; frame = this.#stack.at(-1)) {
      if (frame.isFile && frame.next === 0) this.#firstRead(frame.tree);
      if (frame.next >= frame.end || this.#directives > mostDirectives) {
        this.#stack.pop();
        if (frame.isFile) this.#active.delete(frame.tree);
        continue;
      }
      if (frame.isFile) this.#active.add(frame.tree);
      const index = frame.next;
      frame.next = frame.tree.directives.next[index] ?? frame.end;
      this.#directives++;
      if (this.#directives > mostDirectives) this.#tooMuch(frame, index);
      else yield* this.#directive(frame, index);
    }
  }

  #looseSection(context: Context): MutableSection {
    const kind = context.startsWith('stream') ? 'stream' : context.startsWith('mail') ? 'mail' : 'http';
    const known = this.#sections.find((section) => section.kind === kind);
    if (known) return known;
    return this.#newSection(kind, undefined);
  }

  #newSection(kind: Section['kind'], block: Block | undefined): MutableSection {
    const section: MutableSection = {
      ...{ kind, block, servers: [], firstServer: undefined, child: undefined },
      ...emptyLevel(),
    };
    this.#sections.push(section);
    return section;
  }

  #open(tree: NginxFile, context: Context, level: Level, section: MutableSection | undefined): void {
    const end = tree.directives.count;
    if (tree.directives.templateDepth) {
      level.templates ??= new Set();
      level.templates.add(tree);
    }
    this.#stack.push({ tree, next: 0, end, context, level, section, templateDepth: 0, isFile: true });
  }

  #firstRead(tree: NginxFile): void {
    if (this.#files.has(tree)) return;
    this.#files.add(tree);
    this.#problems.push(...tree.problems);
  }

  *#directive(frame: Frame, index: number): Generator<IncludeRequest, void, IncludeAnswer<NginxFile>> {
    const { tree, context } = frame;
    if (context === 'foreign') return;
    const { section } = frame;
    if (section?.block?.tree === tree && tree.directives.parent[index] === section.block.index) section.child = index;
    const name = nameOf(tree, index);
    if (context === 'data') {
      if (name === 'include' && !isBlock(tree, index)) yield* this.#include(frame, index);
      return;
    }
    const spec = specIn(name, context);
    if (!spec) {
      const slip = tree.directives.templateDepth === undefined ? refusedName(name) : undefined;
      if (slip) this.#error(frame, index, slip.text, slip.help);
      if (isBlock(tree, index)) this.#enter(frame, index, contextOfOtherBlock(name), frame.level, frame.section);
      return;
    }
    const words = argumentsOf(tree, index);
    const message = misuseOf({ name, words, block: isBlock(tree, index) }, context, spec, this.options.version);
    if (message !== undefined) this.#error(frame, index, message.text, message.help);
    if (name === 'include') {
      if (message === undefined) yield* this.#include(frame, index);
    } else if (spec.opens) {
      if (isBlock(tree, index)) this.#block(frame, index, name, spec.opens, message === undefined);
    } else if (spec.contexts.includes(context)) this.#keep(frame, index, name, words, message?.text);
  }

  /** Reads a block's content in its context. Its first appearance counts where a second one is refused. */
  #block(frame: Frame, index: number, name: string, opens: Context, isRight: boolean): void {
    const { tree } = frame;
    const at = locationOf(tree, tree.directives.name[index] ?? 0);
    const openAt = locationOf(tree, tree.directives.end[index] ?? 0);
    if (opens === 'http' || opens === 'stream' || opens === 'mail') {
      if (isRight && this.#main.written.has(name) && !this.#isConditional(frame, index))
        this.#error(frame, index, `"${name}" directive is duplicate`, `put both into one ${name} block`);
      addTo(this.#main, { name, words: [], at });
      const section = this.#newSection(opens, { tree, index });
      this.#enter(frame, index, opens, section, section);
    } else if ((opens === 'server' || opens === 'stream server' || opens === 'mail server') && frame.section) {
      const server: MutableServer = { block: { tree, index }, at, openAt, listens: [], ...emptyLevel() };
      frame.section.servers.push(server);
      frame.section.firstServer ??= frame.section.child;
      this.#enter(frame, index, opens, server, frame.section);
    } else {
      if (opens === 'events') addTo(this.#main, { name, words: [], at });
      // Lua code in braces: that it is there is all that counts.
      if (opens === 'foreign' && name.startsWith('ssl_session_')) addTo(frame.level, { name, words: [], at });
      // What stands in a location or another block does not belong to the server's own settings.
      this.#enter(frame, index, opens, emptyLevel(), frame.section);
    }
  }

  #enter(frame: Frame, index: number, context: Context, level: Level, section: MutableSection | undefined): void {
    if (context === 'foreign') return;
    const { directives } = frame.tree;
    this.#stack.push({
      tree: frame.tree,
      next: index + 1,
      end: directives.next[index] ?? index + 1,
      context,
      level,
      section,
      templateDepth: directives.templateDepth?.[index] ?? 0,
      isFile: false,
    });
  }

  #keep(frame: Frame, index: number, name: string, words: readonly Word[], refused: string | undefined): void {
    const { tree, level } = frame;
    const at = wholeLocation(tree, index, words);
    const conditional = this.#isConditional(frame, index);
    const before = level.written.get(name);
    const problem = refused === undefined ? refusedValue({ name, words }, specIn(name, frame.context)) : undefined;
    let doubt = refused ?? problem?.text;
    if (problem) this.#error(frame, index, problem.text, problem.help, isSessionSetting(name) ? 'value' : undefined);
    if (before && specIn(name, frame.context)?.once && refused === undefined && !conditional) {
      doubt = `"${name}" directive is duplicate`;
      this.#error(frame, index, doubt, `keep one of the two; the other is at ${shownPlace(before[0]?.at)}`);
    }
    if (doubt !== undefined) doubt = `nginx refuses it: ${doubt}`;
    else if (words.some(({ placeholder }) => placeholder)) doubt = 'a template or build step fills in the value';
    else if (conditional) doubt = 'a condition of the template decides whether it is there';
    addTo(level, { name, words, at, ...(doubt === undefined ? {} : { doubt }) });
    if (name === 'listen' && refused === undefined) this.#listen(frame, index, words, at);
    if (name === 'http2' || (name === 'ssl_reject_handshake' && frame.context.startsWith('stream')))
      this.#needs(name === 'http2' ? '1.25.1' : '1.25.5');
  }

  #listen(frame: Frame, index: number, words: readonly Word[], at: Location): void {
    const server = frame.section?.servers.at(-1);
    if (!server || frame.level !== server) return;
    const { version } = this.options;
    const takesDefault =
      frame.context === 'server' || (frame.context === 'stream server' && isAtLeast(version ?? '1', '1.25.5'));
    const result = readListen(words, takesDefault);
    if (!result.ok) {
      if (!words.some(({ placeholder }) => placeholder))
        this.#error(frame, index, result.message, 'see https://nginx.org/r/listen for the words that listen takes');
      return;
    }
    const { listen } = result;
    if (listen.quic) {
      if (version !== undefined && !isAtLeast(version, '1.25.0'))
        this.#error(frame, index, 'invalid parameter "quic"', 'QUIC needs nginx 1.25.0 or later');
      this.#needs('1.25.0');
    }
    const endAt = locationOf(frame.tree, frame.tree.directives.end[index] ?? 0);
    const taken = new Set(server.listens.flatMap((known) => known.listen.addresses.map(({ key }) => key)));
    const again = listen.addresses.find(({ key, shown }) => shown !== null && taken.has(key));
    if (again && !this.#isConditional(frame, index) && !words[0]?.placeholder)
      this.#error(frame, index, `a duplicate listen ${again.shown}`, 'remove one of the two listen directives');
    server.listens.push({ listen, at, endAt });
  }

  *#include(frame: Frame, index: number): Generator<IncludeRequest, void, IncludeAnswer<NginxFile>> {
    const [word] = argumentsOf(frame.tree, index);
    if (!word) return;
    const { value, placeholder } = word;
    const at = wholeLocation(frame.tree, index, [word]);
    if (placeholder) {
      frame.level.gaps.push({ at, path: value });
      return;
    }
    if (++this.#includes > mostIncludes) {
      if (this.#includes === mostIncludes + 1) this.#tooMuch(frame, index);
      return;
    }
    const answer = yield* this.#ask(frame, value);
    switch (answer.kind) {
      case 'files':
        // The last file is opened first, because the top of the stack is read next.
        for (let i = answer.files.length - 1; i >= 0; i--) this.#openIncluded(frame, index, answer.files[i], at);
        return;
      case 'missing':
        if (isShipped(value)) return;
        if (this.options.fragments) return this.#gap(frame, at, value);
        this.#error(
          frame,
          index,
          `open() "${value}" failed (2: No such file or directory)`,
          this.#missingHelp(value),
          'include',
        );
        frame.level.gaps.push({ at, path: value });
        return;
      case 'unreadable':
        this.#error(
          frame,
          index,
          `${answer.errno === 21 ? `read() "${answer.path}"` : `open() "${answer.path}"`} failed (${answer.errno}: ${answer.why})`,
          'let the include name files that can be read',
        );
        frame.level.gaps.push({ at, path: value });
        return;
      case 'outside':
        if (!isShipped(value)) this.#gap(frame, at, value);
    }
  }

  #missingHelp(value: string): string {
    if (value.startsWith('/')) return 'create it, correct the path, or say where it lies with --root';
    const start = this.options.bases[0] || '.';
    return `create it, or correct the path: it starts at the folder of the main file (${start}/${value})`;
  }

  *#ask(frame: Frame, value: string): Generator<IncludeRequest, IncludeAnswer<NginxFile>, IncludeAnswer<NginxFile>> {
    const { entry, bases } = this.options;
    const common = { wildcards: hasWildcards(value), folders: 'refuse', entry, from: frame.tree.file } as const;
    if (value.startsWith('/')) return yield { ...common, pattern: value, absolute: true };
    let answer: IncludeAnswer<NginxFile> = { kind: 'missing' };
    for (const base of bases) {
      answer = yield {
        ...common,
        pattern: base === '' ? value : `${base === '/' ? '' : base}/${value}`,
        absolute: false,
      };
      if (answer.kind !== 'missing' && !(answer.kind === 'files' && answer.files.length === 0)) break;
    }
    return answer;
  }

  #openIncluded(frame: Frame, index: number, tree: NginxFile | undefined, at: Location): void {
    if (!tree) return;
    if (this.#active.has(tree)) {
      this.#error(
        frame,
        index,
        `include cycle: ${at.file.path} leads back to ${tree.file.path}`,
        'nginx has no guard against this and ends with "Too many open files" or a crash: take one of the includes out',
      );
      return;
    }
    this.#included.add(tree);
    this.#open(tree, frame.context, frame.level, frame.section);
  }

  #gap(frame: Frame, at: Location, path: string): void {
    // A location has no say about sessions, so what it includes does not matter.
    if (
      frame.context === 'location' ||
      frame.context === 'upstream' ||
      frame.context === 'data' ||
      frame.context === 'events'
    )
      return;
    frame.level.gaps.push({ at, path });
    if (frame.context === 'main') return;
    this.#report({
      severity: 'warning',
      kind: 'include',
      at,
      message: `include "${path}" is not among the files, and could set the session lifetime`,
      help: `say where it lies with --root ${folderOf(path)}=DIR, or audit the output of nginx -T`,
    });
  }

  #tooMuch(frame: Frame, index: number): void {
    this.#error(
      frame,
      index,
      `the includes lead to more than ${mostIncludes} files or ${mostDirectives} directives`,
      'look for a snippet that includes itself or is included over and over',
    );
  }

  #isConditional({ tree, templateDepth }: Frame, index: number): boolean {
    return (tree.directives.templateDepth?.[index] ?? 0) > templateDepth;
  }

  #needs(version: string): void {
    if (this.#neededVersion === undefined || isAtLeast(version, this.#neededVersion)) this.#neededVersion = version;
  }

  /** nginx names the line where the directive ended; on that line the directive itself is shown. In a template the rendered text may be right. */
  #error(frame: Frame, index: number, message: string, help: string, kind?: Problem['kind']): void {
    const { tree } = frame;
    const { text } = tree.file;
    const end = locationOf(tree, Math.min(tree.directives.end[index] ?? 0, Math.max(0, tree.tokens.count - 1)));
    const start = spanOf(tree, tree.directives.name[index] ?? 0).start;
    const lineBreak = text.lastIndexOf('\n', end.span.start - 1);
    const whole = { start, end: Math.max(start, end.span.start) };
    const at = start > lineBreak && whole.end > start ? { file: tree.file, span: whole } : end;
    const severity = tree.directives.templateDepth === undefined ? 'error' : 'warning';
    this.#report({ severity, at, message, help, ...(kind === undefined ? {} : { kind }) });
  }

  /** A snippet that is included often has its problems once. */
  #report(problem: Problem): void {
    const key = `${problem.at.file.path}\0${problem.at.span.start}\0${problem.message}`;
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    this.#problems.push(problem);
  }
}

function emptyLevel(): Level {
  return { written: new Map(), gaps: [] };
}

function addTo(level: Level, written: Written): void {
  const known = level.written.get(written.name);
  if (known) known.push(written);
  else level.written.set(written.name, [written]);
}

function wholeLocation(tree: NginxFile, index: number, words: readonly Word[]): Location {
  const name = spanOf(tree, tree.directives.name[index] ?? 0);
  return { file: tree.file, span: { start: name.start, end: words.at(-1)?.span.end ?? name.end } };
}

function shownPlace(at: Location | undefined): string {
  return at ? `${at.file.path}:${positionOf(at.file, at.span.start).line}` : 'the same block';
}

function isSessionSetting(name: string): boolean {
  return sessionSettings.some((setting) => setting === name);
}

/** The folder of an include's path, up to its first wildcard. */
export function folderOf(path: string): string {
  const fixed = path.slice(0, path.search(/[*?[]|$/));
  return fixed.slice(0, Math.max(1, fixed.lastIndexOf('/')));
}
