import { ts } from 'ts-morph';
import { bare, functionName, oneLine, shortText } from './expressions.js';
import { type Meaning, meaningOf } from './meaning.js';
import { deeper, type Hidden, type Reader, type Step } from './reader.js';

/**
 * A value that the sources tell, as far as this program needs to know it.
 * - `unset`: `undefined` or `null`
 * - `other`: certainly no number, text or truth value; `what` names it
 */
export type Value = Known | ({ readonly kind: 'hidden' } & Hidden);

export type Known =
  | (Written & { readonly kind: 'number'; readonly value: number })
  | (Written & { readonly kind: 'text'; readonly value: string })
  | (Written & { readonly kind: 'boolean'; readonly value: boolean })
  | (Written & { readonly kind: 'unset'; readonly value: 'undefined' | 'null' })
  | (Written & { readonly kind: 'other'; readonly what: string });

interface Written {
  /** Where it is written: a literal, or arithmetic; never just a name. */
  readonly node: ts.Expression | ts.EnumMember;
  /** The variables on the way there. */
  readonly steps: readonly Step[];
}

/** Works out the value of `node`. Each expression is looked at once, so that time grows with what is written. */
export function evaluate(reader: Reader, node: ts.Expression): Value {
  const known = reader.values.get(node);
  if (known) return known;
  reader.values.set(node, { kind: 'hidden', why: 'it refers to itself', at: node });
  const value = deeper(reader, () => compute(reader, bare(node))) ?? tooFar(node);
  reader.values.set(node, value);
  return value;
}

/** The text that `node` is; undefined for anything else. */
export function textOf(reader: Reader, node: ts.Expression): string | undefined {
  const value = evaluate(reader, node);
  return value.kind === 'text' ? value.value : undefined;
}

function tooFar(at: ts.Node): Value {
  return { kind: 'hidden', why: 'it is too many steps away', at };
}

function compute(reader: Reader, node: ts.Expression): Value {
  const literal = literalValue(node);
  if (literal) return literal;
  if (ts.isPrefixUnaryExpression(node)) return unaryValue(reader, node);
  if (ts.isBinaryExpression(node)) return binaryValue(reader, node);
  if (ts.isConditionalExpression(node)) return conditionalValue(reader, node);
  if (ts.isIdentifier(node) || ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node))
    return namedValue(reader, node);
  if (ts.isCallExpression(node)) {
    const meaning = meaningOf(reader, node);
    if (meaning.kind === 'expression' && bare(meaning.node) !== node) return follow(reader, meaning, node);
  }
  return { kind: 'hidden', why: whyHidden(node), at: node };
}

function literalValue(node: ts.Expression): Known | undefined {
  const common = { node, steps: [] };
  if (ts.isNumericLiteral(node)) return { ...common, kind: 'number', value: Number(node.text) };
  if (ts.isStringLiteralLike(node)) return { ...common, kind: 'text', value: node.text };
  switch (node.kind) {
    case ts.SyntaxKind.TrueKeyword:
      return { ...common, kind: 'boolean', value: true };
    case ts.SyntaxKind.FalseKeyword:
      return { ...common, kind: 'boolean', value: false };
    case ts.SyntaxKind.NullKeyword:
      return { ...common, kind: 'unset', value: 'null' };
    case ts.SyntaxKind.BigIntLiteral:
      return { ...common, kind: 'other', what: 'a bigint' };
    case ts.SyntaxKind.ArrayLiteralExpression:
      return { ...common, kind: 'other', what: 'an array' };
    case ts.SyntaxKind.ObjectLiteralExpression:
      return { ...common, kind: 'other', what: 'an object' };
    case ts.SyntaxKind.ArrowFunction:
    case ts.SyntaxKind.FunctionExpression:
      return { ...common, kind: 'other', what: 'a function' };
    case ts.SyntaxKind.RegularExpressionLiteral:
      return { ...common, kind: 'other', what: 'a regular expression' };
    case ts.SyntaxKind.VoidExpression:
      return { ...common, kind: 'unset', value: 'undefined' };
    default:
      return undefined;
  }
}

function unaryValue(reader: Reader, node: ts.PrefixUnaryExpression): Value {
  const operand = evaluate(reader, node.operand);
  if (operand.kind === 'hidden') return operand;
  if (operand.kind === 'number') {
    const common = { kind: 'number', node, steps: [] } as const;
    if (node.operator === ts.SyntaxKind.MinusToken) return { ...common, value: -operand.value };
    if (node.operator === ts.SyntaxKind.PlusToken) return { ...common, value: operand.value };
    if (node.operator === ts.SyntaxKind.TildeToken) return { ...common, value: ~operand.value };
  }
  return { kind: 'hidden', why: whyHidden(node), at: node };
}

/** Sums of thousands of terms lean to the left: they are taken apart in a loop. */
function binaryValue(reader: Reader, node: ts.BinaryExpression): Value {
  const { kind } = node.operatorToken;
  if (kind === ts.SyntaxKind.QuestionQuestionToken || kind === ts.SyntaxKind.BarBarToken)
    return alternativeValue(reader, node);
  const terms: ts.BinaryExpression[] = [];
  let first: ts.Expression = node;
  while (ts.isBinaryExpression(first) && operation(first.operatorToken.kind)) {
    terms.push(first);
    first = bare(first.left);
  }
  if (terms.length === 0) return { kind: 'hidden', why: whyHidden(node), at: node };
  const start = evaluate(reader, first);
  if (start.kind !== 'number') return start.kind === 'hidden' ? start : noNumber(node);
  let result = start.value;
  for (const { operatorToken, right } of terms.reverse()) {
    const operand = evaluate(reader, right);
    if (operand.kind !== 'number') return operand.kind === 'hidden' ? operand : noNumber(node);
    result = operation(operatorToken.kind)?.(result, operand.value) ?? Number.NaN;
  }
  return { kind: 'number', value: result, node, steps: [] };
}

/** What an operator does with two numbers; undefined for operators that are not read. */
function operation(kind: ts.SyntaxKind): ((a: number, b: number) => number) | undefined {
  switch (kind) {
    case ts.SyntaxKind.PlusToken:
      return (a, b) => a + b;
    case ts.SyntaxKind.MinusToken:
      return (a, b) => a - b;
    case ts.SyntaxKind.AsteriskToken:
      return (a, b) => a * b;
    case ts.SyntaxKind.SlashToken:
      return (a, b) => a / b;
    case ts.SyntaxKind.PercentToken:
      return (a, b) => a % b;
    default:
      return undefined;
  }
}

function noNumber(node: ts.BinaryExpression): Value {
  return { kind: 'hidden', why: 'it is calculated from something that is no number', at: node };
}

/** `a ?? b` and `a || b`. */
function alternativeValue(reader: Reader, node: ts.BinaryExpression): Value {
  const isNullish = node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken;
  const left = evaluate(reader, node.left);
  if (left.kind === 'hidden') {
    const right = evaluate(reader, node.right);
    const rest = right.kind === 'number' ? `; ${right.value} only where it is missing` : '';
    return { kind: 'hidden', why: left.why + rest, at: node };
  }
  const isMissing = left.kind === 'unset' || (!isNullish && isFalsy(left));
  return isMissing ? evaluate(reader, node.right) : left;
}

/** Does JavaScript take this value for false? */
export function isFalsy(value: Known): boolean {
  switch (value.kind) {
    case 'number':
      return value.value === 0 || Number.isNaN(value.value);
    case 'text':
      return value.value === '';
    case 'boolean':
      return !value.value;
    case 'unset':
      return true;
    case 'other':
      return false;
  }
}

function conditionalValue(reader: Reader, node: ts.ConditionalExpression): Value {
  const [a, b] = [evaluate(reader, node.whenTrue), evaluate(reader, node.whenFalse)];
  const both =
    a.kind === 'number' && b.kind === 'number' ? `; both branches are literals: ${a.value} and ${b.value}` : '';
  return { kind: 'hidden', why: `the value depends on a condition${both}`, at: node };
}

function namedValue(reader: Reader, node: ts.Expression): Value {
  return follow(reader, meaningOf(reader, node), node);
}

function follow(reader: Reader, meaning: Meaning, node: ts.Expression): Value {
  switch (meaning.kind) {
    case 'expression': {
      const inner = bare(meaning.node);
      if (ts.isIdentifier(inner)) return globalValue(inner, meaning.steps);
      if (inner === node) return { kind: 'hidden', why: whyHidden(node), at: node };
      return withSteps(evaluate(reader, meaning.node), meaning.steps);
    }
    case 'member':
      return withSteps(memberValue(reader, meaning.member), meaning.steps);
    case 'hidden':
      return { kind: 'hidden', why: meaning.why, at: meaning.at };
    case 'package':
      return {
        kind: 'hidden',
        why: `the value comes from the package ${meaning.module}, which is not read`,
        at: node,
      };
    case 'function':
      return { kind: 'other', what: `the function ${functionName(meaning.declaration)}`, node, steps: [] };
    case 'module':
    case 'enum':
    case 'class':
    case 'namespace':
      return { kind: 'other', what: `all of ${shortText(node)}`, node, steps: [] };
  }
}

function globalValue(node: ts.Identifier, steps: readonly Step[]): Value {
  if (node.text === 'undefined') return { kind: 'unset', value: 'undefined', node, steps };
  return { kind: 'number', value: node.text === 'NaN' ? Number.NaN : Number.POSITIVE_INFINITY, node, steps };
}

function withSteps(value: Value, steps: readonly Step[]): Value {
  return value.kind === 'hidden' ? value : { ...value, steps: [...steps, ...value.steps] };
}

/** The value of an enum member: written, or one more than that of the member before it. */
function memberValue(reader: Reader, member: ts.EnumMember): Value {
  const { members } = member.parent;
  const index = members.indexOf(member);
  let base = index;
  while (base >= 0 && !members[base]?.initializer) base--;
  const initializer = members[base]?.initializer;
  const common = { kind: 'number', node: member, steps: [] } as const;
  if (!initializer) return { ...common, value: index };
  const value = evaluate(reader, initializer);
  if (base === index) return value;
  return value.kind === 'number'
    ? { ...common, value: value.value + index - base }
    : { kind: 'hidden', why: 'the enum member before it is not a number', at: member };
}

/** Why an expression tells no value, in the words of the person who wrote it. */
function whyHidden(node: ts.Expression): string {
  if (readsEnvironment(node)) return 'the value comes from the environment';
  if (ts.isCallExpression(node)) return `the value is the result of ${shortText(node.expression)}()`;
  if (ts.isNewExpression(node)) return `the value is a new ${shortText(node.expression)}`;
  if (ts.isTemplateExpression(node)) return 'the value is put together as text';
  if (ts.isBinaryExpression(node) || ts.isPrefixUnaryExpression(node))
    return `the value is calculated in a way that is not read: ${shortText(node)}`;
  return `the value is known only when the program runs: ${shortText(node)}`;
}

/** Is the environment named in the expression, in no more than a few hundred nodes of it? */
function readsEnvironment(node: ts.Expression): boolean {
  const stack: ts.Node[] = [node];
  for (let left = 300, next = stack.pop(); next && left > 0; left--, next = stack.pop()) {
    if (ts.isPropertyAccessExpression(next) && /^process\.(?:env|argv)$/.test(oneLine(next))) return true;
    ts.forEachChild(next, (child) => {
      stack.push(child);
    });
  }
  return false;
}
