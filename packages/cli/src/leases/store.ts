import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { Lease } from '@shortfuse/core';
import { isMissing, realFileSystem, removeDurably, type WritableFileSystem, writeDurably } from '@shortfuse/files';
import { configName, messageOf } from '../io/config.js';
import { parseLease } from './lease-schema.js';
import { machineOf, type Run, thisRun } from './run.js';

/** The folder of leases and, below `local`, of what concerns this checkout only. */
export const storeName = '.shortfuse';

/** A lease and where it is kept. */
export interface StoredLease {
  readonly lease: Lease;
  /** Absolute. */
  readonly path: string;
}

/** A file in the folder of leases that is none. */
export interface BrokenLease {
  readonly path: string;
  readonly message: string;
}

/** The leases of one project: JSON files in `.shortfuse/leases`, meant to be committed with the patches they belong to. */
export class LeaseStore {
  constructor(
    /** The folder that holds `.shortfuse`; paths in leases are relative to it. Absolute. */
    readonly root: string,
    readonly fs: WritableFileSystem = realFileSystem,
    /** Whose lock it is that this run takes. */
    readonly run: Run = thisRun,
  ) {}

  get leaseFolder(): string {
    return join(this.root, storeName, 'leases');
  }

  get localFolder(): string {
    return join(this.root, storeName, 'local');
  }

  pathOf(id: string): string {
    return join(this.leaseFolder, `${id}.json`);
  }

  /** The folder for files that go with a lease. */
  companionFolder(id: string): string {
    return join(this.leaseFolder, id);
  }

  /** The folder where these files are until the lease is complete. */
  draftFolder(id: string): string {
    return join(this.localFolder, 'drafts', id);
  }

  /** Every lease, the oldest first. */
  read(): { readonly leases: readonly StoredLease[]; readonly broken: readonly BrokenLease[] } {
    const leases: StoredLease[] = [];
    const broken: BrokenLease[] = [];
    for (const name of namesIn(this.fs, this.leaseFolder)) {
      if (!name.endsWith('.json') || name.startsWith('.')) continue;
      const path = join(this.leaseFolder, name);
      const result = readLease(this.fs, path);
      if ('lease' in result) leases.push({ lease: result.lease, path });
      else broken.push({ path, message: result.message });
    }
    leases.sort((a, b) => compare(a.lease.createdAt, b.lease.createdAt) || compare(a.lease.id, b.lease.id));
    return { leases, broken };
  }

  /** Writes a lease so that it is there whole or as it was. @throws what the file system throws */
  write(lease: Lease): void {
    this.fs.mkdirSync(this.leaseFolder, { recursive: true });
    const text = `${JSON.stringify(lease, undefined, 2)}\n`;
    writeDurably(this.fs, this.pathOf(lease.id), new TextEncoder().encode(text), `.${lease.id}.tmp`);
  }

  /** Removes a lease, its companions and the folders that are empty then. */
  remove(lease: Lease): void {
    for (const { file } of lease.companions) this.removeCompanion(lease, file);
    this.removeLease(lease);
    this.removeDrafts(lease.id);
  }

  /** Removes the record alone. */
  removeLease({ id }: Lease): void {
    removeDurably(this.fs, this.pathOf(id));
    removeEmptyFolder(this.fs, this.leaseFolder);
  }

  removeCompanion({ id }: Lease, file: string): void {
    const path = this.absolute(file);
    removeDurably(this.fs, path);
    for (let folder = dirname(path); folder.startsWith(this.companionFolder(id)); folder = dirname(folder))
      removeEmptyFolder(this.fs, folder);
  }

  removeDrafts(id: string): void {
    const folder = this.draftFolder(id);
    for (const name of namesIn(this.fs, folder)) removeDurably(this.fs, join(folder, name));
    removeEmptyFolder(this.fs, folder);
    removeEmptyFolder(this.fs, dirname(folder));
  }

  /** Removes what runs that were killed left in the folders of this program. Call it under the lock. */
  removeAbandoned(): void {
    const takenBack = join(this.localFolder, 'taken-back');
    const kept = namesIn(this.fs, takenBack).map((name) => join(takenBack, name));
    for (const folder of [this.leaseFolder, takenBack, ...kept])
      for (const name of namesIn(this.fs, folder))
        if (/^\..*\.tmp$/.test(name)) removeDurably(this.fs, join(folder, name));
    const unfinished = new Set(this.read().leases.flatMap(({ lease }) => (lease.pending ? [lease.id] : [])));
    const drafts = join(this.localFolder, 'drafts');
    for (const id of namesIn(this.fs, drafts)) if (!unfinished.has(id)) this.removeDrafts(id);
    removeEmptyFolder(this.fs, drafts);
  }

  /** Makes the folder for what concerns this checkout only. It keeps itself out of git. */
  prepareLocal(): void {
    this.fs.mkdirSync(this.localFolder, { recursive: true });
    const ignore = join(this.localFolder, '.gitignore');
    // Runs that wait for the lock do this, too.
    const temporary = `.lock-${machineOf(this.run)}-${this.run.pid}.tmp`;
    if (!this.fs.existsSync(ignore)) writeDurably(this.fs, ignore, new TextEncoder().encode('*\n'), temporary);
  }

  /** Remembers here, for this checkout, that a lease was taken back: doing so again then says so. */
  rememberTakenBack(lease: Lease): void {
    this.prepareLocal();
    const folder = join(this.localFolder, 'taken-back');
    this.fs.mkdirSync(folder, { recursive: true });
    const text = `${JSON.stringify(lease, undefined, 2)}\n`;
    writeDurably(this.fs, join(folder, `${lease.id}.json`), new TextEncoder().encode(text), `.${lease.id}.tmp`);
  }

  /** A lease that was taken back in this checkout. */
  takenBack(id: string): Lease | undefined {
    if (id === '' || /[/\\]/.test(id)) return undefined;
    const result = readLease(this.fs, join(this.localFolder, 'taken-back', `${id}.json`));
    return 'lease' in result ? result.lease : undefined;
  }

  /** The absolute path of a file of a lease. */
  absolute(file: string): string {
    return join(this.root, file);
  }

  /** How a file is called in leases: relative to the project, with `/`. */
  nameOf(path: string): string {
    return relative(this.root, path).split(sep).join('/');
  }
}

/**
 * The folder of the project that `cwd` is in: the nearest one upwards that has `.shortfuse`, else the one of the configuration
 * file, else that of the git repository, else `cwd` itself.
 */
export function findProjectRoot(cwd: string): string {
  return (
    nearest(cwd, (folder) => isFolder(join(folder, storeName))) ??
    nearest(cwd, (folder) => existsSync(join(folder, configName))) ??
    nearest(cwd, (folder) => existsSync(join(folder, '.git'))) ??
    cwd
  );
}

/** Looks no further than the repository: what lies above it is another project. */
function nearest(cwd: string, isIt: (folder: string) => boolean): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (isIt(folder)) return folder;
    if (dirname(folder) === folder || existsSync(join(folder, '.git'))) return undefined;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function namesIn(fs: WritableFileSystem, folder: string): string[] {
  try {
    return fs.readdirSync(folder).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function readLease(fs: WritableFileSystem, path: string): { readonly lease: Lease } | { readonly message: string } {
  let text: string;
  try {
    text = fs.readFileSync(path, 'utf8');
  } catch (error) {
    return { message: messageOf(error) };
  }
  const result = parseLease(text);
  if ('lease' in result && `${result.lease.id}.json` !== basename(path))
    return { message: `it is the lease ${result.lease.id}, under another name: was it copied or renamed?` };
  return result;
}

function removeEmptyFolder(fs: WritableFileSystem, folder: string): void {
  try {
    fs.rmdirSync(folder);
  } catch {
    // Not there, or something else is in it.
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
