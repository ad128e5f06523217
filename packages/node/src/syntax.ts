import { type Problem, positionOf, type SourceFile } from '@shortfuse/core';
import { ts } from 'ts-morph';
import { scriptKindOf } from './sources.js';

/** A text as TypeScript reads it: `root` with all its nodes, or what keeps it from being read. */
export interface Syntax {
  readonly root: ts.SourceFile | undefined;
  readonly problems: readonly Problem[];
}

/**
 * What TypeScript complains about and Node accepts in sloppy CommonJS: octal literals (1121), octal escapes (1487, 1488),
 * decimals with a leading zero (1489).
 */
const acceptedByNode: ReadonlySet<number> = new Set([1121, 1487, 1488, 1489]);

/** "The parser expected to find a '{1}' to match the '{0}' token here." */
const unmatched = 1007;

/**
 * Parses one source. The compiler is ts-morph's: the only one with a JavaScript interface that is installed with it. Its spans
 * count in UTF-16 units of `file.text`. One problem at most: after the first, a parser guesses. Never throws.
 */
export function readSyntax(file: SourceFile): Syntax {
  if (asyncDepth(file.text) > deepestAsync) return tooDeep(file);
  let root: ts.SourceFile;
  try {
    const options: ts.CreateSourceFileOptions = {
      languageVersion: ts.ScriptTarget.Latest,
      jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
    };
    root = ts.createSourceFile(file.path, file.text, options, true, scriptKindOf(file.path));
  } catch (error) {
    // The parser calls itself for each level, and the stack ends somewhere beyond a thousand.
    if (error instanceof RangeError) return tooDeep(file);
    throw error;
  }
  const found = diagnosticsOf(root).filter(({ code }) => !acceptedByNode.has(code));
  const [first] = found;
  if (!first) return { root, problems: [] };
  return { root: undefined, problems: [problemOf(file, root, first, found)] };
}

/** Diagnostics of the parser alone. TypeScript keeps them at the node and does not declare that. */
function diagnosticsOf(root: ts.SourceFile): readonly ts.DiagnosticWithLocation[] {
  return (root as { parseDiagnostics?: readonly ts.DiagnosticWithLocation[] }).parseDiagnostics ?? [];
}

function problemOf(
  file: SourceFile,
  root: ts.SourceFile,
  { start, length, messageText }: ts.DiagnosticWithLocation,
  all: readonly ts.DiagnosticWithLocation[],
): Problem {
  const text = ts.flattenDiagnosticMessageText(messageText, ' ').replace(/\.$/, '');
  const opened = all
    .flatMap(({ relatedInformation }) => relatedInformation ?? [])
    .find((related) => related.code === unmatched && related.start !== undefined && related.start < start)?.start;
  const end = Math.min(start + length, file.text.length);
  return {
    severity: 'error',
    at: { file, span: { start: Math.min(start, end), end } },
    message:
      opened === undefined
        ? `this is not valid ${languageOf(file)}: ${text}`
        : `this is not valid ${languageOf(file)}: ${text}; ${bracketAt(root, opened)} opened in line ${positionOf(file, opened).line} is not closed`,
    help: 'correct the file: as it is, Node.js does not run it, and the servers in it are not in this report',
  };
}

function languageOf({ path }: SourceFile): string {
  return /ts$|tsx$/i.test(path) ? 'TypeScript' : 'JavaScript';
}

/** What begins with the bracket at `offset`, by the innermost node there. */
function bracketAt(root: ts.SourceFile, offset: number): string {
  let kind = 'bracket';
  let next: ts.Node | undefined = root;
  while (next) {
    const parent: ts.Node = next;
    next = ts.forEachChild(parent, (child) => (child.pos <= offset && offset < child.end ? child : undefined));
    if (!next || next.getStart(root) !== offset) continue;
    if (ts.isObjectLiteralExpression(next)) kind = 'object literal';
    else if (ts.isArrayLiteralExpression(next)) kind = 'array literal';
    else if (ts.isBlock(next)) kind = 'block';
  }
  return `the ${kind}`;
}

function tooDeep(file: SourceFile): Syntax {
  return {
    root: undefined,
    problems: [
      {
        severity: 'error',
        at: { file, span: { start: 0, end: 0 } },
        message: 'this file is not read: its brackets are nested too deeply',
        help: 'leave it out (exclude), or audit the sources that it was made from',
      },
    ],
  };
}

/** People nest calls of `async (…)` in the brackets of another perhaps three deep. */
const deepestAsync = 16;

/**
 * How deep `async (` stands in the round brackets of another `async (`. TypeScript reads such brackets twice, as arguments
 * and as parameters, so that each level doubles the time. Strings and comments are not told apart: they hold no such nests.
 */
function asyncDepth(text: string): number {
  if (!text.includes('async')) return 0;
  let depth = 0;
  let deepest = 0;
  const open: boolean[] = [];
  for (const [bracket] of text.matchAll(/\basync\s*(?:<[^<>()]*>)?\s*\(|[()]/g)) {
    if (bracket !== ')') {
      const isAsync = bracket !== '(';
      open.push(isAsync);
      if (isAsync) deepest = Math.max(deepest, ++depth);
    } else if (open.pop()) depth--;
  }
  return deepest;
}
