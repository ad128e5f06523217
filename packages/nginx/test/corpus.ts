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
    readonly context: string;
    readonly name: string;
    readonly value: string;
  }[];
}

const folder = process.env['SHORTFUSE_CORPUS'] ?? fileURLToPath(new URL('../../../../shared/corpus', import.meta.url));

/** The nginx files of the corpus; none where it is not at hand. */
export const corpus: readonly CorpusFile[] = existsSync(join(folder, 'manifest.json'))
  ? (JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { files: CorpusFile[] }).files.filter(
      ({ server }) => server === 'nginx',
    )
  : [];

export function corpusBytes({ file }: CorpusFile): Uint8Array {
  return new Uint8Array(readFileSync(join(folder, file)));
}

/** Each repository of the corpus, as the path of its folder. */
export function corpusRepositories(): readonly string[] {
  return [...new Set(corpus.map(({ file }) => file.split('/').slice(0, 2).join('/')))].map((path) =>
    join(folder, path),
  );
}

/** `describe` for tests that need the corpus. */
export function describeWithCorpus(name: string, body: () => void): void {
  if (corpus.length > 0) describe(name, body);
  else
    describe(name, () =>
      test.skip('needs the corpus of real configuration files: set SHORTFUSE_CORPUS to its folder', () => {}),
    );
}
