import type { Location, Problem, SourceFile } from '@shortfuse/core';
import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';

/** Declarations and REST answers are some ten levels deep; the parser needs a stack frame for each. */
const mostDepth = 500;

/** Reads JSON, with comments and trailing commas as people keep them. */
export function readJson(file: SourceFile): {
  readonly file: SourceFile;
  readonly problems: readonly Problem[];
  readonly root: Node | undefined;
} {
  const tooDeep = depthLimitAt(file.text);
  if (tooDeep !== -1) {
    const problem = jsonProblem(file, tooDeep, 1, `nested more than ${mostDepth} levels deep`);
    return { file, root: undefined, problems: [problem] };
  }
  const errors: ParseError[] = [];
  const root = parseTree(file.text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (!first) return { file, root, problems: [] };
  const what = printParseErrorCode(first.error)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
  return { file, root, problems: [jsonProblem(file, first.offset, first.length, what)] };
}

function jsonProblem(file: SourceFile, offset: number, length: number, what: string): Problem {
  const start = Math.min(offset, file.text.length);
  return {
    severity: 'error',
    at: { file, span: { start, end: Math.min(start + length, file.text.length) } },
    message: `this is not valid JSON: ${what}`,
    help: 'correct the syntax here; nothing of this file is reported until it can be read',
  };
}

/** Where brackets outside strings nest too deep; -1 where they do not. */
function depthLimitAt(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x22) {
      for (at++; at < text.length && text.charCodeAt(at) !== 0x22; at++) if (text.charCodeAt(at) === 0x5c) at++;
    } else if (unit === 0x7b || unit === 0x5b) {
      if (++depth > mostDepth) return at;
    } else if (unit === 0x7d || unit === 0x5d) depth = Math.max(0, depth - 1);
  }
  return -1;
}

/** A member of an object: the place of its key, and its value. */
export interface Member {
  readonly key: string;
  readonly value: Node;
  /** From the key to the end of the value. */
  readonly node: Node;
  readonly keyNode: Node;
}

export function* membersOf(node: Node | undefined): Generator<Member> {
  if (node?.type !== 'object') return;
  for (const property of node.children ?? []) {
    const [keyNode, value] = property.children ?? [];
    if (keyNode && value && typeof keyNode.value === 'string')
      yield { key: keyNode.value, value, node: property, keyNode };
  }
}

/** The last member called `key`, as JSON readers take it. */
export function memberOf(node: Node | undefined, key: string): Member | undefined {
  let found: Member | undefined;
  for (const member of membersOf(node)) if (member.key === key) found = member;
  return found;
}

/** {@link memberOf} for objects that are looked into again and again: each is gone through once. */
export function memberIndex(): (node: Node | undefined, key: string) => Member | undefined {
  const indexes = new Map<Node, Map<string, Member>>();
  return (node, key) => {
    if (!node) return undefined;
    let index = indexes.get(node);
    if (!index) {
      index = new Map();
      for (const member of membersOf(node)) index.set(member.key, member);
      indexes.set(node, index);
    }
    return index.get(key);
  };
}

/** A member's value where it is a string or a number. */
export function scalarOf(node: Node | undefined, key: string): string | undefined {
  const value: unknown = memberOf(node, key)?.value.value;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

export function locationOf(file: SourceFile, { offset, length }: Node): Location {
  return { file, span: { start: offset, end: offset + length } };
}
