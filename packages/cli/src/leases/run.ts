import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { codeOf } from '@shortfuse/files';

/** One run of the program, as others can tell it from every other. */
export interface Run {
  readonly pid: number;
  readonly host: string;
  /** When the process was started, in the kernel's ticks: its number can belong to another one later. Empty where unknown. */
  readonly started: string;
}

export const thisRun: Run = { pid: process.pid, host: hostname(), started: startOf(process.pid) };

/** The machine of a run, short enough for the names of files. */
export function machineOf({ host }: Run): string {
  return createHash('sha256').update(host).digest('hex').slice(0, 8);
}

/** Is the process still there? One on another machine counts as such: nothing here can tell. */
export function isAlive({ pid, host, started }: Run): boolean {
  if (host !== hostname()) return true;
  // 0 and negative numbers would ask for groups of processes.
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is one, too.
    return codeOf(error) === 'EPERM';
  }
  const now = startOf(pid);
  return started === '' || now === '' || started === now;
}

/** Field 22 of /proc/PID/stat; empty where there is no such file. The name in field 2 may hold blanks and brackets. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
