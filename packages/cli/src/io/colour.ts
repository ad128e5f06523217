import { styleText } from 'node:util';
import { plain, type Styler, type Tone } from '@shortfuse/core';

type Formats = Parameters<typeof styleText>[0];

const formats: Readonly<Record<Tone, Formats>> = {
  heading: 'bold',
  strong: 'bold',
  bad: 'red',
  warn: 'yellow',
  good: 'green',
  quiet: 'dim',
};

/** What decides whether a stream gets colours. */
export interface ColourWish {
  /** `--color` and `--no-color`; undefined where neither was given. */
  readonly option: boolean | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: boolean;
}

/**
 * The option decides, else FORCE_COLOR (0 and false switch off), else NO_COLOR (unless empty, see no-color.org), else
 * whether it is a terminal that can.
 */
export function wantsColour({ option, env, isTerminal }: ColourWish): boolean {
  if (option !== undefined) return option;
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: terminal } = env;
  if (force !== undefined) return force !== '0' && force !== 'false';
  if (no !== undefined && no !== '') return false;
  return isTerminal && terminal !== 'dumb';
}

export function stylerFor(wish: ColourWish): Styler {
  if (!wantsColour(wish)) return plain;
  return (tone, text) => styleText(formats[tone], text, { validateStream: false });
}
