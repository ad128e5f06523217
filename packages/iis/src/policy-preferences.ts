import { factsOfWrite, type RegistryFact, type RegistryWrite, type Word } from './registry.js';
import { elementsIn, type XmlElement } from './xml.js';

/**
 * Group Policy Preferences, Machine\Preferences\Registry\Registry.xml. The value of a REG_DWORD is hexadecimal whatever
 * displayDecimal says: that is only how the editor shows it. Items are applied in the order of the file.
 */
export function readPolicyPreferences(root: XmlElement): RegistryFact[] {
  const facts: RegistryFact[] = [];
  for (const element of elementsIn(root)) {
    if (element.name !== 'Properties' || element.parent?.name !== 'Registry') continue;
    const write = writeOf(element);
    if (!write) continue;
    const found = factsOfWrite(write);
    const disabled = around(element).find(({ attributes }) => attributes.get('disabled')?.value === '1');
    if (!disabled) facts.push(...found);
    else
      for (const { value, span } of found)
        facts.push({
          value,
          span,
          effect: { kind: 'ignored', why: `the ${disabled === element.parent ? 'item' : 'collection'} is disabled` },
        });
  }
  return facts;
}

function writeOf(element: XmlElement): RegistryWrite | undefined {
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
    ...(filters ? { condition: 'item-level targeting (Filters) decides which machines it reaches' } : {}),
  };
}

/** The Registry element around the properties and the collections around it. */
function around(element: XmlElement): XmlElement[] {
  const found: XmlElement[] = [];
  for (let next = element.parent; next; next = next.parent) found.push(next);
  return found;
}
