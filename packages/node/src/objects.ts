import { ts } from 'ts-morph';
import { bare, oneLine } from './expressions.js';
import { type Meaning, meaningOf, placeText } from './meaning.js';
import { effectOf, type Mutation } from './mutations.js';
import { deeper, type Hidden, type Reader, type Step } from './reader.js';
import { textOf } from './values.js';

/** One property of an object, by the place that writes it. */
export interface Entry {
  readonly key: string;
  /** Undefined for accessors, methods and what is deleted or computed. */
  readonly value: ts.Expression | undefined;
  /** The property or the assignment. */
  readonly at: ts.Node;
  /** `own`: in the literal that was asked for; `spread`: in an object that is spread into it; `assigned`: by a statement. */
  readonly by: 'own' | 'spread' | 'assigned';
  /** The variables that lead to the object which has it, each with the path of the property in it. */
  readonly steps: readonly Step[];
  /** Only under a condition. */
  readonly isConditional: boolean;
}

/** Something that may write any property. */
export interface Opaque extends Hidden {
  readonly key: undefined;
  /** `computed`: one property, whose name is not known. */
  readonly kind: 'computed' | 'object';
}

/** What is known of an object: everything that writes its properties, in the order in which it happens. */
export interface Shape {
  readonly entries: readonly (Entry | Opaque)[];
  /** The literal that was asked for, after all names; undefined where it is none. */
  readonly literal: ts.ObjectLiteralExpression | undefined;
  /** The variables that hold the object itself. */
  readonly steps: readonly Step[];
  /** The names by which objects are used as a whole: that of the object and those of all that is spread into it. */
  readonly uses: readonly ts.Node[];
}

/** Who decides about one property of an object. */
export type Decision =
  | { readonly kind: 'absent' }
  | { readonly kind: 'set'; readonly entry: Entry; readonly losers: readonly Entry[] }
  | ({ readonly kind: 'hidden'; readonly losers: readonly Entry[] } & Hidden);

/** More writers than this are not read: no options object has them. */
const mostEntries = 2000;

interface Sink {
  readonly reader: Reader;
  readonly entries: (Entry | Opaque)[];
  readonly uses: ts.Node[];
  /** There was more than is read: then the last word may be any. */
  isFull: boolean;
}

interface Part {
  /** Where the object is used, or copied: what is written to it later does not count. */
  readonly from: ts.Node;
  readonly by: Entry['by'];
  readonly steps: readonly Step[];
  readonly isConditional: boolean;
}

/** Collects what writes the properties of the object that `node` is, as it is when it is used at `from`. */
export function shapeOf(reader: Reader, node: ts.Expression, from: ts.Node = node): Shape {
  const meaning = meaningOf(reader, node);
  const inner = meaning.kind === 'expression' ? bare(meaning.node) : undefined;
  const sink: Sink = { reader, entries: [], uses: [], isFull: false };
  addObject(sink, node, { from, by: 'own', steps: [], isConditional: false });
  closeSink(sink, node);
  return {
    entries: sink.entries,
    literal: inner && ts.isObjectLiteralExpression(inner) ? inner : undefined,
    steps: meaning.kind === 'expression' ? meaning.steps : [],
    uses: sink.uses,
  };
}

/** Who decides about `key`. A name that is computed may be any; where that is not asked for, it is taken for another one. */
export function decide({ entries }: Pick<Shape, 'entries'>, key: string, computedNames: 'count' | 'ignore'): Decision {
  const losers: Entry[] = [];
  let winner: Entry | undefined;
  let hidden: Hidden | undefined;
  for (const entry of entries) {
    if (entry.key === undefined) {
      if (entry.kind === 'object' || computedNames === 'count') hidden = entry;
      continue;
    }
    if (entry.key !== key) continue;
    if (entry.isConditional) {
      hidden = { why: 'the property is only there under a condition', at: entry.value ?? entry.at };
      continue;
    }
    if (winner) losers.push(winner);
    winner = entry;
    hidden = undefined;
  }
  if (hidden) return { kind: 'hidden', why: hidden.why, at: hidden.at, losers: winner ? [...losers, winner] : losers };
  return winner ? { kind: 'set', entry: winner, losers } : { kind: 'absent' };
}

/** May something that is not read write any property of the object? */
export function hasUnreadPart({ entries }: Pick<Shape, 'entries'>): Hidden | undefined {
  return entries.find((entry): entry is Opaque => entry.key === undefined && entry.kind === 'object');
}

/** What the property `name` of an object stands for, as it is at `from`. */
export function memberOfObject(
  reader: Reader,
  of: Meaning & { readonly kind: 'expression' },
  name: string,
  use: ts.Node,
  from: ts.Node,
): Meaning {
  const hidden = (why: string): Meaning => ({ kind: 'hidden', why, at: use });
  const node = bare(of.node);
  if (node.kind === ts.SyntaxKind.ThisKeyword) return hidden(`this.${name} is set where it is not read`);
  if (!ts.isObjectLiteralExpression(node) && !ts.isCallExpression(node))
    return hidden(`${name} is a property of something that is not read`);
  if (ts.isCallExpression(node) && !isAssign(node))
    return hidden(`the value comes out of ${oneLine(node.expression).slice(0, 60)}()`);
  const sink: Sink = { reader, entries: [], uses: [], isFull: false };
  const part: Part = { from, by: 'own', steps: [], isConditional: false };
  addObject(sink, node, part);
  addMutations(sink, of.steps, part);
  closeSink(sink, node);
  const decision = decide(sink, name, 'count');
  if (decision.kind === 'hidden') return { kind: 'hidden', why: decision.why, at: decision.at };
  if (decision.kind === 'absent') return hidden(`${name} is not among the properties of the object`);
  const { value, steps } = decision.entry;
  if (!value) return hidden(`${name} is computed`);
  const meaning = meaningOf(reader, value);
  const outer = [...of.steps.map((step) => ({ ...step, path: [...step.path, name] })), ...steps];
  return meaning.kind === 'expression' || meaning.kind === 'member'
    ? { ...meaning, steps: [...outer, ...meaning.steps] }
    : meaning;
}

function addObject(sink: Sink, given: ts.Expression, part: Part): void {
  const { reader } = sink;
  const node = bare(given);
  const isDone = deeper(reader, () => {
    if (sink.entries.length > mostEntries) return false;
    if (ts.isObjectLiteralExpression(node)) addLiteral(sink, node, part);
    else if (ts.isConditionalExpression(node)) {
      addObject(sink, node.whenTrue, { ...part, isConditional: true });
      addObject(sink, node.whenFalse, { ...part, isConditional: true });
    } else if (ts.isBinaryExpression(node) && isLogical(node.operatorToken.kind)) {
      if (node.operatorToken.kind !== ts.SyntaxKind.AmpersandAmpersandToken)
        addObject(sink, node.left, { ...part, isConditional: true });
      addObject(sink, node.right, { ...part, isConditional: true });
    } else if (ts.isCallExpression(node) && isAssign(node))
      for (const argument of node.arguments) addObject(sink, argument, { ...part, from: node, by: 'spread' });
    else if (!isNothing(node)) addNamed(sink, node, part);
    return true;
  });
  if (isDone !== true) sink.isFull = true;
}

function closeSink({ entries, isFull }: Sink, at: ts.Node): void {
  if (isFull) entries.push({ key: undefined, kind: 'object', why: 'the object is too large', at });
}

function isLogical(kind: ts.SyntaxKind): boolean {
  return (
    kind === ts.SyntaxKind.AmpersandAmpersandToken ||
    kind === ts.SyntaxKind.BarBarToken ||
    kind === ts.SyntaxKind.QuestionQuestionToken
  );
}

function isAssign(node: ts.CallExpression): boolean {
  return oneLine(node.expression) === 'Object.assign' && !node.arguments.some(ts.isSpreadElement);
}

/** Values that add no property when they are spread. */
function isNothing(node: ts.Expression): boolean {
  return (
    node.kind === ts.SyntaxKind.NullKeyword ||
    node.kind === ts.SyntaxKind.FalseKeyword ||
    (ts.isIdentifier(node) && node.text === 'undefined')
  );
}

function addNamed(sink: Sink, node: ts.Expression, part: Part): void {
  const { reader } = sink;
  const meaning = meaningOf(reader, node);
  if (meaning.kind !== 'expression' || bare(meaning.node) === node) {
    const why = meaning.kind === 'hidden' ? meaning.why : whyUnread(meaning, node);
    sink.entries.push({ key: undefined, kind: 'object', why, at: meaning.kind === 'hidden' ? meaning.at : node });
    return;
  }
  for (const { use } of meaning.steps) sink.uses.push(use);
  addObject(sink, meaning.node, { ...part, steps: [...part.steps, ...meaning.steps] });
  addMutations(sink, meaning.steps, part);
}

function whyUnread(meaning: Meaning, node: ts.Expression): string {
  if (meaning.kind === 'package') return `the value comes from the package ${meaning.module}`;
  if (ts.isCallExpression(node)) return `the value is the result of ${oneLine(node.expression).slice(0, 60)}()`;
  return 'the value is no object that is written here';
}

function addLiteral(sink: Sink, node: ts.ObjectLiteralExpression, part: Part): void {
  for (const property of node.properties) {
    if (sink.entries.length > mostEntries) {
      sink.isFull = true;
      return;
    }
    if (ts.isSpreadAssignment(property)) {
      addObject(sink, property.expression, { ...part, from: property, by: 'spread' });
      continue;
    }
    const key = keyOf(sink.reader, property.name);
    if (key === undefined) {
      sink.entries.push({
        key: undefined,
        kind: 'computed',
        why: 'the key is computed at run time; it may or may not be sessionTimeout',
        at: property,
      });
      continue;
    }
    const value = ts.isPropertyAssignment(property)
      ? property.initializer
      : ts.isShorthandPropertyAssignment(property)
        ? property.name
        : undefined;
    const { by, steps, isConditional } = part;
    sink.entries.push({ key, value, at: property, by, steps: withKey(steps, key), isConditional });
  }
}

function withKey(steps: readonly Step[], key: string): Step[] {
  return steps.map((step) => ({ ...step, path: [...step.path, key] }));
}

/** The name of a property; undefined where only running tells. */
function keyOf(reader: Reader, name: ts.PropertyName): string | undefined {
  if (!ts.isComputedPropertyName(name)) return ts.isPrivateIdentifier(name) ? undefined : name.text;
  return textOf(reader, name.expression);
}

/** What statements write into the object that the variables in `steps` hold, in the order of the text. */
function addMutations(sink: Sink, steps: readonly Step[], part: Part): void {
  const { reader } = sink;
  const all = steps.flatMap((step) => {
    const { holder } = step;
    if (holder.kind !== 'declaration') return [];
    return reader.world.mutations(holder.declaration).map((mutation) => ({ step, mutation }));
  });
  all.sort((a, b) => (isSameFile(a.mutation.at, b.mutation.at) ? a.mutation.at.pos - b.mutation.at.pos : 0));
  const seen = new Set<ts.Node>();
  for (const { step, mutation } of all) {
    // One object, by several names.
    const { kind, value, at } = mutation;
    const rest = restOf(mutation, step.path);
    if (!rest || seen.has(value ?? at)) continue;
    seen.add(value ?? at);
    const effect = effectOf(reader.world, mutation, part.from);
    if (effect === 'never') continue;
    const isConditional = part.isConditional || effect === 'maybe';
    const [key] = rest;
    if (kind === 'merge' && value)
      addObject(sink, value, { from: at, by: 'assigned', steps: [...part.steps, ...steps], isConditional });
    else if (kind === 'set' && key !== undefined)
      sink.entries.push({
        key,
        value,
        at,
        by: 'assigned',
        steps: [...part.steps, ...withKey(steps, key)],
        isConditional,
      });
    else
      sink.entries.push({
        key: undefined,
        kind: 'object',
        why: `the object is changed in ${placeText(reader, at)}`,
        at,
      });
  }
}

/**
 * What a mutation changes in the object at `path` of a variable: one property, or (empty) any of them. Undefined where it changes
 * something else, or something deeper inside.
 */
function restOf({ kind, path: changed }: Mutation, path: readonly string[]): readonly string[] | undefined {
  const shared = Math.min(changed.length, path.length);
  if (!path.slice(0, shared).every((name, i) => changed[i] === name)) return undefined;
  const rest = changed.slice(path.length);
  if (changed.length <= path.length && kind === 'set') return [];
  if (changed.length < path.length) return kind === 'any' ? [] : undefined;
  return rest.length <= (kind === 'set' ? 1 : 0) ? rest : undefined;
}

function isSameFile(a: ts.Node, b: ts.Node): boolean {
  return a.getSourceFile() === b.getSourceFile();
}
