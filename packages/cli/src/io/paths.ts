/** A path without slashes at its end; `/` stays. */
export function withoutSlash(path: string): string {
  return path.length > 1 ? path.replace(/(?<=.)[\\/]+$/, '') : path;
}
