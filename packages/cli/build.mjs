import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { lazyLibraries, libraryEntries } from './lazy-libraries.mjs';

const here = dirname(fileURLToPath(import.meta.url));

/**
 * Bundles the command line with everything that it needs into `outdir`: `shortfuse.js`, which a shell can run, and beside
 * it what is loaded only when it is needed.
 * @param {string} outdir absolute
 */
export async function bundle(outdir) {
  const { version } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
  rmSync(outdir, { recursive: true, force: true });
  await build({
    absWorkingDir: here,
    entryPoints: { shortfuse: 'src/main.ts' },
    outdir,
    bundle: true,
    splitting: true,
    chunkNames: 'parts/[name]-[hash]',
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    conditions: ['source'],
    plugins: [lazyLibraries],
    // jsonc-parser's main is UMD, whose requires no bundler can follow.
    mainFields: ['module', 'main'],
    // Less to read at start-up: about 20 ms of audit's.
    minify: true,
    legalComments: 'linked',
    define: { SHORTFUSE_VERSION: JSON.stringify(version) },
    banner: {
      // commander is CommonJS and asks for node's own modules with require.
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    logLevel: 'warning',
  });
  await build({
    absWorkingDir: here,
    entryPoints: libraryEntries,
    outdir: join(outdir, 'parts'),
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    minify: true,
    legalComments: 'linked',
    logLevel: 'warning',
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle(join(here, 'dist'));
