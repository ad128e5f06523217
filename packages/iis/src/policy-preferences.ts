import { factsOfWrite, type RegistryFact, type RegistryWrite, type Word } from './registry.js';
import { obstacle, type Rewrite, type Rewritten, type Slot, slotsFor } from './spelling.js';
import { elementsIn, type XmlElement } from './xml.js';

/**
 * Group Policy Preferences, Machine\Preferences\Registry\Registry.xml. The value of a REG_DWORD is hexadecimal whatever
 * displayDecimal says: that is only how the editor shows it. Items are applied in the order of the file.
 */
export function readPolicyPreferences(root: XmlElement, text: string): RegistryFact[] {
  const facts: RegistryFact[] = [];
  for (const element of elementsIn(root)) {
    if (element.name !== 'Properties' || element.parent?.name !== 'Registry') continue;
    const write = writeOf(element, text);
    if (!write) continue;
    const found = factsOfWrite(write);
    const disabled = around(element).find(({ attributes }) => attributes.get('disabled')?.value === '1');
    if (!disabled) facts.push(...found);
    else
      for (const { written, ...fact } of found)
        facts.push({
          ...fact,
          ...(written ? { written: { ...written, rewrite: obstacle('it is disabled') } } : {}),
          effect: { kind: 'ignored', why: `the ${disabled === element.parent ? 'item' : 'collection'} is disabled` },
        });
  }
  return facts;
}

function writeOf(element: XmlElement, text: string): RegistryWrite | undefined {
  const attribute = (name: string): Word | undefined => {
    const found = element.attributes.get(name);
    // %NAME% is replaced on the machine.
    return found && { text: found.value, span: found.span, isOpen: /%\w+%/.test(found.value) };
  };
  const hive = attribute('hive');
  const key = attribute('key');
  if (!hive || !key) return undefined;
  const name = attribute('name');
  const data = attribute('value');
  const type = attribute('type');
  const filters = around(element).some(({ children }) => children.some((child) => child.name === 'Filters'));
  const isDefault = attribute('default')?.text === '1';
  return {
    path: { text: `${hive.text}\\${key.text}`, span: key.span, isOpen: key.isOpen },
    name: name === undefined || (name.text === '' && !isDefault) ? undefined : name,
    // U, update, where nothing is said; R deletes and makes anew; C makes it where there is none.
    action: attribute('action')?.text.toUpperCase() === 'D' ? 'delete' : 'set',
    ...(data ? { data } : {}),
    ...(type ? { type: type.text } : {}),
    base: 'hex',
    defaultType: 'REG_SZ',
    span: element.tag,
    statement: { start: element.parent?.tag.start ?? element.tag.start, end: element.tag.end },
    within: namesOf(element),
    rewrite: (from) => rewriteOf(from, element, text),
    ...(filters ? { condition: 'item-level targeting (Filters) decides which machines it reaches' } : {}),
  };
}

/** The collections it is in, then the item by its id, which stays when somebody renames or moves it. */
function namesOf(element: XmlElement): string[] {
  return around(element)
    .filter(({ name }) => name === 'Registry' || name === 'Collection')
    .map(({ name, attributes }) => `${name} ${(attributes.get('uid') ?? attributes.get('name'))?.value ?? ''}`.trim())
    .reverse();
}

/** Attributes that are missing go behind the name. Update sets a value whether or not it is there. */
function rewriteOf(from: Rewritten, { attributes }: XmlElement, text: string): Rewrite {
  const action = attributes.get('action');
  if (action?.value.toUpperCase() === 'C')
    return obstacle(
      'action C makes the value where there is none, and machines that have it keep theirs',
      'set the item to Update (action="U") first, then run the patch again',
    );
  const value = attributes.get('value');
  if (from === 'set') return value ? slotsFor({ span: value.span, number: 'HEX8' }) : obstacle('the item has no value');
  const name = attributes.get('name');
  if (!name) return obstacle('the item has no name');
  const slots: Slot[] = value ? [{ span: value.span, number: 'HEX8' }] : [];
  const type = attributes.get('type');
  if (type) slots.push({ span: type.span, before: 'REG_DWORD' });
  if (action && from === 'deleteValue') slots.push({ span: action.span, before: 'U' });
  const quote = text.charAt(name.span.end);
  const named = text.slice(name.span.start, name.span.end) + (type ? '' : `${quote} type=${quote}REG_DWORD`);
  if (!value) slots.push({ span: name.span, before: `${named}${quote} value=${quote}`, number: 'HEX8' });
  else if (!type) slots.push({ span: name.span, before: named });
  return slotsFor(...slots);
}

/** The Registry element around the properties and the collections around it. */
function around(element: XmlElement): XmlElement[] {
  const found: XmlElement[] = [];
  for (let next = element.parent; next; next = next.parent) found.push(next);
  return found;
}
