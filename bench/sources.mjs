// @ts-check
// A tree of TypeScript files as a repository has them: 5,000, none or five of which make a TLS server.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { medians } from './processes.mjs';

const count = 5000;

/**
 * How long `audit` takes over such a tree, in milliseconds.
 * @param {string} commandFile
 */
export function sourceTimes(commandFile) {
  const folder = mkdtempSync(join(tmpdir(), 'shortfuse-bench-'));
  try {
    for (let i = 0; i < count; i++) {
      if (i % 100 === 0) mkdirSync(join(folder, `part${i / 100}`));
      writeFileSync(join(folder, `part${Math.floor(i / 100)}/module${i}.ts`), moduleText(i));
    }
    const command = {
      program: process.execPath,
      args: [commandFile, 'audit', folder, '--output', join(folder, 'out')],
    };
    const without = medians([{ name: 'none', ...command }], 5).get('none')?.ms ?? Number.NaN;
    for (let i = 0; i < 5; i++) writeFileSync(join(folder, `server${i}.ts`), serverText(i));
    const withServers = medians([{ name: 'five', ...command }], 5).get('five')?.ms ?? Number.NaN;
    return { count, without, withServers };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {number} i */
function moduleText(i) {
  const lines = Array.from(
    { length: 80 },
    (_, line) => `export const value${line} = (input: number): number => input * ${i} + ${line};`,
  );
  return `import { value0 } from './module${i - 1}.js';\n\n${lines.join('\n')}\nexport default value0;\n`;
}

/** @param {number} i */
function serverText(i) {
  return `import { createServer } from 'node:https';\n\ncreateServer({ key: '', cert: '', sessionTimeout: ${60 * (i + 1)} }).listen(${8443 + i});\n`;
}
