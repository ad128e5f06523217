import type { SourceFile } from '@shortfuse/core';
import { type Lexed, lex } from './lex.js';
import { type Fault, FaultList, syntaxProblems } from './syntax-problems.js';
import { clearTags, mayHaveTags, TagReader } from './template.js';
import { type Directives, type NginxFile, TokenKind, type Tokens, tokenAt } from './tree.js';

/**
 * Reads one file. Every unit of its text is in a token; what nginx would refuse is in `problems`, in text order and in
 * nginx's words, and the rest is read as well as can be: a `}` ends a directive without `;`, a `}` too many is passed over, the
 * end of the file closes what is open. Takes time in proportion to the text. Never throws.
 */
export function parse(file: SourceFile): NginxFile {
  // How long words are is judged for the file that a UTF-16 file has to become.
  const read: SourceFile = file.encoding.startsWith('utf-16') ? { ...file, encoding: 'utf-8' } : file;
  const plain = lex(read);
  const isTemplate = mayHaveTags(file.text) && usesTags(file.text, plain);
  const lexed = isTemplate ? lex(read, new TagReader(file.text)) : plain;
  const { directives, faults } = build(file, lexed, isTemplate);
  return {
    file,
    tokens: lexed.tokens,
    directives,
    problems: syntaxProblems(file, [encodingFaults(file), lexed.faults, faults], isTemplate),
  };
}

/** Does a template tag stand where nginx would read it? In quotes only if nginx cannot make sense of the file. */
function usesTags(text: string, { tokens, faults }: Lexed): boolean {
  let passedOver = -1;
  for (const offset of clearTags(text)) {
    const token = tokenAt(tokens, offset);
    if (token === passedOver) continue;
    passedOver = token;
    const kind = tokens.kinds[token];
    if (kind === TokenKind.lua || (kind === TokenKind.comment && !isJinjaComment(text, tokens, token))) continue;
    if (kind !== TokenKind.quoted || faults.count > 0) return true;
  }
  return false;
}

/** Does the comment begin with `{#` and hold `#}`? */
function isJinjaComment(text: string, { starts }: Tokens, token: number): boolean {
  const start = starts[token] ?? 0;
  return text[start - 1] === '{' && text.slice(start, starts[token + 1]).includes('#}');
}

function encodingFaults({ text, encoding }: SourceFile): FaultList {
  const faults = new FaultList();
  if (encoding === 'utf-16le' || encoding === 'utf-16be') faults.add({ kind: 'utf-16', start: 0, end: 0 });
  else if (encoding === 'utf-8-bom')
    faults.add({ kind: 'byte order mark', start: 0, end: /^[^ \t\r\n;{]*/.exec(text)?.[0].length ?? 0 });
  return faults;
}

/** Blocks whose lines are data for their module, which nginx does not look up as directives. */
const dataBlocks = new Set(['map', 'geo', 'types', 'split_clients', 'charset_map']);
const longestDataBlock = 13;

/** Puts the words of `lexed` together to directives. */
function build(
  { text }: SourceFile,
  { tokens, directiveCount, cuts, steps, quiet }: Lexed,
  isTemplate: boolean,
): { directives: Directives; faults: FaultList } {
  const { kinds, starts, count: tokenCount } = tokens;
  const name = new Int32Array(directiveCount);
  const end = new Int32Array(directiveCount);
  const close = new Int32Array(directiveCount);
  const parent = new Int32Array(directiveCount);
  const next = new Int32Array(directiveCount);
  const templateDepth = isTemplate ? new Uint16Array(directiveCount) : undefined;
  const faults = new FaultList();
  let count = 0;
  /** The first word of the directive being read, or -1. */
  let first = -1;
  /** The innermost open block, or -1. */
  let block = -1;
  let nextCut = 0;
  let nextQuiet = 0;
  const nesting = new Nesting(steps);

  const offsetOf = (token: number): number => starts[token] ?? text.length;
  const report = (fault: Fault): void => {
    while ((quiet[nextQuiet]?.end ?? Number.POSITIVE_INFINITY) <= fault.start) nextQuiet++;
    if (fault.start < (quiet[nextQuiet]?.start ?? Number.POSITIVE_INFINITY)) faults.add(fault);
  };
  const holdsData = (directive: number): boolean => {
    const word = name[directive] ?? 0;
    const start = offsetOf(word);
    return offsetOf(word + 1) - start <= longestDataBlock && dataBlocks.has(text.slice(start, offsetOf(word + 1)));
  };
  const add = (ended: number, blockClose: number): void => {
    name[count] = first === -1 ? ended : first;
    end[count] = ended;
    close[count] = blockClose;
    parent[count] = block;
    if (templateDepth) templateDepth[count] = nesting.depthBefore(first === -1 ? ended : first);
    if (blockClose === -1) next[count] = count + 1;
    else block = count;
    count++;
    first = -1;
  };

  for (let token = 0; token < tokenCount; token++) {
    switch (kinds[token]) {
      case TokenKind.word:
        if (first === -1) first = token;
        break;
      case TokenKind.quoted:
        if (first === -1) first = token;
        if (cuts[nextCut] === token) {
          nextCut++;
          add(token + 1, -1);
        }
        break;
      case TokenKind.semicolon:
        if (first !== -1) add(token, -1);
        else report({ kind: 'no words before ;', start: offsetOf(token), end: offsetOf(token) + 1 });
        break;
      case TokenKind.open:
        if (first === -1) report({ kind: 'no words before {', start: offsetOf(token), end: offsetOf(token) + 1 });
        else if (block !== -1 && holdsData(block))
          report({
            kind: 'block in data',
            start: offsetOf(token),
            end: offsetOf(token) + 1,
            from: offsetOf(name[block] ?? 0),
          });
        add(token, tokenCount);
        break;
      case TokenKind.close: {
        const start = offsetOf(token);
        if (first !== -1) {
          report({ kind: 'unfinished', start, end: start + 1, from: offsetOf(first) });
          add(token, -1);
        } else if (block === -1) report({ kind: 'nothing to close', start, end: start + 1 });
        if (block !== -1) {
          close[block] = token;
          next[block] = count;
          block = parent[block] ?? -1;
        }
      }
    }
  }
  const fileEnd = { start: text.length, end: text.length };
  if (first !== -1) {
    report({ kind: 'end in directive', ...fileEnd, from: offsetOf(first) });
    add(tokenCount, -1);
  } else if (block !== -1) report({ kind: 'end in block', ...fileEnd, from: offsetOf(name[block] ?? 0) });
  for (; block !== -1; block = parent[block] ?? -1) next[block] = count;
  return {
    directives: { count, name, end, close, parent, next, ...(templateDepth && { templateDepth }) },
    faults,
  };
}

/** How deep in conditions a token of a template is. Asked for tokens in rising order. */
class Nesting {
  readonly #steps: Lexed['steps'];
  #nextStep = 0;
  /** For each open tag, whether it is a condition. */
  readonly #open: boolean[] = [];
  #depth = 0;

  constructor(steps: Lexed['steps']) {
    this.#steps = steps;
  }

  depthBefore(token: number): number {
    for (let next = this.#steps[this.#nextStep]; next && next.token < token; next = this.#steps[++this.#nextStep]) {
      if (next.step !== 'close') this.#open.push(next.step === 'condition');
      if (next.step === 'condition') this.#depth++;
      // One `end` too many closes nothing.
      else if (next.step === 'close' && this.#open.pop()) this.#depth--;
    }
    return Math.min(this.#depth, 0xffff);
  }
}
