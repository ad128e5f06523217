// @ts-check
// Inputs that bring other parsers down, through the command line, each at two sizes: the time must grow with the size.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runOnce } from './processes.mjs';

const head = 'events {}\nhttp {\n';
const word = 'a'.repeat(4097);

/** @type {readonly { name: string, sizes: readonly [number, number], make: (size: number) => string }[]} */
const inputs = [
  {
    name: 'one line of 25 MB / 50 MB',
    sizes: [25e6, 50e6],
    make: (size) =>
      `events {} http { server { listen 443 ssl; ssl_reject_handshake on; ssl_session_timeout 5m; ${'location /a { return 200 "b;}"; } '.repeat(size / 34)} } }`,
  },
  {
    name: 'one line of 25 MB / 50 MB that is one word',
    sizes: [25e6, 50e6],
    make: (size) => `events {} http { ${'a'.repeat(size)}; }`,
  },
  {
    name: '50,000 / 100,000 nested blocks',
    sizes: [50_000, 100_000],
    make: (size) => `${head}${'location / {'.repeat(size)}${'}'.repeat(size)}\n}\n`,
  },
  {
    name: '50,000 / 100,000 blocks never closed',
    sizes: [50_000, 100_000],
    make: (size) => `${head}${'server {\n'.repeat(size)}`,
  },
  {
    name: 'a word of 4,097 bytes',
    sizes: [1, 1],
    make: () => `${head}server { listen 443 ssl; ssl_reject_handshake on; root ${word}; } }\n`,
  },
  { name: 'a file that includes itself', sizes: [1, 1], make: () => `${head}include nginx.conf;\n}\n` },
];

/**
 * @param {string} commandFile
 * @returns {{ name: string, ms: readonly number[], status: number | null, says: string }[]}
 */
export function runExtremes(commandFile) {
  const folder = mkdtempSync(join(tmpdir(), 'shortfuse-bench-'));
  try {
    return inputs.map(({ name, sizes, make }) => {
      const runs = sizes.map((size) => {
        writeFileSync(join(folder, 'nginx.conf'), make(size));
        return runOnce({ name, program: process.execPath, args: [commandFile, 'audit', 'nginx.conf'], cwd: folder });
      });
      const says = /^.*:\d+:\d+: error.*$/m.exec(runs.at(-1)?.output ?? '')?.[0] ?? '';
      return { name, ms: runs.map(({ ms }) => ms), status: runs.at(-1)?.status ?? null, says: says.slice(0, 160) };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
