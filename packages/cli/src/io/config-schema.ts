import { isAbsolute, join, resolve } from 'node:path';
import {
  decode,
  hasWildcards,
  positionOf,
  presetNames,
  type ResolveOptions,
  type Rule,
  type RuleOption,
  readDuration,
  readRuleOption,
  rules,
  type SourceFile,
  suggestion,
} from '@shortfuse/core';
import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import * as v from 'valibot';
import { readDefine } from '../define.js';
import { UsageError } from '../exit.js';
import { isAddress } from './addresses.js';
import type { Config, RuleSetting } from './config.js';
import { withoutSlash } from './paths.js';

const text = v.pipe(v.string('must be a string'), v.nonEmpty('must not be empty'));
const texts = v.array(text, 'must be a list of strings');

const level = v.picklist(['off', 'warning', 'error']);

/** A severity, or a list of it and the options of the rule. What is wrong with an option stands at the option. */
function ruleSetting({ id, options = {} }: Rule) {
  return v.pipe(
    v.custom<string | readonly unknown[]>(
      (value) => typeof value === 'string' || Array.isArray(value),
      'must be "off", "warning" or "error", or a list of one of these and an object with the options of the rule',
    ),
    v.transform((value): readonly unknown[] => (typeof value === 'string' ? [value] : value)),
    v.rawTransform(({ dataset, addIssue, NEVER }): RuleSetting => {
      const [severity, given = {}, ...rest] = dataset.value;
      const read = v.safeParse(level, severity);
      if (!read.success || rest.length > 0 || !isRecord(given) || Array.isArray(given)) {
        addIssue({
          message:
            'must be "off", "warning" or "error", or a list of one of these and an object with the options of the rule',
        });
        return NEVER;
      }
      const values: Record<string, unknown> = {};
      const known: Readonly<Record<string, RuleOption>> = options;
      for (const [name, written] of Object.entries(given)) {
        const option = Object.hasOwn(known, name) ? known[name] : undefined;
        const value = option && readRuleOption(option, written);
        if (value !== undefined) values[name] = value;
        else
          addIssue({ message: optionMistake(id, name, known), path: optionPath(dataset.value, given, name, option) });
      }
      return { severity: read.output, options: values };
    }),
  );
}

function optionMistake(rule: string, name: string, known: Readonly<Record<string, RuleOption>>): string {
  const names = Object.keys(known);
  if (names.includes(name)) return 'is no duration: write "60s", "5m", "1h30m", "1d" or a number of seconds';
  return names.length === 0
    ? `is unknown: ${rule} has no options`
    : `is no option of ${rule}${suggestion(name, names)}: there is ${names.join(', ')}`;
}

/** Options stand in the second place of the list. An unknown one is wrong as a whole, else its value is. */
function optionPath(
  list: readonly unknown[],
  given: Record<string, unknown>,
  name: string,
  option: RuleOption | undefined,
) {
  return [
    { type: 'array', origin: 'value', input: [...list], key: 1, value: given },
    { type: 'object', origin: option ? 'value' : 'key', input: given, key: name, value: given[name] },
  ] as const satisfies [v.IssuePathItem, v.IssuePathItem];
}

const duration = v.pipe(
  v.union([v.string(), v.number()], 'must be a duration such as "60s", "5m" or "1d", or a number of seconds'),
  v.transform((value) => (typeof value === 'number' ? (isWhole(value) ? value : undefined) : readDuration(value))),
  v.number('is no duration: write "60s", "5m", "1h30m", "1d" or a number of seconds'),
);

/** An object with these keys and no others. valibot takes a list for an object, people do not. */
function object<const Entries extends v.ObjectEntries>(entries: Entries, message = 'must be an object') {
  return v.pipe(v.custom<Record<string, unknown>>(isObject, message), v.strictObject(entries));
}

function isObject(value: unknown): boolean {
  return isRecord(value) && !Array.isArray(value);
}

function isWhole(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

const nginx = object({
  entry: v.optional(texts),
  version: v.optional(
    v.pipe(v.string('must be a string'), v.regex(/^\d+\.\d+(\.\d+)?$/, 'must be a version such as "1.22.1"')),
  ),
});

const apache = object({
  entry: v.optional(texts),
  serverRoot: v.optional(text),
  defines: v.optional(texts),
});

const byMachine = v.pipe(
  v.custom<Record<string, unknown>>(isObject, 'must be an object from names of machines to files and folders'),
  v.record(v.string(), texts),
);
const f5 = object({ devices: v.optional(byMachine) });
const iis = object({ machines: v.optional(byMachine) });

const hosts = v.pipe(
  v.custom<Record<string, unknown>>(isObject, 'must be an object from listeners to lists of their addresses'),
  v.record(
    v.string(),
    v.array(
      v.pipe(
        v.string('must be a string'),
        v.check(isAddress, 'must be an address, with or without a port: 203.0.113.10 or [2001:db8::5]:443'),
      ),
      'must be a list of addresses',
    ),
  ),
);

const schema = object({
  $schema: v.optional(v.string('must be a string')),
  target: v.optional(duration),
  include: v.optional(texts),
  exclude: v.optional(texts),
  preset: v.optional(
    v.picklist(presetNames, `must be ${presetNames.map((name) => JSON.stringify(name)).join(' or ')}`),
  ),
  rules: v.optional(
    object(
      Object.fromEntries(rules.map((rule) => [rule.id, v.optional(ruleSetting(rule))])),
      'must be an object from rule names to levels',
    ),
  ),
  roots: v.optional(
    v.pipe(
      v.custom<Record<string, unknown>>(isObject, 'must be an object from server paths to folders'),
      v.record(v.pipe(v.string(), v.regex(/^([A-Za-z]:)?[\\/]/, 'must be an absolute path on the server')), text),
    ),
  ),
  hosts: v.optional(hosts),
  servers: v.optional(
    object({ nginx: v.optional(nginx), apache: v.optional(apache), f5: v.optional(f5), iis: v.optional(iis) }),
  ),
});

/** A configuration file: its text, its path as people are shown it, and the folder that its relative paths start at. */
export interface ConfigFile {
  readonly text: string;
  readonly shown: string;
  readonly folder: string;
}

/**
 * Reads JSON with comments and trailing commas and checks every key and value.
 * @throws UsageError naming the place of each mistake
 */
export function parseConfig({ text, shown, folder }: ConfigFile): Config {
  const file = decode(shown, Buffer.from(text));
  const errors: ParseError[] = [];
  const tree = parseTree(file.text, errors, { allowTrailingComma: true, allowEmptyContent: false });
  const [error] = errors;
  if (error || !tree) {
    const what = error
      ? printParseErrorCode(error.error)
          .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
          .trim()
      : 'empty';
    throw new UsageError(line(file, error?.offset ?? 0, `not JSON: ${what}`));
  }
  const repeated = repeatedKeys(tree);
  if (repeated.length > 0)
    throw new UsageError(
      repeated.map((key) => line(file, key.offset, `${JSON.stringify(key.value)} is there twice`)).join('\n'),
    );
  const result = v.safeParse(schema, getNodeValue(tree));
  if (!result.success) throw new UsageError(result.issues.map((issue) => mistake(file, tree, issue)).join('\n'));
  return configOf(result.output, folder);
}

function configOf(output: v.InferOutput<typeof schema>, folder: string): Config {
  const {
    target,
    include = [],
    exclude = [],
    preset,
    rules: settings = {},
    roots = {},
    hosts = {},
    servers = {},
  } = output;
  const entries = (paths: readonly string[] = []): string[] => paths.map((path) => resolve(folder, path));
  const groups = (named: Readonly<Record<string, readonly string[]>> = {}): ReadonlyMap<string, readonly string[]> =>
    new Map(Object.entries(named).map(([name, paths]) => [name, entries(paths)]));
  const options = new Map<string, ResolveOptions>();
  if (servers.nginx) {
    const { entry, version } = servers.nginx;
    options.set('nginx', {
      entries: entries(entry),
      defines: new Map(),
      ...(version === undefined ? {} : { version }),
    });
  }
  if (servers.apache) {
    const { entry, serverRoot, defines = [] } = servers.apache;
    options.set('apache', {
      entries: entries(entry),
      defines: new Map(defines.map(readDefine)),
      ...(serverRoot === undefined ? {} : { serverRoot: resolve(folder, serverRoot) }),
    });
  }
  return {
    ...(target === undefined ? {} : { targetSeconds: target }),
    include: include.map((path) => below(folder, path)),
    exclude: exclude.map((pattern) => below(folder, pattern)),
    ...(preset === undefined ? {} : { preset }),
    rules: new Map(Object.entries(settings).flatMap(([id, setting]) => (setting ? [[id, setting] as const] : []))),
    roots: Object.entries(roots).map(([serverPath, path]) => ({
      serverPath: withoutSlash(serverPath),
      folder: resolve(folder, path),
    })),
    hosts: new Map(Object.entries(hosts)),
    servers: options,
    machines: new Map([
      ['f5', groups(servers.f5?.devices)],
      ['iis', groups(servers.iis?.machines)],
    ]),
  };
}

/** A path or glob that starts at `folder`, whose own name is no pattern whatever is in it. */
function below(folder: string, pattern: string): string {
  if (isAbsolute(pattern)) return pattern;
  const isPattern = hasWildcards(pattern) || pattern.includes('{');
  return join(isPattern ? folder.replace(/[*?[\]{}()!]/g, '\\$&') : folder, pattern);
}

function mistake(file: SourceFile, tree: Node, issue: v.BaseIssue<unknown>): string {
  const path = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
  const node = findNodeAtLocation(tree, path) ?? tree;
  const isKey = issue.path?.at(-1)?.origin === 'key';
  const offset = isKey ? (node.parent?.children?.[0]?.offset ?? node.offset) : node.offset;
  const last = String(path.at(-1) ?? '');
  if (issue.type === 'strict_object' && isKey) {
    const known = knownKeys(path.slice(0, -1));
    return line(
      file,
      offset,
      `unknown key ${JSON.stringify(last)}${suggestion(last, known)}`,
      `known: ${known.join(', ')}`,
    );
  }
  const what = path.length === 0 ? 'the configuration' : path.map(String).join('.');
  return line(file, offset, `${what} ${issue.message}`);
}

function line(file: SourceFile, offset: number, message: string, help?: string): string {
  const { line, column } = positionOf(file, offset);
  return `${file.path}:${line}:${column}: error: ${message}${help === undefined ? '' : `\n  help: ${help}`}`;
}

/** The keys that the object at `path` may have. */
function knownKeys(path: readonly (string | number)[]): string[] {
  let at: unknown = schema;
  for (const key of path) at = unwrapped(entriesOf(at)[key]);
  return Object.keys(entriesOf(at));
}

function entriesOf(value: unknown): Readonly<Record<string, unknown>> {
  const inner = isRecord(value) && Array.isArray(value['pipe']) ? value['pipe'].at(-1) : value;
  return isRecord(inner) && isRecord(inner['entries']) ? inner['entries'] : {};
}

function unwrapped(value: unknown): unknown {
  return isRecord(value) && 'wrapped' in value ? value['wrapped'] : value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Keys that their object already has: JSON allows them and keeps the last, people mean something else. */
function repeatedKeys(tree: Node): Node[] {
  const repeated: Node[] = [];
  const stack = [tree];
  for (let node = stack.pop(); node; node = stack.pop()) {
    const names = new Set<unknown>();
    for (const child of node.children ?? []) {
      const key = child.type === 'property' ? child.children?.[0] : undefined;
      if (key && names.has(key.value)) repeated.push(key);
      names.add(key?.value);
      stack.push(child);
    }
  }
  return repeated.sort((a, b) => a.offset - b.offset);
}
