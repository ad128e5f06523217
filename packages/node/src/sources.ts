import { ts } from 'ts-morph';

const sourceName = /\.(?:[cm]?[jt]s|[jt]sx)$/i;
const declarationsName = /\.d\.(?:[^./]+\.)?[cm]?ts$/i;

/** Is this the name of a file with TypeScript or JavaScript that runs? Declaration files (`.d.ts`) hold none. */
export function isSourceName(path: string): boolean {
  return sourceName.test(path) && !declarationsName.test(path);
}

/** How the text of a file with this name is read. JSX is part of JavaScript here, as it is for every bundler. */
export function scriptKindOf(path: string): ts.ScriptKind {
  if (/\.tsx$/i.test(path)) return ts.ScriptKind.TSX;
  return /\.[cm]?ts$/i.test(path) ? ts.ScriptKind.TS : ts.ScriptKind.JSX;
}

/** Endings that a module specifier may leave out, in the order in which TypeScript tries them. */
const endings = ['.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs', '.jsx'];

/** What TypeScript tries before the file that an import with this ending names. */
const written: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.js'],
  '.jsx': ['.tsx', '.jsx'],
  '.mjs': ['.mts', '.mjs'],
  '.cjs': ['.cts', '.cjs'],
};

/** Is this specifier the path of a file, and not the name of a package or an alias? */
export function isRelative(specifier: string): boolean {
  return /^\.{1,2}(?:\/|$)/.test(specifier);
}

/**
 * The paths that `specifier`, a relative one, may mean in the file at `from`, the preferred one first. Paths are joined as
 * text: `src/app/../limits.ts` becomes `src/limits.ts`.
 */
export function candidatePaths(from: string, specifier: string): readonly string[] {
  const base = joinPath(from.slice(0, from.lastIndexOf('/') + 1), specifier);
  const [ending] = /\.[cm]?[jt]sx?$/.exec(base) ?? [];
  const stem = ending === undefined ? base : base.slice(0, -ending.length);
  const named = ending === undefined ? [] : (written[ending] ?? [ending]).map((one) => stem + one);
  const isFolder = /(?:^|\/)\.{0,2}$/.test(specifier);
  const folder = base === '' ? '' : `${base}/`;
  return [
    ...named,
    ...(isFolder ? [] : endings.map((one) => base + one)),
    ...endings.map((one) => `${folder}index${one}`),
  ];
}

function joinPath(folder: string, specifier: string): string {
  const parts: string[] = [];
  for (const part of `${folder}${specifier}`.split('/')) {
    if (part === '.' || (part === '' && parts.length > 0)) continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..' && parts.at(-1) !== '') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}
