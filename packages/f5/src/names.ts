/** The full path of a name that is written in `folder` (`/Common`); full paths stay what they are. */
export function fullPath(name: string, folder: string): string {
  return name.startsWith('/') ? name : `${folder}/${name}`;
}

/** `/P` of `/P/folder/x`; `/Common` where there is no partition. */
export function partitionOf(path: string): string {
  return /^\/[^/]+(?=\/)/.exec(path)?.[0] ?? '/Common';
}

/**
 * The full path that a reference means: a short name is looked for in the folder it is written in, then in /Common, as
 * tmsh does; `exists` tells which there are.
 */
export function referred(name: string, folder: string, exists: (path: string) => boolean): string {
  if (name.startsWith('/')) return name;
  const own = `${folder}/${name}`;
  const common = `/Common/${name}`;
  return !exists(own) && exists(common) ? common : own;
}
