import { type Constants, namesAround, settle, wordFrom } from './powershell-constants.js';
import type { Block, ShellWord, Statement } from './powershell-syntax.js';
import { contentOf, factsOfWrite, type RegistryFact } from './registry.js';
import { obstacle, type Rewrite, type Rewritten, type Slot, slotsFor } from './spelling.js';

/** Is this the block of a Registry resource of DSC 1.1? */
export function isRegistryResource({ kind, head }: Block): boolean {
  return kind === 'script' && /^x?registry$/i.test(head[0]?.text ?? '') && head.length <= 2;
}

/** `Registry Lifetime { Key = '…'; ValueName = '…'; ValueType = 'Dword'; ValueData = '60000' }` */
export function readResource(entries: readonly Statement[], constants: Constants): RegistryFact[] {
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
