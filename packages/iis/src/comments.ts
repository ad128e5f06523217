import { applyEdits, insert, type SourceFile, type Span, type TextEdit } from '@shortfuse/core';
import { Lexer } from 'yaml';
import { anchors } from './anchors.js';
import { type ArtefactForm, type IisFile, parse } from './parse.js';
import { readScript } from './powershell-syntax.js';
import { linesOf } from './reg-file.js';

/** The comments of a file in the order of its text. A file that is not read as one of ours has none. */
export function comments({ file, content }: IisFile): readonly Span[] {
  switch (content.kind) {
    case 'other':
      return [];
    case 'artefact':
      return commentsIn(file, content.form);
    default:
      return xmlComments(file.text);
  }
}

function commentsIn({ text, path }: SourceFile, form: ArtefactForm): readonly Span[] {
  switch (form) {
    case 'reg':
      return regComments(text);
    case 'policyPreferences':
      return xmlComments(text);
    case 'securityTemplate':
    case 'localPolicy':
      return lineComments(text, /^[ \t]*;/);
    case 'batch':
      return lineComments(text, /^[ \t]*@?[ \t]*(?:rem\b|::|#)/i);
    case 'powershell':
      return readScript(text).comments;
    case 'yaml':
      return isJson(path, text) ? [] : yamlComments(text);
  }
}

function isJson(path: string, text: string): boolean {
  return /\.json$/i.test(path) || /^\s*[[{]/.test(text.slice(0, 1000));
}

function lineComments(text: string, start: RegExp): Span[] {
  return linesOf(text).flatMap((line) => {
    // The mark is near the start of the line, however long that is.
    const mark = start.exec(text.slice(line.start, Math.min(line.end, line.start + 200)));
    return mark ? [{ start: line.start + (/[^ \t]/.exec(mark[0])?.index ?? 0), end: line.end }] : [];
  });
}

/** From a semicolon that is in no quotes to the end of the line. */
function regComments(text: string): Span[] {
  return linesOf(text).flatMap(({ start, end }) => {
    const piece = /"(?:[^"\\\r\n]|\\[^\r\n])*"?|;|[^";\r\n]+/y;
    piece.lastIndex = start;
    for (let match = piece.exec(text); match && match.index < end; match = piece.exec(text))
      if (match[0] === ';') return [{ start: match.index, end }];
    return [];
  });
}

/** What stands between `<!--` and `-->`, but for what looks like it in a CDATA section or an instruction. */
function xmlComments(text: string): Span[] {
  const found: Span[] = [];
  const opener = /<!--|<!\[CDATA\[|<\?/g;
  const closers: Readonly<Record<string, string>> = { '<!--': '-->', '<![CDATA[': ']]>', '<?': '?>' };
  for (let match = opener.exec(text); match; match = opener.exec(text)) {
    const closer = closers[match[0]] ?? '';
    const close = text.indexOf(closer, opener.lastIndex);
    const end = close === -1 ? text.length : close + closer.length;
    if (match[0] === '<!--') found.push({ start: match.index, end });
    opener.lastIndex = end;
  }
  return found;
}

/** The library's lexer gives the text piece by piece; marks that it puts in between are no part of the text. */
function yamlComments(text: string): Span[] {
  const found: Span[] = [];
  let at = 0;
  try {
    let isScalar = false;
    for (const token of new Lexer().lex(text)) {
      if (token === '\u0002' || token === '\u0018' || token === '\u001f') {
        isScalar = token === '\u001f';
        continue;
      }
      if (token.startsWith('#') && !isScalar) found.push({ start: at, end: at + token.length });
      isScalar = false;
      at += token.length;
    }
  } catch {
    // What it cannot take apart has the comments found so far.
  }
  return found;
}

/**
 * Puts `words` into a comment line above the statement at `offset`. What would change the meaning of the file, such as a line
 * in the middle of a command that goes on, is not offered: the result is read again before.
 */
export function annotate(tree: IisFile, offset: number, words: string): TextEdit | undefined {
  const { file, content } = tree;
  if (content.kind !== 'artefact') return undefined;
  const { text } = file;
  const statement = anchors(tree).find(({ statement: { start, end } }) => start <= offset && offset <= end)?.statement
    .start;
  // An entry of a mapping can have its own comment, a command only one above all of it.
  const places = content.form === 'yaml' ? [offset, statement] : [statement ?? offset];
  for (const place of places) {
    if (place === undefined) continue;
    const edit = commentAbove(file, content.form, lineStart(text, place), place, words);
    if (edit && isHarmless(tree, edit)) return edit;
  }
  return undefined;
}

function commentAbove(
  file: SourceFile,
  form: ArtefactForm,
  start: number,
  place: number,
  words: string,
): TextEdit | undefined {
  const { text, path } = file;
  if (form === 'yaml' && isJson(path, text)) return undefined;
  const indent = /^[ \t]*/.exec(text.slice(start, place))?.[0] ?? '';
  const ending = /\r\n|\r|\n/.exec(text)?.[0] ?? '\n';
  const plain = file.encoding === 'latin1' ? words.replace(/[^\u0020-\u00ff]/g, '?') : words;
  // In XML an element may stand behind another on its line.
  if (form === 'policyPreferences')
    return start + indent.length === place
      ? insert(start, `${indent}<!-- ${withoutDashes(plain)} -->${ending}`)
      : insert(place, `<!-- ${withoutDashes(plain)} -->`);
  return insert(start, `${indent}${commentOf(form, path, plain)}${ending}`);
}

function commentOf(form: ArtefactForm, path: string, words: string): string {
  switch (form) {
    case 'reg':
    case 'securityTemplate':
    case 'localPolicy':
      return `; ${words}`;
    case 'batch':
      // A script for netsh -f has comments of its own; a percent sign is read even in a remark.
      return /\.(?:netsh|txt)$/i.test(path) ? `# ${words}` : `rem ${words.replaceAll('%', '%%').replace(/\^$/, '')}`;
    default:
      return `# ${words}`;
  }
}

/** Two dashes end a comment in XML. */
function withoutDashes(words: string): string {
  return words.replace(/-(?=-)|-$/g, '- ');
}

function lineStart(text: string, offset: number): number {
  return Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
}

/** With the insertion the file does what it did, and has one comment more. */
function isHarmless(tree: IisFile, edit: TextEdit): boolean {
  const result = applyEdits(tree.file.text, [edit]);
  if (!result.ok) return false;
  const after = parse({ ...tree.file, text: result.text });
  return meaningOf(after) === meaningOf(tree) && comments(after).length === comments(tree).length + 1;
}

function meaningOf({ content }: IisFile): string {
  if (content.kind !== 'artefact') return content.kind;
  return JSON.stringify([
    content.facts.map(({ value, effect, condition }) => [value, effect, condition]),
    content.bindings.map(({ span, ticketsSwitch, ...binding }) => binding),
  ]);
}
