import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decode, encode, positionOf } from '@shortfuse/core';
import { openIn, planFor } from '@shortfuse/testkit';
import { describe, expect, test } from 'vitest';
import { iis } from '../src/index.js';

interface CorpusFile {
  readonly file: string;
  readonly server: string;
  readonly valid: string;
  readonly features: readonly string[];
  readonly session_directives: readonly { readonly line: number; readonly name: string; readonly value: string }[];
}

const folder = process.env['SHORTFUSE_CORPUS'] ?? fileURLToPath(new URL('../../../../shared/corpus', import.meta.url));
const everything: readonly CorpusFile[] = existsSync(join(folder, 'manifest.json'))
  ? (JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { files: CorpusFile[] }).files
  : [];
const corpus = everything.filter(({ server }) => server === 'iis' || server === 'schannel');

if (corpus.length === 0)
  describe('the corpus', () =>
    test.skip('needs the corpus of real configuration files: set SHORTFUSE_CORPUS to its folder', () => {}));
else
  describe('the corpus', () => {
    test('is whole', () => expect(corpus).toHaveLength(24));

    test('files of other servers are not claimed', () => {
      const others = everything.filter((entry) => !corpus.includes(entry));
      const files = others.map(({ file }) => decode(file, new Uint8Array(readFileSync(join(folder, file)))));
      expect(files.filter((file) => iis.claims(file, false) || iis.claims(file, true)).map(({ path }) => path)).toEqual(
        [],
      );
    });

    test.each(corpus.map((entry) => [entry.file, entry] as const))('%s', (name, entry) => {
      const bytes = new Uint8Array(readFileSync(join(folder, name)));
      const file = decode(name, bytes);
      expect(Buffer.compare(encode(file), bytes)).toBe(0);
      const { problems, content } = iis.parse(file);
      // One file has a comment before the XML declaration, which no XML parser takes.
      const isInvalid = entry.valid.startsWith('invalid') || file.text.indexOf('<?xml') > 0;
      expect(problems.map(({ severity }) => severity)).toEqual(isInvalid ? ['error'] : []);
      // Files that set nothing about sessions are nobody's business, registry files first of all.
      if (entry.server === 'schannel') expect(iis.claims(file, false)).toBe(false);
      if (/applicationhost/i.test(name) && !name.endsWith('.xdt.xml')) expect(iis.claims(file, false)).toBe(true);
      // The manifest names the lines with a TLS binding; a binding that is written over lines counts where it ends.
      const wanted = entry.session_directives
        .filter((each) => each.name.startsWith('protocol'))
        .map(({ line }) => line);
      const found = content.kind === 'host' && !isInvalid ? tlsLines(name) : [];
      if (!isInvalid) expect(found).toEqual(wanted);
    });

    // None of them has a file that writes the value, so each machine gets companions and no text changes.
    test('every machine is brought to the target beside its files', () => {
      const complete = corpus.filter(({ valid, server }) => !valid.startsWith('invalid') && server === 'iis');
      const machines = complete.flatMap(({ file }) => {
        const project = openIn(iis, folder, { paths: [file] });
        const { files, refused, configurations } = planFor(project);
        expect([files, refused], file).toEqual([[], []]);
        for (const { configuration, remedies } of configurations) {
          const companions = iis.companions?.(configuration, { target: 60, remedies }) ?? [];
          expect(
            companions.map(({ name }) => name),
            file,
          ).toContain('schannel-session-60s.reg');
        }
        const withTls = project.configurations.filter(({ listeners }) => listeners.length > 0);
        expect(configurations.map(({ configuration }) => configuration.label)).toEqual(
          withTls.map(({ label }) => label),
        );
        return withTls;
      });
      expect(machines).toHaveLength(3);
    });
  });

/** The last lines of the bindings that speak TLS. */
function tlsLines(name: string): number[] {
  const project = openIn(iis, folder, { paths: [name] });
  return project.configurations.flatMap(({ listeners }) =>
    listeners.map(({ definedAt }) => positionOf(definedAt.file, definedAt.span.end - 1).line),
  );
}
