import type { ParsedFile, SourceFile } from '@shortfuse/core';
import type { ts } from 'ts-morph';
import { type Bindings, bindingsOf } from './bindings.js';
import { isTelling } from './detect.js';
import { type Exports, exportsOf } from './exports.js';
import { readSyntax, type Syntax } from './syntax.js';

/** One source. Those that make no listener are parsed when something in them is asked for: most never are. */
export interface SourceTree extends ParsedFile {
  /** It may make a listener by itself. */
  readonly isTelling: boolean;
  /** Undefined where the text is not valid. */
  readonly root: () => ts.SourceFile | undefined;
  /** The names in it, and what it exports; undefined where the text is not valid. */
  readonly bindings: () => Bindings | undefined;
  readonly exports: () => Exports | undefined;
  /** What is wrong with the text, also where `problems` is empty because nobody asked yet. */
  readonly syntax: () => Syntax;
}

/** Reads one source, at once where it may make a listener. Never throws. */
export function parse(file: SourceFile): SourceTree {
  const syntax = once(() => readSyntax(file));
  const root = (): ts.SourceFile | undefined => syntax().root;
  const telling = isTelling(file.text);
  return {
    file,
    isTelling: telling,
    problems: telling ? syntax().problems : [],
    root,
    bindings: once(() => {
      const top = root();
      return top && bindingsOf(top);
    }),
    exports: once(() => {
      const top = root();
      return top && exportsOf(top);
    }),
    syntax,
  };
}

function once<Value>(make: () => Value): () => Value {
  let known: { readonly value: Value } | undefined;
  return () => {
    known ??= { value: make() };
    return known.value;
  };
}
