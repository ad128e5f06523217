/** An element: attributes in their order, `undefined` ones left out; children that are text or elements made by {@link element}. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
  readonly children: readonly (Element | string)[];
}

export function element(
  name: string,
  attributes: Element['attributes'] = {},
  children: Element['children'] = [],
): Element {
  return { name, attributes, children };
}

/** A document of XML 1.0 in UTF-8, indented by two. Text is never indented: blanks in it count. Ends with a newline. */
export function xmlDocument(root: Element): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${elementText(root, '')}\n`;
}

function elementText({ name, attributes, children }: Element, indent: string): string {
  const head = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${attributeText(String(value))}"`)
    .join('');
  if (children.length === 0) return `${indent}<${name}${head}/>`;
  const texts = children.filter((child) => typeof child === 'string');
  if (texts.length > 0) {
    const inner = children.map((child) => (typeof child === 'string' ? contentText(child) : elementText(child, '')));
    return `${indent}<${name}${head}>${inner.join('')}</${name}>`;
  }
  const inner = children.map((child) => (typeof child === 'string' ? '' : elementText(child, `${indent}  `)));
  return `${indent}<${name}${head}>\n${inner.join('\n')}\n${indent}</${name}>`;
}

/**
 * Text between tags. What XML 1.0 has no way to write, not even as a reference (most control characters, halves of surrogate
 * pairs, U+FFFE and U+FFFF; section 2.2), becomes readable: `\u{1b}`. A carriage return is a reference, because parsers read
 * a bare one as a line feed (2.11).
 */
export function contentText(text: string): string {
  return readable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

/** The same in double quotes, where parsers read bare tabs and line feeds as blanks (3.3.3). */
export function attributeText(text: string): string {
  return contentText(text).replaceAll('"', '&quot;').replaceAll('\t', '&#9;').replaceAll('\n', '&#10;');
}

function readable(text: string): string {
  return text.replace(
    /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
