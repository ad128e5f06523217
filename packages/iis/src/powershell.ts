import type { Span } from '@shortfuse/core';
import { readCommand, type ScriptResult } from './command-line.js';
import type { SslBinding } from './http-sys.js';
import { guarded } from './powershell-guards.js';
import { type Block, readScript, type Script, type ShellWord, type Statement } from './powershell-syntax.js';
import { contentOf, factsOfWrite, type RegistryFact } from './registry.js';
import { obstacle, type Rewrite, type Rewritten, type Slot, slotsFor } from './spelling.js';

/**
 * Reads what a PowerShell script does to Schannel: the item cmdlets of the registry, reg.exe, netsh and the Registry resource
 * of DSC 1.1. A path or name in a variable that is given one literal value in the whole script is known; a number in a variable
 * never is. Sources: the reference of New-ItemProperty and Set-ItemProperty, registryResource.md of PowerShell-Docs-DSC.
 */
export function readPowerShell(text: string): ScriptResult {
  const script = readScript(text);
  const constants = constantsOf(script);
  const facts: RegistryFact[] = commentedOut(text, script);
  const bindings: SslBinding[] = [];
  const resources = new Map<Block, Statement[]>();
  let leaves: string | undefined;
  for (const written of script.statements) {
    const { block } = written;
    const statement = leaves === undefined ? written : { ...written, condition: leaves };
    const word = written.words[0]?.text.toLowerCase() ?? '';
    if (block === undefined && /^(?:exit|return|throw)$/.test(word)) leaves = `"${word}" stands before it`;
    if (block && isRegistryResource(block)) {
      const entries = resources.get(block);
      if (entries) entries.push(statement);
      else resources.set(block, [statement]);
      continue;
    }
    const found = readStatement(text, statement, constants);
    facts.push(...found.facts);
    bindings.push(...found.bindings);
  }
  for (const entries of resources.values()) facts.push(...readResource(entries, constants));
  return { facts: facts.sort((a, b) => a.span.start - b.span.start), bindings };
}

type Constants = ReadonlyMap<string, string>;

/** Variables that are assigned once, a text in quotes. Parameters, loops and everything worked out are no constants. */
function constantsOf({ statements }: Script): Constants {
  const values = new Map<string, string | undefined>();
  for (const { words, condition } of statements) {
    const [name, equals, value, more] = words;
    if (!name?.text.startsWith('$')) continue;
    const key = name.text.toLowerCase();
    if (equals?.text !== '=') {
      if (equals !== undefined && /^[-+*/%]?=|^\+\+|^in$/i.test(equals.text)) values.set(key, undefined);
      continue;
    }
    const isLiteral = value?.isString === true && !value.isOpen && more === undefined && condition === undefined;
    const literal = isLiteral ? value.text : undefined;
    values.set(key, values.has(key) && values.get(key) !== literal ? undefined : literal);
  }
  return new Map([...values].flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
}

/** The word with constants put in; still open where something else is in it. */
function settle(word: ShellWord, constants: Constants): ShellWord {
  if (!word.isOpen || word.text.startsWith('(') || word.text.startsWith('@')) return word;
  let isKnown = !word.text.includes('`');
  const text = word.text.replace(/\$\{?((?:\w+:)?\w+)\}?|\$/g, (whole, name?: string) => {
    const value = name === undefined ? undefined : constants.get(`$${name.toLowerCase()}`);
    if (value === undefined) isKnown = false;
    return value ?? whole;
  });
  return isKnown ? { ...word, text, isOpen: false, isString: true } : word;
}

const nothing: ScriptResult = { facts: [], bindings: [] };

function readStatement(text: string, statement: Statement, constants: Constants): ScriptResult {
  const { condition } = statement;
  const isAssignment = statement.words[0]?.text.startsWith('$') === true && statement.words[1]?.text === '=';
  const words = isAssignment ? statement.words.slice(2) : statement.words;
  const [command, ...rest] = words;
  const last = words.at(-1);
  if (!command || !last) return nothing;
  const span = { start: command.span.start, end: last.span.end };
  const extra = condition === undefined ? {} : { condition };
  const external = readCommand(words, span, condition);
  if (external) return { ...external, facts: guarded(text, statement.block, external.facts) };
  const facts = readCmdlet({ command, rest, constants, span, condition, text, within: namesAround(statement.block) });
  if (facts) return { facts: guarded(text, statement.block, facts), bindings: [] };
  if (isAssignment || !mightWrite(statement)) return nothing;
  const why = 'only running the script would tell what it does with ServerCacheTime here';
  return { facts: [{ value: 'ServerCacheTime', effect: { kind: 'unknown', why }, span, ...extra }], bindings: [] };
}

/** A statement that names the value and is neither a look at it nor talk about it. */
function mightWrite({ words }: Statement): boolean {
  if (!words.some(({ text }) => /servercachetime/i.test(text))) return false;
  return !/^(?:\[?(?:get|test|write|out|select|where|format|assert|should|describe|context|it|echo|return|throw|if|elseif|while|switch|foreach|reg|\$)|\()/i.test(
    words[0]?.text ?? '',
  );
}

/** What people call the block that a statement is in: `function Set-Lifetime`. */
function namesAround(block: Block | undefined): string[] {
  const [keyword, name] = block?.kind === 'script' ? block.head : [];
  return keyword && name && /^(?:function|filter|configuration|node|x?registry)$/i.test(keyword.text)
    ? [`${keyword.text.toLowerCase()} ${name.text}`]
    : [];
}

interface CmdletCall {
  readonly command: ShellWord;
  readonly rest: readonly ShellWord[];
  readonly constants: Constants;
  readonly span: Span;
  readonly condition: string | undefined;
  readonly text: string;
  readonly within: readonly string[];
}

function readCmdlet(call: CmdletCall): RegistryFact[] | undefined {
  const { rest, constants, span, condition, within } = call;
  const command = call.command.text.toLowerCase();
  const isTrial = rest.some(({ text, isString }) => !isString && /^-whatif$/i.test(text));
  const doubt = isTrial ? '-WhatIf only says what would be done' : condition;
  const extra = doubt === undefined ? {} : { condition: doubt };
  if (/^(?:enable|new)-tlssessionticketkey$/.test(command))
    return [{ value: 'ServerCacheTime', effect: { kind: 'ticketKey' }, span, ...extra }];
  const verb = cmdlets.get(command);
  if (verb === undefined) return undefined;
  const parameters = parametersOf(
    rest,
    verb === 'set' ? ['path', 'name', 'value'] : verb === 'removeItem' ? ['path'] : ['path', 'name'],
  );
  const path = parameters.get('path');
  const written = parameters.get('name');
  if (!path) return undefined;
  const name = written && settle(written, constants);
  const data = parameters.get('value');
  const type = parameters.get('type');
  const common = {
    path: absolute(settle(path, constants)),
    span,
    statement: span,
    within,
    base: 'number',
    ...extra,
    rewrite: (from: Rewritten) => rewriteOfCmdlet(from, verb, call, { name: written, data, type }),
  } as const;
  if (verb === 'removeItem')
    return factsOfWrite({ ...common, name: undefined, action: 'delete', defaultType: 'REG_SZ' });
  // Without a name there is nothing to understand: splatting, or a pipeline that brings it.
  if (!name) return undefined;
  if (verb === 'remove') return factsOfWrite({ ...common, name, action: 'delete', defaultType: 'REG_SZ' });
  if (type?.isOpen)
    return factsOfWrite({ ...common, name, action: 'set', data: type, type: 'DWord', defaultType: 'REG_DWORD' });
  return factsOfWrite({
    ...common,
    name,
    action: 'set',
    ...(data ? { data } : {}),
    ...(type ? { type: type.text } : {}),
    // Without a type the kind of the value decides: a number becomes a REG_DWORD, a text a REG_SZ.
    defaultType: data?.isString === true && !data.isOpen ? 'REG_SZ' : 'REG_DWORD',
  });
}

function rewriteOfCmdlet(
  from: Rewritten,
  verb: CmdletVerb,
  { command, rest, text }: CmdletCall,
  { name, data, type }: Readonly<Record<'name' | 'data' | 'type', ShellWord | undefined>>,
): Rewrite {
  if (from === 'deleteValue') {
    if (!name || /^\s*,/.test(text.slice(name.span.end, name.span.end + 100)))
      return obstacle('the cmdlet removes several values, and one that sets a value takes a single name');
    return slotsFor({ span: command.span, before: 'Set-ItemProperty -Type DWord -Value ', number: 'decimal' });
  }
  if (verb === 'new' && !isForced(rest))
    return obstacle(
      'without -Force New-ItemProperty fails where the value is there already, so such machines keep theirs',
      'add -Force to it first, then run the patch again',
    );
  if (!data) return obstacle('no value is given');
  if (data.isOpen) return obstacle(`the value comes from ${data.text}`);
  if (from === 'set') return slotsFor({ span: contentOf(data), number: 'decimal' });
  if (type) return slotsFor({ span: contentOf(data), number: 'decimal' }, { span: contentOf(type), before: 'DWord' });
  const after = verb === 'new' ? ' -PropertyType DWord' : ' -Type DWord';
  return slotsFor({ span: data.span, number: 'decimal', after });
}

/** PowerShell takes a parameter's name shortened. */
function isForced(rest: readonly ShellWord[]): boolean {
  return rest.some(({ text, isString }) => !isString && /^-fo(?:r(?:ce?)?)?(?::\$true)?$/i.test(text));
}

/** A path below the current location is as open as a variable. */
function absolute(path: ShellWord): ShellWord {
  return path.isOpen || path.text.includes(':') ? path : { ...path, isOpen: true };
}

type CmdletVerb = 'set' | 'new' | 'remove' | 'removeItem';

const cmdlets: ReadonlyMap<string, CmdletVerb> = new Map([
  ['set-itemproperty', 'set'],
  ['sp', 'set'],
  ['new-itemproperty', 'new'],
  ['remove-itemproperty', 'remove'],
  ['rp', 'remove'],
  ['remove-item', 'removeItem'],
  ['ri', 'removeItem'],
]);

const switches = /^-(?:force|passthru|whatif|confirm|recurse|verbose|debug)$/i;
const parameterNames: readonly (readonly [name: string, meaning: string])[] = [
  ['path', 'path'],
  ['literalpath', 'path'],
  ['pspath', 'path'],
  ['name', 'name'],
  ['value', 'value'],
  ['type', 'type'],
  ['propertytype', 'type'],
];

function parametersOf(words: readonly ShellWord[], positions: readonly string[]): Map<string, ShellWord> {
  const found = new Map<string, ShellWord>();
  const positional: ShellWord[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (!word) continue;
    if (word.isString || !/^-[a-z]/i.test(word.text)) {
      if (!/^(?:\d?>|\d>&\d|\$null)/.test(word.text)) positional.push(word);
      continue;
    }
    if (switches.test(word.text)) continue;
    const [written = '', ...attached] = word.text.slice(1).split(':');
    const meaning = parameterNames.find(([name]) => name.startsWith(written.toLowerCase()))?.[1];
    // -Value:60000
    const value =
      attached.length > 0 && attached.join('') !== ''
        ? wordFrom(word, written.length + 2, attached.join(':'))
        : words[++i];
    if (meaning !== undefined && value) found.set(meaning, value);
  }
  for (const name of positions) {
    if (found.has(name)) continue;
    const next = positional.shift();
    if (next) found.set(name, next);
  }
  return found;
}

/** The rest of a word from its unit `length` on, which are written as they are meant. */
function wordFrom(word: ShellWord, length: number, text: string): ShellWord {
  return { ...word, text, span: { start: word.span.start + length, end: word.span.end } };
}

function isRegistryResource({ kind, head }: Block): boolean {
  return kind === 'script' && /^x?registry$/i.test(head[0]?.text ?? '') && head.length <= 2;
}

/** `Registry Lifetime { Key = '…'; ValueName = '…'; ValueType = 'Dword'; ValueData = '60000' }` */
function readResource(entries: readonly Statement[], constants: Constants): RegistryFact[] {
  const values = new Map<string, ShellWord>();
  for (const { words } of entries) {
    const [name, equals, value] = words;
    if (name && equals?.text === '=' && value) values.set(name.text.toLowerCase(), value);
    else if (name?.text.includes('=')) {
      const split = name.text.indexOf('=');
      values.set(name.text.slice(0, split).toLowerCase(), wordFrom(name, split + 1, name.text.slice(split + 1)));
    }
  }
  const first = entries[0]?.words[0];
  const last = entries.at(-1)?.words.at(-1);
  const key = values.get('key');
  if (!first || !last || !key) return [];
  const name = values.get('valuename');
  const data = values.get('valuedata');
  const type = values.get('valuetype');
  const ensure = values.get('ensure');
  const condition = entries[0]?.condition;
  const isAbsent = ensure?.text.toLowerCase() === 'absent';
  const isHex = /^\$true$/i.test(values.get('hex')?.text ?? '');
  const statement = { start: first.span.start, end: last.span.end };
  return factsOfWrite({
    path: settle(key, constants),
    name: name?.text === '' ? undefined : name && settle(name, constants),
    action: isAbsent ? 'delete' : 'set',
    ...(data ? { data } : {}),
    ...(type ? { type: type.text } : {}),
    base: isHex ? 'hex' : 'number',
    defaultType: 'REG_SZ',
    span: ensure && isAbsent ? ensure.span : statement,
    statement,
    within: namesAround(entries[0]?.block),
    rewrite: (from) => rewriteOfResource(from, { data, type, ensure, isHex }),
    ...(condition === undefined ? {} : { condition }),
  });
}

/** Entries of a resource are parted by line ends or semicolons, so what is missing goes behind what is there. */
function rewriteOfResource(
  from: Rewritten,
  {
    data,
    type,
    ensure,
    isHex,
  }: Readonly<Record<'data' | 'type' | 'ensure', ShellWord | undefined>> & { readonly isHex: boolean },
): Rewrite {
  if (data?.isOpen) return obstacle(`the data comes from ${data.text}`);
  const number = isHex ? 'hex' : 'decimal';
  const prefix = isHex && /^0x/i.test(data?.text ?? '') ? '0x' : '';
  const slots: Slot[] = [];
  if (data) {
    const isTyped = from === 'set' || type !== undefined;
    if (isTyped) slots.push({ span: contentOf(data), before: prefix, number });
    else slots.push({ span: data.span, before: `'${prefix}`, number, after: "'; ValueType = 'Dword'" });
  }
  if (type && from !== 'set') slots.push({ span: contentOf(type), before: 'Dword' });
  if (from !== 'deleteValue') return data ? slotsFor(...slots) : obstacle('no ValueData is given');
  if (!ensure) return obstacle('no Ensure is given');
  const missingType = type || data ? '' : "; ValueType = 'Dword'";
  slots.push(
    data
      ? { span: contentOf(ensure), before: 'Present' }
      : { span: ensure.span, before: `'Present'${missingType}; ValueData = '`, number, after: "'" },
  );
  return slotsFor(...slots);
}

function commentedOut(text: string, { comments }: Script): RegistryFact[] {
  const line = /(?:(?:set|new)-itemproperty\b|\breg(?:\.exe)?\s+add\b)[^\r\n]{0,500}?servercachetime/gi;
  return comments.flatMap(({ start, end }) =>
    [...text.slice(start, end).matchAll(line)].map(({ index, 0: found }): RegistryFact => {
      const from = start + index;
      return {
        value: 'ServerCacheTime',
        effect: { kind: 'ignored', why: 'comment' },
        span: { start: from, end: from + found.length },
      };
    }),
  );
}
