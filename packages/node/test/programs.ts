import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import type { Listener } from '@shortfuse/core';
import {
  type Background,
  type Certificate,
  findClockLibrary,
  movableClock,
  type StagedFolder,
  sleep,
  stage,
  start,
  stop,
} from '@shortfuse/testkit';
import { ts } from 'ts-morph';

/** A program that runs, perhaps in several processes. */
export interface RunningProgram {
  readonly setClockOffset: (seconds: number) => void;
  /** Ends every process and starts them anew, with the same command lines. */
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** A case in a folder of its own that Node.js can run: with certificates, and TypeScript as JavaScript. */
export interface StagedProgram extends StagedFolder {
  /** Writes a source anew, as after a patch. */
  readonly write: (path: string, bytes: Uint8Array) => void;
}

export function stageProgram(folder: string, certificate: Certificate): StagedProgram {
  const staged = stage(folder, certificate);
  const certs = join(staged.path, 'certs');
  mkdirSync(certs);
  copyFileSync(certificate.certificate, join(certs, 'server.crt'));
  copyFileSync(certificate.key, join(certs, 'server.key'));
  writeFileSync(join(certs, 'ticket.keys'), Buffer.alloc(48, 7));
  const write = (path: string, bytes: Uint8Array): void => {
    const file = join(staged.path, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    const { path: script, isModule } = scriptOf(path);
    if (script === path) return;
    const { outputText } = ts.transpileModule(new TextDecoder().decode(bytes), {
      fileName: path,
      compilerOptions: {
        module: isModule ? ts.ModuleKind.ESNext : ts.ModuleKind.CommonJS,
        target: ts.ScriptTarget.ES2022,
        jsx: ts.JsxEmit.React,
        jsxFactory: 'h',
        esModuleInterop: true,
      },
    });
    writeFileSync(join(staged.path, script), outputText);
  };
  for (const path of readdirSync(staged.path, { recursive: true, encoding: 'utf8' })) {
    const file = join(staged.path, path);
    if (statSync(file).isFile() && /\.[cm]?tsx?$/.test(path)) write(path, readFileSync(file));
  }
  return { ...staged, write };
}

/** The script that a source becomes. */
function scriptOf(path: string): { readonly path: string; readonly isModule: boolean } {
  return { path: path.replace(/\.([cm]?)tsx?$/, '.$1js'), isModule: path.endsWith('.mts') };
}

const limitMs = 20_000;

/**
 * Runs every source that makes one of `listeners`, and returns when all of them take connections.
 * @throws Error with what a program printed where it ends or does not listen in time
 */
export async function startProgram({ path }: StagedProgram, listeners: readonly Listener[]): Promise<RunningProgram> {
  const clock = movableClock(findClockLibrary(), path);
  const entries = [...new Set(listeners.map(({ definedAt }) => scriptOf(definedAt.file.path).path))];
  let processes: Background[] = [];
  const stopAll = async (): Promise<void> => {
    await Promise.all(processes.map(stop));
    processes = [];
  };
  const startAll = async (): Promise<void> => {
    processes = entries.map((entry) =>
      start('sh', ['-c', 'cd "$1" && exec "$2" "$3"', 'sh', path, process.execPath, entry], {
        ...process.env,
        ...clock.environment,
        NODE_OPTIONS: '',
      }),
    );
    const end = Date.now() + limitMs;
    for (const { address } of listeners) {
      const port = Number(/:(\d+)$/.exec(address ?? '')?.[1]);
      while (!(await takesConnections(port))) {
        const failed = processes.find((one) => one.hasEnded());
        if (failed || Date.now() > end) {
          const said = processes.map((one) => one.output()).join('');
          await stopAll();
          throw new Error(`nothing listens on ${port}: ${said}`);
        }
        await sleep(20);
      }
    }
  };
  await startAll();
  return {
    setClockOffset: clock.setOffset,
    restart: async () => {
      await stopAll();
      await startAll();
    },
    stop: stopAll,
  };
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
