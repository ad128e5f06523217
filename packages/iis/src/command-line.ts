import type { Span } from '@shortfuse/core';
import type { SslBinding } from './http-sys.js';
import { contentOf, factsOfWrite, type RegistryFact, type Word } from './registry.js';
import { obstacle, type Rewrite, type Rewritten, type Slot, slotsFor } from './spelling.js';

/** What a script does. */
export interface ScriptResult {
  readonly facts: readonly RegistryFact[];
  readonly bindings: readonly SslBinding[];
}

/**
 * What one call of reg.exe or netsh does; `words` begins with the program. Undefined where it is another program.
 * Sources: windows-commands/reg-add.md, reg-delete.md and netsh-http.md of windowsserverdocs.
 */
export function readCommand(
  words: readonly Word[],
  span: Span,
  condition: string | undefined,
): ScriptResult | undefined {
  const program = words[0]?.text
    .toLowerCase()
    .replace(/^.*[\\/]/, '')
    .replace(/\.exe$/, '');
  if (program === 'reg') return { facts: readReg(words.slice(1), span, condition), bindings: [] };
  if (program === 'netsh') {
    const binding = readSslCert(words.slice(1), span, condition);
    return { facts: [], bindings: binding ? [binding] : [] };
  }
  return undefined;
}

function readReg([verb, path, ...options]: readonly Word[], span: Span, condition: string | undefined): RegistryFact[] {
  const action = verb?.text.toLowerCase();
  if (!verb || !path || (action !== 'add' && action !== 'delete')) return [];
  const flag = (letter: string): Word | undefined => options.find(({ text }) => text.toLowerCase() === letter);
  const option = (letter: string): Word | undefined => {
    const at = flag(letter);
    return at && options[options.indexOf(at) + 1];
  };
  const has = (letter: string): boolean => flag(letter) !== undefined;
  const extra = condition === undefined ? {} : { condition };
  const name = option('/v');
  // All values of the key go, the key and its subkeys stay.
  if (action === 'delete' && has('/va'))
    return factsOfWrite({
      ...{ path, name: { text: 'ServerCacheTime', span, isOpen: false }, action: 'delete', base: 'number' },
      ...{
        defaultType: 'REG_SZ',
        span,
        statement: span,
        rewrite: () => obstacle('/va deletes every value of the key'),
        ...extra,
      },
    });
  if (action === 'delete' && has('/ve')) return [];
  const data = option('/d');
  const type = option('/t');
  return factsOfWrite({
    path,
    name,
    action: action === 'add' ? 'set' : 'delete',
    ...(data ? { data } : {}),
    ...(type ? { type: type.text } : {}),
    base: 'number',
    defaultType: 'REG_SZ',
    span,
    statement: span,
    rewrite: (from) => slotsOfReg(from, { verb, name: flag('/v'), type, data: data && flag('/d'), number: data }),
    ...extra,
  });
}

interface RegWords {
  readonly verb: Word;
  /** The switches themselves; `type` and `number` are what stands behind theirs. */
  readonly name: Word | undefined;
  readonly data: Word | undefined;
  readonly type: Word | undefined;
  readonly number: Word | undefined;
}

/** Puts in what is missing before the switch that is there, so that no quote or continuation is in the way. */
function slotsOfReg(from: Rewritten, { verb, name, type, data, number }: RegWords): Rewrite {
  if (from === 'deleteValue') {
    if (!name) return obstacle('no value is named');
    return slotsFor(
      { span: contentOf(verb), before: 'add' },
      { span: name.span, before: '/t REG_DWORD /d ', number: 'decimal', after: ` ${name.text}` },
    );
  }
  if (!number || !data) return obstacle('no data is given with /d');
  if (number.isOpen) return obstacle(`the data comes from ${number.text}`);
  const slots: Slot[] = [{ span: contentOf(number), number: 'decimal' }];
  if (from === 'wrongType')
    slots.push(
      type ? { span: contentOf(type), before: 'REG_DWORD' } : { span: data.span, before: `/t REG_DWORD ${data.text}` },
    );
  return slotsFor(...slots);
}

/** `http add|update|delete sslcert name=value …`, with or without the `netsh` of a command line before it. */
export function readSslCert(words: readonly Word[], span: Span, condition: string | undefined): SslBinding | undefined {
  const [context, verb, object, ...parameters] = words;
  const action = verb?.text.toLowerCase();
  if (context?.text.toLowerCase() !== 'http' || object?.text.toLowerCase() !== 'sslcert') return undefined;
  if (action !== 'add' && action !== 'update' && action !== 'delete') return undefined;
  const values = new Map<string, Word>();
  for (const word of parameters) {
    const split = word.text.indexOf('=');
    if (split > 0) values.set(word.text.slice(0, split).toLowerCase(), { ...word, text: word.text.slice(split + 1) });
  }
  const key = (['hostnameport', 'ipport', 'ccs'] as const).find((name) => values.has(name));
  const target = key === undefined ? undefined : values.get(key);
  if (key === undefined || !target) return undefined;
  const flag = (name: string): boolean | 'unknown' | undefined => {
    const value = values.get(name);
    if (!value) return undefined;
    if (/^enable$/i.test(value.text)) return true;
    return /^disable$/i.test(value.text) ? false : 'unknown';
  };
  return {
    action,
    key,
    target: target.isOpen ? undefined : target.text.toLowerCase(),
    disablesSessionId: flag('disablesessionid'),
    enablesTickets: flag('enablesessionticket'),
    ticketsSwitch: switchAt(parameters, values.get('enablesessionticket')),
    span,
    ...(condition === undefined ? {} : { condition }),
  };
}

/** Where `enable` or `disable` stands; undefined where quotes or escapes within the word leave that open. */
function switchAt(parameters: readonly Word[], value: Word | undefined): Span | undefined {
  const word = value && parameters.find(({ span }) => span === value.span);
  if (!value || !word) return undefined;
  const { start, end } = contentOf(word);
  return end - start === word.text.length ? { start: end - value.text.length, end } : undefined;
}
