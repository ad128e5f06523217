import type { Block, Script, ShellWord } from './powershell-syntax.js';

export type Constants = ReadonlyMap<string, string>;

/** Variables that are assigned once, a text in quotes. Parameters, loops and everything worked out are no constants. */
export function constantsOf({ statements }: Script): Constants {
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
export function settle(word: ShellWord, constants: Constants): ShellWord {
  if (!word.isOpen || word.text.startsWith('(') || word.text.startsWith('@')) return word;
  let isKnown = !word.text.includes('`');
  const text = word.text.replace(/\$\{?((?:\w+:)?\w+)\}?|\$/g, (whole, name?: string) => {
    const value = name === undefined ? undefined : constants.get(`$${name.toLowerCase()}`);
    if (value === undefined) isKnown = false;
    return value ?? whole;
  });
  return isKnown ? { ...word, text, isOpen: false, isString: true } : word;
}

/** What people call the block that a statement is in: `function Set-Lifetime`. */
export function namesAround(block: Block | undefined): string[] {
  const [keyword, name] = block?.kind === 'script' ? block.head : [];
  return keyword && name && /^(?:function|filter|configuration|node|x?registry)$/i.test(keyword.text)
    ? [`${keyword.text.toLowerCase()} ${name.text}`]
    : [];
}

/** The rest of a word from its unit `length` on, which are written as they are meant. */
export function wordFrom(word: ShellWord, length: number, text: string): ShellWord {
  return { ...word, text, span: { start: word.span.start + length, end: word.span.end } };
}
