import type { Location } from '@shortfuse/core';
import { LineBuilder, type LogicalLine, type Source } from './line.js';
import type { Word } from './words.js';

/** A `<Macro>` as defined: its lines are kept as they stand. */
export interface Macro {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly lines: readonly LogicalLine[];
  readonly definedAt: Location;
}

/** An argument of a `Use` and where it is written, quotes included. */
export interface Argument {
  readonly value: string;
  readonly source: Source;
}

/**
 * The lines that stand in place of a `Use`. Parameters are replaced wherever they occur, the leftmost first and there the
 * longest. Source: substitute_macro_args in httpd's modules/core/mod_macro.c.
 */
export function expandMacro(macro: Macro, values: readonly Argument[], use: Location): LogicalLine[] {
  const { parameters, lines } = macro;
  const pattern = patternOf(parameters);
  if (!pattern) return lines.map((line) => ({ ...line, last: use, use }));
  const byName = new Map(parameters.map((name, i) => [name, values[i]]));
  return lines.map((line) => {
    const builder = new LineBuilder(line);
    let at = 0;
    for (const { 0: name, index } of line.text.matchAll(pattern)) {
      const argument = byName.get(name);
      if (!argument) continue;
      builder.copy(at, index);
      const { value, source } = argument;
      const chain = [...source.parameters, { macro, name, line, from: index }];
      builder.replace(index, index + name.length, value, { ...source, parameters: chain });
      at = index + name.length;
    }
    builder.copy(at, line.text.length);
    return { ...builder.result(), last: use, use };
  });
}

function patternOf(parameters: readonly string[]): RegExp | undefined {
  const names = [...new Set(parameters)].filter((name) => name !== '').sort((a, b) => b.length - a.length);
  if (names.length === 0) return undefined;
  return new RegExp(names.map((name) => name.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'g');
}

/** The lines of a macro that `name` is replaced in, a line as often as it is. */
export function linesWith({ parameters, lines }: Macro, name: string): readonly LogicalLine[] {
  const pattern = patternOf(parameters);
  if (!pattern) return [];
  return lines.flatMap((line) => [...line.text.matchAll(pattern)].flatMap(([found]) => (found === name ? line : [])));
}

/** The parameters of a `<Macro name $a %b>` line, its name left out. */
export function parametersOf(words: readonly Word[]): string[] {
  return words.slice(1).map(({ value }) => value);
}
