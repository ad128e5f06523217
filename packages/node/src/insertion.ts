import { insert, type SourceFile, type TextEdit } from '@shortfuse/core';
import { ts } from 'ts-morph';

/** Puts `name: value` into an object literal as its last property, in the style of the literal. */
export function insertProperty(
  { text }: SourceFile,
  literal: ts.ObjectLiteralExpression,
  name: string,
  value: string,
): TextEdit {
  const { properties } = literal;
  const property = `${keyLike(text, literal, name)}: ${value}`;
  const last = properties.at(-1);
  if (!last)
    return insert(literal.getStart() + 1, text[literal.getStart() + 1] === '}' ? ` ${property} ` : ` ${property},`);
  if (!hasLinePerProperty(text, literal))
    return properties.hasTrailingComma ? insert(properties.end, ` ${property},`) : insert(last.end, `, ${property}`);
  const lineStart = text.lastIndexOf('\n', last.getStart() - 1) + 1;
  const [indentation = ''] = /^[\t ]*/.exec(text.slice(lineStart, last.getStart())) ?? [];
  if (properties.hasTrailingComma) {
    const at = lineEnd(text, properties.end);
    return insert(at, `${lineBreak(text, at)}${indentation}${property},`);
  }
  const at = lineEnd(text, last.end);
  const between = text.slice(last.end, at);
  if (between.trim() === '') return insert(last.end, `,${lineBreak(text, at)}${indentation}${property}`);
  // A comment stands behind the last property, and a comma has to go before it: above that line nothing is in the way.
  return insert(lineStart + indentation.length, `${property},${lineBreak(text, at)}${indentation}`);
}

/** Puts an argument before those that a call has. */
export function insertArgument(call: ts.CallExpression | ts.NewExpression, argument: string): TextEdit | undefined {
  const given = call.arguments;
  if (!given) return undefined;
  const [first] = given;
  return first ? insert(first.getStart(), `${argument}, `) : insert(given.pos, argument);
}

/** The key in quotation marks where all others are in such. */
function keyLike(text: string, { properties }: ts.ObjectLiteralExpression, name: string): string {
  const names = properties.flatMap((property) => (property.name ? [property.name] : []));
  const [first] = names;
  if (!first || !names.every(ts.isStringLiteral)) return name;
  const quote = text[first.getStart()] ?? "'";
  return `${quote}${name}${quote}`;
}

/** Does every property stand on lines of its own, away from both braces? */
function hasLinePerProperty(text: string, literal: ts.ObjectLiteralExpression): boolean {
  let end = literal.getStart() + 1;
  for (const property of literal.properties) {
    if (!text.slice(end, property.getStart()).includes('\n')) return false;
    end = property.end;
  }
  return text.slice(end, literal.end).includes('\n');
}

function lineEnd(text: string, from: number): number {
  const at = text.indexOf('\n', from);
  const end = at === -1 ? text.length : at;
  return text[end - 1] === '\r' && end > from ? end - 1 : end;
}

/** The line break at `at`, or the first of the text. */
export function lineBreak(text: string, at: number): string {
  if (text.startsWith('\r\n', at)) return '\r\n';
  if (text.startsWith('\n', at)) return '\n';
  const first = text.indexOf('\n');
  return first > 0 && text[first - 1] === '\r' ? '\r\n' : '\n';
}
