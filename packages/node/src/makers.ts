import { ts } from 'ts-morph';
import { declarationsOf } from './bindings.js';
import { bare, endOfText, memberName } from './expressions.js';
import { type Meaning, meaningOf } from './meaning.js';
import { decide, type Entry, type Shape, shapeOf } from './objects.js';
import type { Reader } from './reader.js';
import { evaluate, isFalsy } from './values.js';

export type Call = ts.CallExpression | ts.NewExpression;

/** A call that makes a TLS server, and the options that reach it. */
export interface Maker {
  readonly call: Call;
  /** As written, on one line, `new ` before a constructor. */
  readonly callee: string;
  readonly kind: 'node' | 'fastify' | 'nest' | 'hapi';
  /** The object with the options of the TLS server; undefined where none is given. */
  readonly options: ts.Expression | undefined;
  /** The program may take another way, on which no TLS server is made. */
  readonly isConditional: boolean;
  /** The framework's own options. */
  readonly outer: Shape | undefined;
}

/** Functions of Node.js whose first argument is the options of a TLS server. Source: Node's manual, experiments with 20, 22 and 24. */
const makers: Readonly<Record<string, readonly string[]>> = {
  https: ['createServer', 'Server'],
  tls: ['createServer', 'Server'],
  http2: ['createSecureServer'],
};

/** The last name of every callee that can make a server when it is called as a member. */
const memberNames = new Set(['createServer', 'createSecureServer', 'Server', 'server', 'create', 'fastify', 'default']);

/** What a call makes, where that is a TLS server. */
export function makerOf(reader: Reader, call: Call): Maker | undefined {
  const callee = bare(call.expression);
  if (ts.isPropertyAccessExpression(callee) || ts.isElementAccessExpression(callee)) {
    const name = memberName(callee);
    if (name === undefined || !memberNames.has(name)) return undefined;
  } else if (ts.isIdentifier(callee) ? !mayBeImported(reader, callee) : !ts.isCallExpression(callee)) return undefined;
  const made = packageOf(reader, callee);
  if (!made) return undefined;
  const { module, name } = made;
  const common = { call, callee: calleeText(call), isConditional: made.isConditional, outer: undefined };
  const [first] = call.arguments ?? [];
  if (makers[module]?.includes(name))
    return { ...common, kind: 'node', options: first && !isHandler(reader, first) ? first : undefined };
  if (module === 'fastify' && (name === '' || name === 'fastify'))
    return inOption(reader, common, 'fastify', first, 'https');
  if (/^(?:@hapi\/)?hapi$/.test(module) && /^[sS]erver$/.test(name))
    return inOption(reader, common, 'hapi', first, 'tls');
  if (module === '@nestjs/core' && name === 'NestFactory.create') return nestMaker(reader, common);
  return undefined;
}

/** By how the name is declared: most calls in a program are of its own functions, and nothing has to be looked up for them. */
function mayBeImported(reader: Reader, callee: ts.Identifier): boolean {
  const bindings = reader.world.bindings(reader.world.treeOf(callee));
  const [declaration] = (bindings && declarationsOf(bindings, callee)) ?? [];
  let root: ts.Node | undefined = declaration;
  while (root && ts.isBindingElement(root)) root = root.parent.parent;
  if (!root) return false;
  if (!ts.isVariableDeclaration(root))
    return (
      ts.isImportClause(root) ||
      ts.isImportSpecifier(root) ||
      ts.isNamespaceImport(root) ||
      ts.isImportEqualsDeclaration(root)
    );
  const made = root.initializer && bare(root.initializer);
  return !made || !(ts.isArrowFunction(made) || ts.isFunctionExpression(made) || ts.isClassExpression(made));
}

/** Names may be long where somebody calls what a function of a thousand lines gives. */
const longestCallee = 120;

function calleeText(call: Call): string {
  const text = endOfText(call.expression, longestCallee);
  return ts.isNewExpression(call) ? `new ${text}` : text;
}

/** The function of a package that an expression is; on one of two ways counts, too. */
function packageOf(
  reader: Reader,
  callee: ts.Expression,
): { readonly module: string; readonly name: string; readonly isConditional: boolean } | undefined {
  const meaning = meaningOf(reader, callee);
  if (meaning.kind === 'package') return { ...named(meaning), isConditional: false };
  // `(secure ? https : http).createServer(…)`, and a variable that is one or the other.
  if (!ts.isPropertyAccessExpression(callee) && meaning.kind !== 'expression') return undefined;
  const [object, member] = ts.isPropertyAccessExpression(callee)
    ? [callee.expression, callee.name.text]
    : [callee, undefined];
  for (const branch of branchesOf(reader, object)) {
    const one = meaningOf(reader, branch);
    if (one.kind !== 'package') continue;
    const { module, name } = named(member === undefined ? one : { ...one, path: [...one.path, member] });
    if (makers[module]?.includes(name)) return { module, name, isConditional: true };
  }
  return undefined;
}

function named({ module, path }: Meaning & { readonly kind: 'package' }): { module: string; name: string } {
  // ES modules find the whole CommonJS module under `default`.
  return { module, name: path.filter((name) => name !== 'default').join('.') };
}

function branchesOf(reader: Reader, node: ts.Expression): readonly ts.Expression[] {
  const meaning = meaningOf(reader, node);
  const inner = meaning.kind === 'expression' ? bare(meaning.node) : bare(node);
  if (ts.isConditionalExpression(inner)) return [inner.whenTrue, inner.whenFalse];
  if (ts.isBinaryExpression(inner) && /^(?:\|\||\?\?|&&)$/.test(inner.operatorToken.getText()))
    return [inner.left, inner.right];
  return [];
}

/** Is this argument the function that answers requests? */
function isHandler(reader: Reader, node: ts.Expression): boolean {
  const meaning = meaningOf(reader, node);
  if (meaning.kind === 'function') return true;
  if (meaning.kind !== 'expression') return false;
  const inner = bare(meaning.node);
  return ts.isArrowFunction(inner) || ts.isFunctionExpression(inner);
}

type Common = Omit<Maker, 'kind' | 'options'>;

/** A framework that makes a TLS server where the option `key` holds an object. Source: experiments with Fastify 5, NestJS 12, hapi 21. */
function inOption(
  reader: Reader,
  common: Common,
  kind: Maker['kind'],
  given: ts.Expression | undefined,
  key: string,
): Maker | undefined {
  if (!given) return undefined;
  const outer = shapeOf(reader, given, common.call);
  const chosen = lastEntry(outer, key);
  if (!chosen?.value) return undefined;
  const options = objectBranch(reader, chosen.value);
  if (!options) return undefined;
  const isConditional = common.isConditional || chosen.isConditional || options.isConditional;
  return { ...common, kind, outer, options: options.node, isConditional };
}

/** `NestFactory.create(App, { httpsOptions })`; an adapter of Fastify brings its own options, and `httpsOptions` beside it count for nothing. */
function nestMaker(reader: Reader, common: Common): Maker | undefined {
  const [, second, third] = common.call.arguments ?? [];
  if (!second) return undefined;
  const adapter = adapterOptions(reader, second);
  if (adapter) return inOption(reader, common, 'nest', adapter.given, 'https');
  return inOption(reader, common, 'nest', third ?? second, 'httpsOptions');
}

function adapterOptions(reader: Reader, node: ts.Expression): { given: ts.Expression | undefined } | undefined {
  const meaning = meaningOf(reader, node);
  if (meaning.kind !== 'expression') return undefined;
  const made = bare(meaning.node);
  if (!ts.isNewExpression(made)) return undefined;
  const maker = packageOf(reader, made.expression);
  return maker?.name === 'FastifyAdapter' ? { given: made.arguments?.[0] } : undefined;
}

function lastEntry({ entries }: Shape, key: string): Entry | undefined {
  const decision = decide({ entries: entries.filter((one): one is Entry => one.key === key) }, key, 'ignore');
  if (decision.kind === 'set') return decision.entry;
  return entries.findLast((one): one is Entry => one.key === key);
}

/** The object among the values that an option may have; undefined where it is certainly none. */
function objectBranch(
  reader: Reader,
  node: ts.Expression,
): { readonly node: ts.Expression; readonly isConditional: boolean } | undefined {
  const value = evaluate(reader, node);
  if (value.kind !== 'hidden' && (isFalsy(value) || value.kind !== 'other')) return undefined;
  const objects = branchesOf(reader, node).filter((branch) => {
    const one = evaluate(reader, branch);
    return one.kind === 'other' && one.what === 'an object';
  });
  const [only, another] = objects;
  return only && !another ? { node: only, isConditional: true } : { node, isConditional: false };
}
