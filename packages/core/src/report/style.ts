/** What a piece of a report means to its reader; how that looks is for the one who prints. */
export type Tone = 'heading' | 'bad' | 'warn' | 'good' | 'quiet' | 'strong';

/** Adds the looks of `tone` to `text` without changing its width. */
export type Styler = (tone: Tone, text: string) => string;

/** No looks: for files, pipes and tests. */
export const plain: Styler = (_, text) => text;
