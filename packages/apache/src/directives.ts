import type { Location } from '@shortfuse/core';
import { locate, readLine } from './line.js';
import { type ApacheFile, LineKind, nameOf } from './tree.js';
import { wordsOf } from './words.js';

/** A directive as one file has it, whatever is around it. */
export interface FileDirective {
  readonly words: readonly string[];
  /** Of its first word after the name, or of the name where there is none. */
  readonly at: Location;
}

/** All directives called `name` in a file, in any letter case, in text order; those in false conditions and macros, too. */
export function writtenIn(tree: ApacheFile, name: string): FileDirective[] {
  const wanted = name.toLowerCase();
  const found: FileDirective[] = [];
  for (let i = 0; i < tree.lines.count; i++) {
    if (tree.lines.kinds[i] !== LineKind.directive || nameOf(tree, i) !== wanted) continue;
    const line = readLine(tree, i);
    const words = wordsOf(line.text).slice(1);
    const [value] = words;
    found.push({
      words: words.map((word) => word.value),
      at: value ? locate(line, value.start, value.end) : line.last,
    });
  }
  return found;
}
