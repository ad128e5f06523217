/** Reads `NAME` or `NAME=VALUE`; a name alone has the empty value. */
export function readDefine(text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
