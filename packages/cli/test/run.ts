import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundle } from '../build.mjs';

/** How a run of the command line ended. */
export interface Run {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Closes our end of its standard output after this many bytes, as `head` does. */
  readonly readAtMost?: number;
  /** Leaves standard input open and sends this once the command is waiting for it. */
  readonly interrupt?: NodeJS.Signals;
}

/** Builds the command line into a folder of its own, so that tests see what they were built from. */
export async function buildCommand(): Promise<{ readonly path: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'shortfuse-build-'));
  await bundle(folder);
  return { path: join(folder, 'shortfuse.js'), remove: () => rmSync(folder, { recursive: true }) };
}

export function run(command: string, args: readonly string[], options: RunOptions): Promise<Run> {
  const { cwd, stdin = '', env = {}, readAtMost, interrupt } = options;
  return new Promise((resolve, reject) => {
    // Nothing of the tests' own environment decides about colours.
    const child = spawn(process.execPath, [command, ...args], {
      cwd,
      env: { PATH: process.env['PATH'] ?? '', ...env },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      stdout += piece;
      if (readAtMost !== undefined && stdout.length >= readAtMost) child.stdout.destroy();
    });
    child.stderr.setEncoding('utf8').on('data', (piece: string) => {
      stderr += piece;
    });
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({ status, signal, stdout, stderr }));
    // A command that does not read its input may be gone before it is written.
    child.stdin.on('error', () => undefined);
    if (interrupt === undefined) child.stdin.end(stdin);
    // More than a pipe holds: it is taken only by a command that reads.
    else child.stdin.write('#'.repeat(1_000_000), () => child.kill(interrupt));
  });
}

/** A new folder with these files in it. */
export function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'shortfuse-tree-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}
