import type { IisFile } from './parse.js';

/** One machine: its applicationHost.config, if there is one, and the files that are taken to be about it. */
export interface Machine {
  readonly host: IisFile | undefined;
  /** The folder that the machine's files were sorted by. */
  readonly folder: string;
  readonly others: readonly IisFile[];
}

/**
 * Sorts files into machines by folder: a file is about the machines whose applicationHost.config stands in the same folder,
 * else about all those below it, else the same is asked of the folder above. What no machine is above, beside or below of is
 * a group of its own, folder by folder.
 */
export function groupByMachine(hosts: readonly IisFile[], others: readonly IisFile[]): Machine[] {
  const inFolder = new Map<string, IisFile[]>();
  const below = new Map<string, IisFile[]>();
  for (const host of hosts) {
    const home = homeOf(host.file.path);
    push(inFolder, home, host);
    for (const folder of foldersFrom(home)) push(below, folder, host);
  }
  const members = new Map<IisFile, IisFile[]>(hosts.map((host) => [host, []]));
  const loose = new Map<string, IisFile[]>();
  for (const tree of others) {
    const folder = folderOf(tree.file.path);
    const nearest = foldersFrom(folder).find((each) => below.has(each));
    const machines = nearest === undefined ? [] : (inFolder.get(nearest) ?? below.get(nearest) ?? []);
    for (const host of machines) members.get(host)?.push(tree);
    if (machines.length === 0) push(loose, folder, tree);
  }
  return [
    ...[...members].map(([host, files]): Machine => ({ host, folder: homeOf(host.file.path), others: files })),
    ...[...loose].map(([folder, files]): Machine => ({ host: undefined, folder, others: files })),
  ];
}

function push(map: Map<string, IisFile[]>, key: string, tree: IisFile): void {
  const known = map.get(key);
  if (known) known.push(tree);
  else map.set(key, [tree]);
}

/** The folder of a machine: above `Windows/System32/inetsrv/config` where somebody keeps the tree of a disk. */
function homeOf(path: string): string {
  return folderOf(path).replace(/(?:^|\/)(?:windows\/)?system32\/inetsrv\/config$/i, '');
}

export function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

/** The folder and those above it, ending with the root, which is ''. */
function foldersFrom(folder: string): string[] {
  const folders = [folder];
  for (let next = folder; next !== ''; ) {
    next = folderOf(next);
    folders.push(next);
  }
  return folders;
}
