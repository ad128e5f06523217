import {
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { positionOf, type ResolveOptions } from '@shortfuse/core';
import { noOptions, openProject } from '@shortfuse/files';
import { type Certificate, createCertificate, findHttpd, readCases, run, stage } from '@shortfuse/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluate } from '../src/evaluate.js';
import type { Evaluation } from '../src/evaluation.js';
import { apache } from '../src/index.js';
import { isSessionSetting } from '../src/settings.js';
import type { ApacheFile } from '../src/tree.js';
import { wordsOf } from '../src/words.js';
import { corpus, corpusFolder } from './corpus.js';

/*
 * mod_info prints the configuration as httpd has read it: conditions, includes, variables and macros resolved, each line with
 * its place. The session settings in it must be those that the adapter found live.
 */
const httpd = findHttpd();
const folder = mkdtempSync(join(tmpdir(), 'shortfuse-httpd-dump-'));
let certificate: Certificate;
beforeAll(() => {
  if (httpd) certificate = createCertificate(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
if (!httpd) process.stderr.write('skipped: apache2 is not installed, so no resolved configuration is compared\n');

/** A directive that counts, as `file:line name value`. */
type Live = string;

/** What httpd printed; undefined where it refuses the configuration. */
function dumped(root: string, args: readonly string[]): Live[] | undefined {
  if (!httpd) return undefined;
  const info = ['-C', `LoadModule info_module ${httpd.modulesFolder}/mod_info.so`];
  const common = ['-d', root, '-f', 'httpd.conf', '-C', `Define MODULES_DIR ${httpd.modulesFolder}`];
  const { status, stdout } = run(httpd.command, ['-t', '-D', 'DUMP_CONFIG', ...common, ...info, ...args]);
  if (status !== 0) return undefined;
  const found: Live[] = [];
  let file = '';
  let line = 0;
  let useLine: number | undefined;
  for (const each of stdout.split('\n')) {
    const text = each.trim();
    const place = /^# In file: (.*)$/.exec(text)?.[1];
    const number = /^#\s+(\d+):$/.exec(text)?.[1];
    if (place !== undefined) {
      const use = [...place.matchAll(/used on line (\d+) of "([^"]*)"/g)].at(-1);
      file = (use?.[2] ?? place).replace(`${root}/`, '');
      useLine = use ? Number(use[1]) : undefined;
    } else if (number !== undefined) line = Number(number);
    else {
      const [name, ...values] = wordsOf(text).map(({ value }) => value);
      if (name && isSessionSetting(name.toLowerCase()))
        found.push(`${file}:${useLine ?? line} ${name.toLowerCase()} ${values.join(' ')}`);
    }
  }
  return found.sort();
}

/** What the adapter found live in the same tree. */
function read(root: string, defines: readonly string[]): Live[] {
  let evaluation: Evaluation | undefined;
  const reading = {
    ...apache,
    *resolve(files: readonly ApacheFile[], { version, defines: given, serverRoot }: ResolveOptions) {
      const main = files.filter(({ file }) => file.path === 'httpd.conf');
      const [first] = main;
      if (!first) return [];
      const options = { entry: first.file, bases: [''], fragments: false, assumesModules: false };
      evaluation = yield* evaluate(main, { ...options, version, serverRoot, defines: given });
      return [];
    },
  };
  const options = new Map([[apache.id, { ...noOptions, defines: new Map(defines.map((name) => [name, ''])) }]]);
  openProject({
    cwd: root,
    paths: ['httpd.conf'],
    roots: [],
    adapters: [reading],
    options,
    exclude: [],
    serverNamed: true,
  });
  const levels = evaluation ? [evaluation.main, ...evaluation.hosts] : [];
  return levels
    .flatMap(({ written }) => [...written.values()].flat())
    .filter(({ name }) => isSessionSetting(name))
    .map(
      ({ name, words, at }) => `${at.file.path}:${positionOf(at.file, at.span.start).line} ${name} ${words.join(' ')}`,
    )
    .sort();
}

const cases = readCases(fileURLToPath(new URL('conformance', import.meta.url))).filter(
  // httpd cannot follow git's text form of links.
  ({ isValid, folder: source }) => isValid && !hasTextLinks(source),
);

function hasTextLinks(source: string): boolean {
  const enabled = join(source, 'mods-enabled');
  if (!existsSync(enabled)) return false;
  return readdirSync(enabled).some((name) => !lstatSync(join(enabled, name)).isSymbolicLink());
}

describe('apache2 -t -D DUMP_CONFIG', () => {
  test.skipIf(!httpd).each(cases.map((each) => [each.name, each] as const))('%s', (_, each) => {
    const { path, remove } = stage(each.folder, certificate);
    try {
      for (const name of ['ticket.key']) writeFileSync(join(path, name), new Uint8Array(48).fill(7));
      const printed = dumped(
        path,
        each.defines.flatMap((name) => ['-D', name]),
      );
      expect(printed).toBeDefined();
      expect(read(path, each.defines)).toEqual(printed);
    } finally {
      remove();
    }
  });

  /** Modules that real files use; one that cannot be loaded here is left out. */
  const modules = (
    'mpm_event authz_core authn_core authz_host authz_user auth_basic access_compat alias autoindex deflate dir env expires filter ' +
    'headers http2 mime negotiation proxy proxy_http proxy_wstunnel reqtimeout rewrite setenvif socache_shmcb socache_memcache socache_dbm ssl status macro'
  ).split(' ');

  test.skipIf(!httpd || corpus.length === 0)('every file of the corpus that this httpd accepts', () => {
    if (!httpd) return;
    const present = modules.filter((name) => existsSync(join(httpd.modulesFolder, `mod_${name}.so`)));
    const head = present.map((name) => `LoadModule ${name}_module \${MODULES_DIR}/mod_${name}.so\n`).join('');
    const root = join(folder, 'corpus');
    let accepted = 0;
    let settings = 0;
    for (const { file } of corpus) {
      const name = basename(file);
      cpSync(join(corpusFolder, file), join(root, name));
      copyFileSync(certificate.certificate, join(root, 'server.crt'));
      copyFileSync(certificate.key, join(root, 'server.key'));
      // Certificates of other people's are not here; which one is used does not matter.
      const text = readFileSync(join(root, name), 'latin1')
        .replace(/^(\s*SSLCertificateFile\s+).*$/gim, '$1server.crt')
        .replace(/^(\s*SSLCertificateKeyFile\s+).*$/gim, '$1server.key')
        .replace(
          /^(\s*)SSL(?:CertificateChainFile|CACertificateFile|CACertificatePath)\s.*$/gim,
          '$1SSLCertificateFile server.crt',
        );
      const included = name === 'httpd.conf' ? 'included.conf' : name;
      writeFileSync(join(root, included), text, 'latin1');
      writeFileSync(
        join(root, 'httpd.conf'),
        `ServerName x\nDefaultRuntimeDir .\nPidFile x.pid\nErrorLog x.log\nListen 127.0.0.1:21191\n${head}Include "${included}"\n`,
      );
      const printed = dumped(root, []);
      if (printed) {
        accepted++;
        settings += printed.length;
        expect(read(root, []), file).toEqual(printed);
      }
      rmSync(root, { recursive: true });
    }
    // Others need modules, folders or files that are not here.
    expect(accepted).toBeGreaterThan(60);
    expect(settings).toBeGreaterThan(20);
  });
});
