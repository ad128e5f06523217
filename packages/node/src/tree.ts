import type { ParsedFile, SourceFile } from '@shortfuse/core';
import type { ts } from 'ts-morph';
import { isTelling } from './detect.js';
import { readSyntax, type Syntax } from './syntax.js';

/** One source. Those that make no listener are parsed when something in them is asked for: most never are. */
export interface SourceTree extends ParsedFile {
  /** It may make a listener by itself. */
  readonly isTelling: boolean;
  /** Undefined where the text is not valid. */
  readonly root: () => ts.SourceFile | undefined;
  /** What is wrong with the text, also where `problems` is empty because nobody asked yet. */
  readonly syntax: () => Syntax;
}

/** Reads one source, at once where it may make a listener. Never throws. */
export function parse(file: SourceFile): SourceTree {
  let known: Syntax | undefined;
  const syntax = (): Syntax => {
    known ??= readSyntax(file);
    return known;
  };
  const telling = isTelling(file.text);
  return {
    file,
    isTelling: telling,
    problems: telling ? syntax().problems : [],
    root: () => syntax().root,
    syntax,
  };
}
