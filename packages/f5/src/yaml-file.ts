import type { Problem, SourceFile } from '@shortfuse/core';
import { type Document, parseAllDocuments } from 'yaml';

/** Reads the documents of a YAML file; with a fault anywhere, none of them. Never throws. */
export function readYaml(file: SourceFile): {
  readonly file: SourceFile;
  readonly problems: readonly Problem[];
  readonly documents: readonly Document[];
} {
  const deep = tooDeepAt(file.text);
  if (deep !== undefined) return unreadable(file, deep, 'collections are nested too deeply');
  try {
    // Pretty errors show the line, and find it anew for each error: with many of them that takes the square of the length.
    const parsed = parseAllDocuments(file.text, {
      logLevel: 'silent',
      prettyErrors: false,
      strict: false,
      uniqueKeys: false,
    });
    const documents = Array.isArray(parsed) ? parsed : [];
    for (const { errors } of documents) {
      const [first] = errors;
      if (first) return unreadable(file, first.pos[0], first.message);
    }
    return { file, problems: [], documents };
  } catch (cause) {
    return unreadable(file, 0, cause instanceof Error ? cause.message : 'it cannot be read');
  }
}

function unreadable(file: SourceFile, offset: number, what: string) {
  const start = Math.min(offset, file.text.length);
  const problem: Problem = {
    severity: 'error',
    at: { file, span: { start, end: start } },
    message: `this is not valid YAML: ${what}`,
    help: 'correct the syntax here; nothing of this file is reported until it can be read',
  };
  return { file, problems: [problem], documents: [] };
}

/** Playbooks are some twenty levels deep. */
const mostBrackets = 300;
const mostColumns = 400;

/**
 * Where nesting could exhaust the stack: the library calls itself for each level. Brackets are counted wherever they stand,
 * and every level of a block takes a column, so this may refuse a strange file that is sound, but lets no deep one pass.
 */
function tooDeepAt(text: string): number | undefined {
  let brackets = 0;
  let lineStart = 0;
  let isIndent = true;
  // `a: b: c:` is no YAML, but the library goes down a level for each before it says so.
  let colons = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x0a || unit === 0x0d) {
      lineStart = at + 1;
      colons = 0;
      isIndent = true;
      continue;
    }
    if (unit === 0x5b || unit === 0x7b) brackets++;
    else if ((unit === 0x5d || unit === 0x7d) && brackets > 0) brackets--;
    else if (unit === 0x3a && brackets === 0 && /[ \t]/.test(text.charAt(at + 1))) colons++;
    if (brackets > mostBrackets || colons > mostBrackets) return at;
    if (isIndent && !/[ \t?:-]/.test(text.charAt(at))) {
      if (at - lineStart > mostColumns) return at;
      isIndent = false;
    }
  }
  return isIndent && text.length - lineStart > mostColumns ? lineStart : undefined;
}
