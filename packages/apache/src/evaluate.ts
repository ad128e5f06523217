import { hasWildcards, type Location, type Problem, positionOf, type SourceFile } from '@shortfuse/core';
import { decide, type Truth } from './conditions.js';
import { Definitions } from './definitions.js';
import { checkDirective } from './directive-problems.js';
import type { Asking, EvaluateOptions, Evaluation, Level, VirtualHost, Written } from './evaluation.js';
import { expandVariables, type LogicalLine, locate, readLine, sourceOf } from './line.js';
import { type Argument, expandMacro, type Macro, parametersOf } from './macros.js';
import { placeOf, settingsInComment } from './places.js';
import { ServerPaths } from './server-paths.js';
import { conditionNames, isFromEnvironment, isSessionSetting, specFor } from './settings.js';
import { hasPlaceholder } from './template.js';
import { type ApacheFile, LineKind, nameOf } from './tree.js';
import { type Word, wordsOf } from './words.js';

/** Files opened by includes before we give up: far above real trees. */
const mostIncludes = 100_000;
/** Lines read again before we give up, of files that are included and macros that are used over and over. */
const mostRepeatedLines = 1_000_000;

/** Where lines come from: a file, or the lines that stand in place of a `Use`. */
type Stream =
  | { readonly kind: 'file'; readonly tree: ApacheFile; next: number; isOpen: boolean; isRepeated: boolean }
  | { readonly kind: 'macro'; readonly macro: Macro; readonly lines: readonly LogicalLine[]; next: number };

/** A section that is open, or the start of a file, which sections do not cross. */
interface Section {
  /** `true`: a condition that is or may be true. `false`: one whose content is passed over. */
  readonly kind: 'file' | 'true' | 'false' | 'section';
  /** As written, without `<`; empty for a file. */
  readonly name: string;
  readonly at: Location;
  readonly level: Level;
  /** `directory`: what stands here belongs to requests, not to the server. */
  readonly context: 'main' | 'host' | 'directory';
  /** The innermost section that is not a condition. */
  readonly inside: string;
  readonly doubt: string | undefined;
  /** There is nothing around it but conditions on mod_ssl that hold. */
  readonly isPlain: boolean;
  /** The name that would make a false `<IfDefine>` true. */
  readonly absent?: string;
}

/** Reads files in httpd's order, includes in place, and keeps what TLS sessions depend on. */
export function* evaluate(starts: readonly ApacheFile[], options: EvaluateOptions): Asking<Evaluation> {
  const reader = new Reader(options);
  for (const tree of starts) yield* reader.read(tree);
  return reader.result();
}

const actions = new Set([
  'include',
  'includeoptional',
  'loadmodule',
  'define',
  'undefine',
  'serverroot',
  'use',
  'error',
]);

class Reader {
  readonly #problems: Problem[] = [];
  readonly #reported = new Set<string>();
  readonly #files = new Set<ApacheFile>();
  readonly #included = new Set<ApacheFile>();
  readonly #enclosed = new Set<ApacheFile>();
  readonly #sslConditions = new Map<SourceFile, Map<number, boolean>>();
  readonly #main: Level = { written: new Map(), skipped: [], gaps: [] };
  readonly #hosts: VirtualHost[] = [];
  readonly #streams: Stream[] = [];
  readonly #sections: Section[] = [];
  readonly #activeFiles = new Set<ApacheFile>();
  readonly #activeMacros = new Set<Macro>();
  readonly #definitions: Definitions;
  readonly #paths: ServerPaths;
  readonly #macros = new Map<string, Macro>();
  readonly #absentDefines = new Set<string>();
  #includes = 0;
  #repeatedLines = 0;
  #firstSsl: { line: LogicalLine; name: string } | undefined;

  constructor(readonly options: EvaluateOptions) {
    this.#definitions = new Definitions(options, this.#main);
    this.#paths = new ServerPaths(options);
  }

  result(): Evaluation {
    this.#checkModule();
    return {
      main: this.#main,
      hosts: this.#hosts,
      problems: this.#problems,
      files: [...this.#files],
      included: this.#included,
      enclosed: this.#enclosed,
      sslConditions: this.#sslConditions,
      loads: this.#definitions.loads,
      module: (name) => this.#definitions.isLoaded(name),
      absentDefines: this.#absentDefines,
    };
  }

  *read(tree: ApacheFile): Asking<void> {
    this.#streams.push({ kind: 'file', tree, next: 0, isOpen: false, isRepeated: false });
    for (let stream = this.#streams.at(-1); stream; stream = this.#streams.at(-1)) {
      const count = stream.kind === 'file' ? stream.tree.lines.count : stream.lines.length;
      if (stream.kind === 'file' && !stream.isOpen) {
        stream.isOpen = true;
        stream.isRepeated = this.#files.has(stream.tree);
        this.#open(stream.tree);
      }
      if (stream.next >= count || this.#repeatedLines > mostRepeatedLines) this.#close(stream);
      else {
        const index = stream.next++;
        if ((stream.kind === 'macro' || stream.isRepeated) && ++this.#repeatedLines > mostRepeatedLines)
          this.#tooMuch(stream, index);
        else if (stream.kind === 'macro') yield* this.#line(stream.lines[index], false);
        else if (stream.tree.lines.kinds[index] === LineKind.comment) this.#comment(stream.tree, index);
        else if (this.#matters(stream.tree, index))
          yield* this.#line(readLine(stream.tree, index), depthOf(stream.tree, index) > 0);
      }
    }
  }

  #comment(tree: ApacheFile, index: number): void {
    const top = this.#sections.at(-1);
    if (top && top.context !== 'directory' && top.kind !== 'false')
      for (const item of settingsInComment(tree, index)) top.level.skipped.push(item);
  }

  /** Most lines of a file have no say here; they are told apart before anything is copied. */
  #matters(tree: ApacheFile, index: number): boolean {
    const kind = tree.lines.kinds[index];
    if (kind === LineKind.open || kind === LineKind.close) return true;
    if (kind !== LineKind.directive) return false;
    const name = nameOf(tree, index);
    return name.startsWith('ssl') || actions.has(name) || specFor(name) !== undefined || /["'\\]|\$\{/.test(name);
  }

  #open(tree: ApacheFile): void {
    if (!this.#files.has(tree)) {
      this.#files.add(tree);
      this.#problems.push(...tree.problems);
      this.#checkByteOrderMark(tree);
    }
    this.#activeFiles.add(tree);
    const top = this.#sections.at(-1);
    const at = { file: tree.file, span: { start: 0, end: 0 } };
    const start = { level: this.#main, context: 'main', inside: '', doubt: undefined, isPlain: true, ...top } as const;
    if (!start.isPlain) this.#enclosed.add(tree);
    this.#sections.push({ ...start, kind: 'file', name: '', at });
  }

  #close(stream: Stream): void {
    this.#streams.pop();
    if (stream.kind === 'macro') {
      this.#activeMacros.delete(stream.macro);
      this.#dropUnendedLine();
      return;
    }
    this.#activeFiles.delete(stream.tree);
    // httpd stops at the innermost section that is open.
    let isReported = false;
    for (let section = this.#sections.pop(); section && section.kind !== 'file'; section = this.#sections.pop()) {
      if (isTemplated(stream.tree) || isReported) continue;
      isReported = section.kind !== 'true';
      if (section.kind === 'section')
        this.#error(
          section.at,
          `<${section.name}> was not closed.`,
          `add </${section.name}> before the end of the file`,
        );
      else if (section.kind === 'false')
        this.#error(section.at, `Expected </${section.name}> before end of configuration`, `add </${section.name}>`);
    }
  }

  /**
   * httpd loses a line that follows a `Use` where the file ends with it and it has no line end: array_getstr in mod_macro.c
   * hands on the end of the file and not the line.
   */
  #dropUnendedLine(): void {
    const stream = this.#streams.at(-1);
    if (stream?.kind !== 'file') return;
    const { file, lines } = stream.tree;
    const isLast = stream.next === lines.count - 1;
    if (!isLast || file.text.includes('\n', lines.starts[stream.next])) return;
    const { text, last } = readLine(stream.tree, stream.next++);
    if (text !== '' && !text.startsWith('#'))
      this.#report({
        severity: 'warning',
        at: last,
        message: 'httpd does not read this line, because it follows a Use and the file ends without a line end',
        help: 'end the line',
      });
  }

  *#line(raw: LogicalLine | undefined, conditional: boolean): Asking<void> {
    const top = this.#sections.at(-1);
    if (!raw || !top || raw.text === '' || raw.text.startsWith('#')) return;
    if (top.kind === 'false') return this.#skip(raw, top);
    const { line, undefinedNames, definedNames } = expandVariables(
      raw,
      (name) => this.#definitions.variable(name)?.value,
    );
    const [first] = wordsOf(line.text);
    if (!first) return;
    if (first.value.startsWith('</')) return this.#closeSection(line, first, top);
    const doubt = conditional ? 'a condition of the template decides whether it is there' : top.doubt;
    if (first.value.startsWith('<')) return yield* this.#openSection(line, first, top, doubt, undefinedNames);
    const name = first.value.toLowerCase();
    const words = wordsOf(line.text, first.end);
    if (name.startsWith('ssl')) this.#firstSsl ??= { line, name: first.value };
    switch (name) {
      case 'include':
      case 'includeoptional':
        return yield* this.#include(line, first, words, top, undefinedNames);
      case 'loadmodule':
        if (words[0] && words[1]) this.#definitions.load(words[0].value, words[1].value, doubt);
        return;
      case 'define':
        return this.#define(line, words, doubt);
      case 'undefine':
        if (words[0]) this.#definitions.undefine(words[0].value);
        return;
      case 'serverroot':
        if (words[0] && undefinedNames.length === 0) this.#paths.root = words[0].value;
        return;
      case 'use':
        return this.#use(line, words, top);
      case 'error':
        if (doubt === undefined)
          this.#error(
            line.last,
            words.map(({ value }) => value).join(' '),
            'the configuration itself refuses to start here',
          );
        return;
      default:
        this.#keep(line, name, first, words, top, doubt, undefinedNames, definedNames);
    }
  }

  /** Inside a false condition httpd looks only for its end, and for sections on the way. Source: ap_soak_end_container. */
  #skip(line: LogicalLine, top: Section): void {
    const [first] = wordsOf(line.text);
    if (!first) return;
    if (top.absent !== undefined && /^(?:ssl|listen|include|loadmodule|use$|<virtualhost)/i.test(first.value))
      this.#absentDefines.add(top.absent);
    if (first.value.startsWith('</')) {
      const name = first.value.slice(2, -1);
      if (name.toLowerCase() === top.name.toLowerCase()) this.#sections.pop();
      else {
        this.#error(
          top.at,
          `Expected </${top.name}> but saw ${first.value.slice(0, -1)}>`,
          `close <${top.name}> first`,
        );
        this.#closeOuter(name);
      }
    } else if (first.value.startsWith('<')) {
      const name = first.value.slice(1).replace(/>$/, '');
      const isOwn = conditionNames.has(name.toLowerCase()) && top.inside === '';
      // httpd names the line of the outermost.
      this.#sections.push({ ...top, kind: 'false', name, inside: isOwn ? '' : name });
    } else if (top.context !== 'directory' && top.inside === '' && isSessionSetting(first.value.toLowerCase())) {
      const words = wordsOf(line.text, first.end);
      const at = placeOf(line, first, words);
      top.level.skipped.push({ name: first.value.toLowerCase(), words: words.map(({ value }) => value), at });
    }
  }

  #closeSection(line: LogicalLine, first: Word, top: Section): void {
    const name = withoutTag(first.value.slice(2, -1));
    const isTop = name.toLowerCase() === top.name.toLowerCase();
    // A condition ends only with a line that is nothing but its end; a section takes no heed of what follows on the line.
    if (top.kind === 'true' && isTop && line.text === first.value) {
      this.#sections.pop();
      return;
    }
    if (top.kind === 'section' && isTop) {
      this.#sections.pop();
      return;
    }
    if (this.#inTemplate()) {
      this.#closeOuter(name);
      return;
    }
    if (top.kind === 'section')
      this.#error(line.last, `Expected </${top.name}> but saw </${name}>`, `close <${top.name}> first`);
    else
      this.#error(
        line.last,
        `</${name}> without matching <${name}> section`,
        'take it out, or open the section in this file',
      );
    this.#closeOuter(name);
  }

  /** Which sections are open is decided when the template is rendered. */
  #inTemplate(): boolean {
    const stream = this.#streams.at(-1);
    return stream?.kind === 'file' && isTemplated(stream.tree);
  }

  /** After an error, what was meant is most likely the next section of that name. */
  #closeOuter(name: string): void {
    for (let i = this.#sections.length - 1; i >= 0; i--) {
      const section = this.#sections[i];
      if (!section || section.kind === 'file') return;
      if (section.name.toLowerCase() === name.toLowerCase()) {
        this.#sections.length = i;
        return;
      }
    }
  }

  *#openSection(
    line: LogicalLine,
    first: Word,
    top: Section,
    doubt: string | undefined,
    undefinedNames: readonly string[],
  ): Asking<void> {
    const name = withoutTag(first.value.slice(1).replace(/>$/, ''));
    const lower = name.toLowerCase();
    const rest = line.text.slice(first.end).trim();
    const last = rest.lastIndexOf('>');
    const argument = last === -1 ? rest : rest.slice(0, last);
    if (lower === 'macro') return this.#defineMacro(line, argument);
    if (conditionNames.has(lower)) {
      if (last === -1 && !first.value.endsWith('>'))
        this.#error(line.last, `<${name}> directive missing closing '>'`, 'end the line with >');
      const truth = yield* this.#decide(lower, argument);
      const kind = truth.kind === 'false' ? 'false' : 'true';
      const because = truth.kind === 'unknown' ? truth.why : doubt;
      const isPlain = top.isPlain && isOnSsl(lower, argument) && truth.kind === 'true' && doubt === undefined;
      if (isOnSsl(lower, argument)) this.#rememberSsl(line, truth.kind === 'true' && doubt === undefined);
      const absent = lower === 'ifdefine' && truth.kind === 'false' ? argument.trim() : '';
      // Inside a condition that is passed over, `inside` tells what else is around a line.
      this.#sections.push({
        ...top,
        kind,
        name,
        at: line.last,
        doubt: because,
        isPlain,
        inside: kind === 'false' ? '' : top.inside,
        ...(absent === '' || absent.startsWith('!') ? {} : { absent }),
      });
      return;
    }
    if (lower === 'virtualhost') return this.#openHost(line, name, argument, top, doubt, undefinedNames);
    this.#sections.push({
      ...top,
      kind: 'section',
      name,
      at: line.last,
      context: 'directory',
      inside: name,
      doubt,
      isPlain: false,
    });
  }

  /** Both names of mod_ssl are asked about; a file can be read several times. */
  #rememberSsl({ pieces: [first] }: LogicalLine, holds: boolean): void {
    if (!first?.exact) return;
    const known = this.#sslConditions.get(first.file) ?? new Map<number, boolean>();
    this.#sslConditions.set(first.file, known);
    known.set(first.start, holds && known.get(first.start) !== false);
  }

  #openHost(
    line: LogicalLine,
    name: string,
    argument: string,
    top: Section,
    doubt: string | undefined,
    undefinedNames: readonly string[],
  ): void {
    const words = wordsOf(argument).map(({ value }) => value);
    if (top.context !== 'main') {
      const refusal =
        top.context === 'host'
          ? `<VirtualHost> cannot occur within <VirtualHost> section`
          : `<VirtualHost not allowed in <${top.inside}> context`;
      this.#error(line.last, refusal, 'virtual hosts stand in the main server, beside each other');
      // What stands in it belongs to nobody.
      const level = { written: new Map(), skipped: [], gaps: [] };
      this.#sections.push({
        ...top,
        kind: 'section',
        name,
        at: line.last,
        context: 'host',
        inside: name,
        level,
        doubt,
        isPlain: false,
      });
      return;
    }
    if (!line.text.includes('>') && doubt === undefined)
      this.#error(line.last, "<VirtualHost> directive missing closing '>'", 'end the line with >');
    else if (words.length === 0 && doubt === undefined && !hasPlaceholder(line.text))
      this.#error(
        line.last,
        '<VirtualHost> directive requires additional arguments',
        'write an address, such as *:443',
      );
    const host: VirtualHost = {
      at: line.use ?? locate(line, 0, line.text.length),
      opened: locate(line, 0, 1),
      addresses: words,
      hasOpenAddress: undefinedNames.length > 0 || hasPlaceholder(argument),
      written: new Map(),
      skipped: [],
      gaps: [],
      ...(doubt === undefined ? {} : { doubt }),
    };
    this.#hosts.push(host);
    // What is in doubt about the host as a whole is not in doubt about its parts.
    this.#sections.push({
      kind: 'section',
      name,
      at: line.last,
      level: host,
      context: 'host',
      inside: name,
      doubt: undefined,
      isPlain: false,
    });
  }

  *#decide(name: string, argument: string): Asking<Truth> {
    if (hasPlaceholder(argument)) return { kind: 'unknown', why: 'a template or build step fills in the condition' };
    switch (name) {
      case 'ifmodule':
      case 'ifdefine':
      case 'ifversion':
        return decide(name, argument, {
          module: (module) => this.#definitions.isLoaded(module),
          defined: (define) => this.#definitions.isDefined(define),
          version: this.options.version,
        });
      case 'iffile':
        return yield* this.#fileTruth(argument);
      default: {
        const isNegated = argument.trim().startsWith('!');
        const what = argument.trim().replace(/^!/, '');
        const ssl = /^<?ssl/i.test(what) ? this.#definitions.isLoaded('ssl_module') : undefined;
        if (ssl && ssl.kind !== 'unknown') return { kind: (ssl.kind === 'true') === isNegated ? 'false' : 'true' };
        return { kind: 'unknown', why: `whether ${what} is known depends on the modules of this httpd` };
      }
    }
  }

  *#fileTruth(argument: string): Asking<Truth> {
    const isNegated = argument.trim().startsWith('!');
    const path = wordsOf(argument.trim().replace(/^!/, ''))[0]?.value ?? '';
    const from = [...this.#activeFiles].at(-1);
    const answer = path === '' || !from ? undefined : yield* this.#paths.ask(path, from.file, false);
    if (!answer || answer.kind === 'outside' || (this.options.fragments && answer.kind === 'missing'))
      return { kind: 'unknown', why: `<IfFile ${argument.trim()}> depends on a file that is not at hand` };
    return { kind: (answer.kind === 'missing') === isNegated ? 'true' : 'false' };
  }

  #define(line: LogicalLine, words: readonly Word[], doubt: string | undefined): void {
    const [name, value] = words;
    if (name && words.length <= 2) {
      this.#definitions.define(name.value, value?.value ?? '', doubt);
      return;
    }
    const takes =
      'Define takes 1-2 arguments, Define a variable, optionally to a value.  Same as passing -D to the command line.';
    this.#error(line.last, takes, 'put a value with blanks in quotes');
  }

  /** Collects the lines up to `</Macro>` as they stand. Source: get_lines_till_end_token in mod_macro.c. */
  #defineMacro(line: LogicalLine, argument: string): void {
    const words = wordsOf(argument);
    const stream = this.#streams.at(-1);
    if (!stream) return;
    const lines: LogicalLine[] = [];
    let depth = 1;
    const count = stream.kind === 'file' ? stream.tree.lines.count : stream.lines.length;
    while (stream.next < count && this.#repeatedLines <= mostRepeatedLines) {
      if (stream.kind === 'macro' || stream.isRepeated) this.#repeatedLines++;
      const index = stream.next++;
      const each = stream.kind === 'file' ? readLine(stream.tree, index) : stream.lines[index];
      if (!each || each.text === '' || each.text.startsWith('#')) continue;
      const start = each.text.slice(0, 8).toLowerCase();
      if (start === '</macro>' && --depth === 0) break;
      if (/^<macro\s/.test(start)) depth++;
      lines.push(each);
    }
    const [name] = words;
    if (depth > 0) {
      const shown = shownMacro(name?.value.toLowerCase() ?? '', line.last);
      this.#error(
        line.last,
        `${shown} contents error: expected token not found: </Macro>`,
        'end the macro with </Macro>',
      );
    }
    if (name) {
      const parameters = parametersOf(words);
      this.#macros.set(name.value.toLowerCase(), {
        name: name.value.toLowerCase(),
        parameters,
        lines,
        definedAt: line.last,
      });
    }
  }

  #use(line: LogicalLine, words: readonly Word[], top: Section): void {
    const [name, ...values] = words;
    if (!name) return;
    const macro = this.#macros.get(name.value.toLowerCase());
    if (!macro) {
      if (this.options.fragments || this.#main.gaps.length > 0) {
        top.level.gaps.push({ at: line.last, path: `macro ${name.value}` });
        return;
      }
      const message =
        this.#macros.size === 0 ? 'no macro defined before Use' : `macro '${name.value.toLowerCase()}' undefined`;
      this.#error(line.last, message, 'define the macro in a file that is read before');
      return;
    }
    const shown = shownMacro(macro.name, macro.definedAt);
    if (values.length !== macro.parameters.length) {
      const { length } = macro.parameters;
      this.#error(
        line.last,
        `${shown} used with ${values.length} arguments instead of ${length}`,
        `write ${length} arguments; those with blanks in quotes`,
      );
      return;
    }
    if (this.#activeMacros.has(macro)) {
      this.#error(line.last, `recursive use of macro '${macro.name}' is invalid`, 'take the Use out of the macro');
      return;
    }
    const args = values.map(
      ({ value, start, end }): Argument => ({
        value,
        source: sourceOf(line, start, end) ?? {
          at: line.use === undefined ? locate(line, start, end) : line.last,
          parameters: [],
          isPart: true,
        },
      }),
    );
    this.#activeMacros.add(macro);
    this.#streams.push({ kind: 'macro', macro, lines: expandMacro(macro, args, line.use ?? line.last), next: 0 });
  }

  #keep(
    line: LogicalLine,
    name: string,
    first: Word,
    words: readonly Word[],
    top: Section,
    conditional: string | undefined,
    undefinedNames: readonly string[],
    definedNames: readonly string[],
  ): void {
    const spec = specFor(name);
    if (!spec) {
      if (/^ssl-?_?sess/.test(name) && conditional === undefined && !hasPlaceholder(name))
        this.#invalidCommand(line, first.value);
      return;
    }
    const values = words.map(({ value }) => value);
    const templated = values.some(hasPlaceholder);
    let doubt = conditional;
    // It does not matter what a path is, nor where a cache lies whose provider is written.
    const isPath =
      name === 'sslsessionticketkeyfile' ||
      name === 'sslcertificatefile' ||
      (name === 'sslsessioncache' && /^\w+:/.test(values[0] ?? ''));
    // The environment may have a variable that no file defines; a timeout is read letter by letter, since no letters are refused.
    const isOpen = undefinedNames.length > 0 && !isPath && name !== 'sslsessioncachetimeout';
    const problem =
      templated || isOpen
        ? undefined
        : checkDirective(spec, values, line.text.slice(first.end), top.context, top.inside);
    if (problem && doubt === undefined) {
      const isValue = name.startsWith('sslsession') && !problem.isMisplaced;
      this.#error(line.last, problem.message, problem.help, isValue ? 'value' : undefined);
      doubt = `httpd refuses it: ${problem.message}`;
    }
    doubt ??= templated
      ? 'a template or build step fills in the value'
      : isPath
        ? undefined
        : this.#variableDoubt(line, undefinedNames, definedNames, isOpen);
    if (top.context === 'directory' || (problem?.isMisplaced ?? false)) return;
    const written: Written = {
      name,
      words: values,
      at: placeOf(line, first, words),
      ...(doubt === undefined ? {} : { doubt }),
      ...(name === 'sslsessioncachetimeout' && doubt === undefined && words[0]
        ? { value: { line, word: words[0] } }
        : {}),
    };
    const before = top.level.written.get(name);
    if (before) before.push(written);
    else top.level.written.set(name, [written]);
  }

  #variableDoubt(
    line: LogicalLine,
    undefinedNames: readonly string[],
    definedNames: readonly string[],
    isOpen: boolean,
  ): string | undefined {
    const [open] = undefinedNames;
    if (open !== undefined) {
      if (this.options.fragments || this.#main.gaps.length > 0)
        return `\${${open}} is defined in a file that is not at hand; say --define ${open}=VALUE`;
      if (!isFromEnvironment(open))
        this.#report({
          severity: 'warning',
          at: line.last,
          message: `AH00111: Config variable \${${open}} is not defined`,
          help: `httpd takes it letter by letter unless its environment has ${open}; say --define ${open}=VALUE where it has`,
        });
      if (isOpen) return `the environment of httpd decides: it has to define ${open}; say --define ${open}=VALUE`;
    }
    for (const name of definedNames) {
      const doubt = this.#definitions.variable(name)?.doubt;
      if (doubt !== undefined) return doubt;
    }
    return undefined;
  }

  *#include(
    line: LogicalLine,
    first: Word,
    words: readonly Word[],
    top: Section,
    undefinedNames: readonly string[],
  ): Asking<void> {
    const isOptional = first.value.toLowerCase() === 'includeoptional';
    const [word] = words;
    if (!word || words.length > 1) {
      const what = isOptional
        ? 'IncludeOptional takes one argument, Name or pattern of the config file(s) to be included; ignored if the file does not exist or the pattern does not match any files'
        : 'Include takes one argument, Name(s) of the config file(s) to be included; fails if the wildcard does not match at least one file';
      if (!hasPlaceholder(line.text)) this.#error(line.last, what, 'write one path; put one with blanks in quotes');
      return;
    }
    const path = word.value;
    const at = placeOf(line, first, [word]);
    const gap = (): void => {
      // What a request-time section includes has no say about sessions.
      if (top.context !== 'directory') top.level.gaps.push({ at, path });
    };
    const from = [...this.#activeFiles].at(-1);
    if (!from) return;
    if (undefinedNames.length > 0 || hasPlaceholder(path)) return gap();
    if (++this.#includes > mostIncludes) {
      if (this.#includes === mostIncludes + 1)
        this.#error(
          line.last,
          `more than ${mostIncludes} files are included`,
          'take includes out that lead to each other',
        );
      return;
    }
    const answer = yield* this.#paths.ask(path, from.file, hasWildcards(path));
    const help = 'create it, or correct the path, which starts at ServerRoot';
    const shown = this.#paths.resolved(path);
    switch (answer.kind) {
      case 'files':
        if (answer.files.length === 0 && !isOptional) {
          if (this.options.fragments) {
            gap();
            return;
          }
          const message = yield* this.#paths.noMatch(path, from.file);
          if (top.doubt === undefined)
            this.#error(line.last, message, 'use IncludeOptional where it may match nothing', 'include');
        }
        // The last file is opened first, because the top of the stack is read next.
        for (let i = answer.files.length - 1; i >= 0; i--) this.#openIncluded(line, answer.files[i]);
        return;
      case 'missing':
        if (this.options.fragments) return gap();
        if (isOptional) return;
        if (top.doubt === undefined)
          this.#error(
            line.last,
            `Could not open configuration file ${shown}: No such file or directory`,
            help,
            'include',
          );
        return gap();
      case 'unreadable':
        // IncludeOptional passes over links that lead nowhere.
        if (isOptional && answer.errno === 2) return;
        if (top.doubt === undefined)
          this.#error(line.last, `Could not open configuration file ${answer.path}: ${answer.why}`, help);
        return gap();
      case 'outside':
        if (!this.options.fragments && top.context !== 'directory' && top.doubt === undefined)
          this.#report({
            severity: 'warning',
            kind: 'include',
            at,
            message: `include "${path}" is not among the files, and could set the session lifetime`,
            help: `say where it lies with --root ${fixedFolder(shown)}=DIR`,
          });
        return gap();
    }
  }

  #openIncluded(line: LogicalLine, tree: ApacheFile | undefined): void {
    if (!tree) return;
    if (this.#activeFiles.has(tree)) {
      this.#error(
        line.last,
        'Exceeded maximum include depth of 128, There appears to be a recursion.',
        `${tree.file.path} includes itself: take one of the includes out`,
      );
      return;
    }
    this.#included.add(tree);
    this.#streams.push({ kind: 'file', tree, next: 0, isOpen: false, isRepeated: false });
  }

  /** httpd calls every directive unknown whose module it has not loaded. */
  #checkModule(): void {
    const first = this.#firstSsl;
    if (first && !this.options.assumesModules && this.#definitions.isLoaded('ssl_module').kind === 'false')
      this.#invalidCommand(first.line, first.name);
  }

  #invalidCommand(line: LogicalLine, command: string): void {
    this.#error(
      line.last,
      `Invalid command '${command}', perhaps misspelled or defined by a module not included in the server configuration`,
      'correct the name, or load the module before',
    );
  }

  #checkByteOrderMark(tree: ApacheFile): void {
    const { file } = tree;
    if (file.encoding !== 'utf-8-bom') return;
    const line = readLine(tree, 0);
    if (tree.lines.count === 0) return;
    const word = /^\S*/.exec(file.text)?.[0] ?? '';
    this.#invalidCommand(line, `\\xef\\xbb\\xbf${word}`);
  }

  #tooMuch(stream: Stream, index: number): void {
    const at =
      stream.kind === 'file'
        ? readLine(stream.tree, index).last
        : (stream.lines[index]?.last ?? stream.macro.definedAt);
    this.#error(
      at,
      `more than ${mostRepeatedLines} lines are read again`,
      'take includes or uses of macros out that lead to each other',
    );
  }

  #error(at: Location, message: string, help: string, kind?: Problem['kind']): void {
    this.#report({ severity: 'error', at, message, help, ...(kind === undefined ? {} : { kind }) });
  }

  #report(problem: Problem): void {
    const { at, message } = problem;
    const key = `${at.file.path}\n${at.span.start}\n${message}`;
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    this.#problems.push(problem);
  }
}

function depthOf({ lines }: ApacheFile, index: number): number {
  return lines.templateDepths?.[index] ?? 0;
}

function isTemplated({ lines }: ApacheFile): boolean {
  return lines.templateDepths !== undefined;
}

/** Is it a condition that mod_ssl is loaded? */
function isOnSsl(name: string, argument: string): boolean {
  return name === 'ifmodule' && /^\s*(["']?)(?:ssl_module|mod_ssl\.c)\1\s*$/.test(argument);
}

/** As messages name a macro. */
function shownMacro(name: string, { file, span }: Location): string {
  return `macro '${name}' (defined on line ${positionOf(file, span.start).line} of "${file.path}")`;
}

/** The name of a section that a template's tag is glued to: `<VirtualHost<%= … %>`. */
function withoutTag(name: string): string {
  return name.replace(/(?:<%|\{[{%]).*$/s, '');
}

/** The folder of an include's path, up to its first wildcard. */
function fixedFolder(path: string): string {
  const fixed = path.slice(0, path.search(/[*?[]|$/));
  return fixed.slice(0, Math.max(1, fixed.lastIndexOf('/')));
}
