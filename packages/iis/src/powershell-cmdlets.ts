import type { Span } from '@shortfuse/core';
import { type Constants, settle, wordFrom } from './powershell-constants.js';
import type { ShellWord } from './powershell-syntax.js';
import { contentOf, factsOfWrite, type RegistryFact } from './registry.js';
import { obstacle, type Rewrite, type Rewritten, slotsFor } from './spelling.js';

/** A call of a cmdlet and what is around it. */
export interface CmdletCall {
  readonly command: ShellWord;
  readonly rest: readonly ShellWord[];
  readonly constants: Constants;
  readonly span: Span;
  readonly condition: string | undefined;
  readonly text: string;
  readonly within: readonly string[];
}

/** What one of the item cmdlets, or those of ticket keys, does; undefined where it is another. */
export function readCmdlet(call: CmdletCall): RegistryFact[] | undefined {
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
