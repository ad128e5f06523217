/** The formats of `lint`. What each prints is loaded only when it is asked for: see `formats.ts`. */
export const formatNames = [
  'text',
  'json',
  'sarif',
  'github',
  'gitlab',
  'junit',
  'checkstyle',
  'rdjson',
  'markdown',
] as const;
export type FormatName = (typeof formatNames)[number];
