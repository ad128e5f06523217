import type { Location } from '@shortfuse/core';
import { LineBuilder, type LogicalLine } from './line.js';
import type { Word } from './words.js';

/** A `<Macro>` as defined: its lines are kept as they stand. */
export interface Macro {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly lines: readonly LogicalLine[];
  readonly definedAt: Location;
}

/** An argument of a `Use` and where it is written. */
export interface Argument {
  readonly value: string;
  readonly at: Location;
}

/**
 * The lines that stand in place of a `Use`. Parameters are replaced wherever they occur, the leftmost first and there the
 * longest. Source: substitute_macro_args in httpd's modules/core/mod_macro.c.
 */
export function expandMacro({ parameters, lines }: Macro, values: readonly Argument[], use: Location): LogicalLine[] {
  const byName = new Map(parameters.map((name, i) => [name, values[i]]));
  const names = [...byName.keys()].filter((name) => name !== '').sort((a, b) => b.length - a.length);
  if (names.length === 0) return lines.map((line) => ({ ...line, last: use, use }));
  const pattern = new RegExp(names.map((name) => name.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'g');
  return lines.map((line) => {
    const builder = new LineBuilder(line);
    let at = 0;
    for (const { 0: name, index } of line.text.matchAll(pattern)) {
      const argument = byName.get(name);
      if (!argument) continue;
      builder.copy(at, index);
      builder.replace(index, index + name.length, argument.value, argument.at);
      at = index + name.length;
    }
    builder.copy(at, line.text.length);
    return { ...builder.result(), last: use, use };
  });
}

/** The parameters of a `<Macro name $a %b>` line, its name left out. */
export function parametersOf(words: readonly Word[]): string[] {
  return words.slice(1).map(({ value }) => value);
}
