import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'vitest';

/** A configuration file of somebody else's, and what a person and another parser found in it. */
export interface CorpusFile {
  readonly file: string;
  readonly server: string;
  /** `complete`, `fragment`, `template` or `invalid (why)`. */
  readonly valid: string;
  readonly session_directives: readonly {
    readonly line: number;
    /** Where the server has blocks that matter. */
    readonly context: string;
    readonly name: string;
    readonly value: string;
  }[];
}

/** Configurations of other people, beside the checkout: they are no part of the project. */
export const corpusFolder =
  process.env['SHORTFUSE_CORPUS'] ?? fileURLToPath(new URL('../../../../shared/corpus', import.meta.url));

/** The files of one server, as the manifest names it; none where the corpus is not at hand. */
export function corpusOf(server: string): readonly CorpusFile[] {
  const manifest = join(corpusFolder, 'manifest.json');
  if (!existsSync(manifest)) return [];
  const { files } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly files: readonly CorpusFile[] };
  return files.filter((file) => file.server === server);
}

export function corpusBytes({ file }: CorpusFile): Uint8Array {
  return new Uint8Array(readFileSync(join(corpusFolder, file)));
}

/** Each repository of some files, as the path of its folder. */
export function corpusRepositories(corpus: readonly CorpusFile[]): readonly string[] {
  return [...new Set(corpus.map(({ file }) => file.split('/').slice(0, 2).join('/')))].map((path) =>
    join(corpusFolder, path),
  );
}

/** `describe` for tests that need these files: where there are none, one test says so and is skipped. */
export function describeWith(corpus: readonly CorpusFile[], name: string, body: () => void): void {
  if (corpus.length > 0) describe(name, body);
  else
    describe(name, () =>
      test.skip('needs the corpus of real configuration files: set SHORTFUSE_CORPUS to its folder', () => {}),
    );
}
