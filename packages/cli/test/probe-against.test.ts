import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apache as apacheAdapter } from '@shortfuse/apache';
import type { Adapter } from '@shortfuse/core';
import { nginx as nginxAdapter } from '@shortfuse/nginx';
import { compare, type ProbeResult, probe } from '@shortfuse/probe';
import {
  type Certificate,
  type ConformanceCase,
  canReach,
  createCertificate,
  findHttpd,
  findNginx,
  listenersIn,
  modulePaths,
  openIn,
  readCases,
  stage,
  startHttpd,
  startNginx,
} from '@shortfuse/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Common, type Job, jobsForListeners } from '../src/commands/probe/jobs.js';
import { buildCommand, type Run, run } from './run.js';

/*
 * Every live tree of the conformance cases, on ports of its own: what `audit` reads in the files is what `probe` sees.
 */
const nginx = findNginx();
const httpd = findHttpd();
if (!nginx || !httpd)
  process.stderr.write('skipped: nginx or httpd is not installed, so its files are not compared with it\n');

let command = '';
let certificate: Certificate;
const folder = mkdtempSync(join(tmpdir(), 'shortfuse-against-'));
const cleanUp: (() => void)[] = [() => rmSync(folder, { recursive: true })];
/** What every case asks for; all of it is done at the same time. */
const starts: (() => Promise<void>)[] = [];
beforeAll(async () => {
  const built = await buildCommand();
  command = built.path;
  cleanUp.push(built.remove);
  if (nginx || httpd) certificate = createCertificate(folder);
  await Promise.all(starts.map((start) => start()));
});
afterAll(() => {
  for (const remove of cleanUp) remove();
});

const casesOf = (server: string): readonly ConformanceCase[] =>
  readCases(fileURLToPath(new URL(`../../${server}/test/conformance`, import.meta.url)));

/** What some cases of httpd ask for beyond their files. */
interface Needs {
  readonly args?: readonly string[];
  readonly generatedFiles?: readonly { readonly path: string; readonly randomBytes: number }[];
  readonly listeners: readonly { readonly handshakeFailures?: readonly string[] }[];
}

const needsOf = (each: ConformanceCase): Needs =>
  JSON.parse(readFileSync(join(each.folder, 'expected.json'), 'utf8')) as Needs;

/** A copy whose ports do not meet those of other tests: 201xx becomes 245xx, and 211xx becomes 247xx. */
function staged(each: ConformanceCase): { readonly path: string; remove(): void } {
  const copy = stage(each.folder, certificate);
  for (const { path, randomBytes: length } of needsOf(each).generatedFiles ?? []) {
    mkdirSync(dirname(join(copy.path, path)), { recursive: true });
    writeFileSync(join(copy.path, path), randomBytes(length));
  }
  for (const name of readdirSync(copy.path, { recursive: true, encoding: 'utf8' })) {
    const path = join(copy.path, name);
    if (!statSync(path).isFile()) continue;
    const text = readFileSync(path, 'latin1');
    const moved = text.replace(/\b201(\d\d)\b/g, '245$1').replace(/\b211(\d\d)\b/g, '247$1');
    if (moved !== text) writeFileSync(path, moved, 'latin1');
  }
  // Not one of the server's files.
  rmSync(join(copy.path, 'expected.json'), { force: true });
  return copy;
}

/** Wildcard addresses are entered by an address that no case names. */
const connect = [{ from: { host: '*', port: undefined }, to: { host: '127.0.0.2', port: undefined } }];

interface Running {
  reload(): Promise<void>;
  stop(): Promise<void>;
}

interface Runnable {
  readonly each: ConformanceCase;
  start(path: string): Promise<Running>;
}

const nginxCases: readonly Runnable[] = !nginx
  ? []
  : casesOf('nginx').flatMap((each) => {
      const modules = modulePaths(nginx, each.modules);
      if (!each.isValid || each.listeners.length === 0 || !modules || !canReach(each.listeners)) return [];
      const start = (path: string): Promise<Running> =>
        startNginx({ ...nginx, clockLibrary: undefined }, path, modules);
      return [{ each, start }];
    });

const httpdCases: readonly Runnable[] = !httpd
  ? []
  : casesOf('apache').flatMap((each) => {
      if (!each.isValid || each.listeners.length === 0) return [];
      const start = (path: string): Promise<Running> =>
        startHttpd({ ...httpd, clockLibrary: undefined }, path, needsOf(each).args);
      return [{ each, start }];
    });

/** Probing is mostly waiting: many at once take little longer than one. */
const mostAtOnce = 40;

interface Answer {
  readonly job: Job;
  readonly result: ProbeResult;
}

/** Starts the server of each case on its files, and asks every listener that the files have. */
function answersOf(adapter: Adapter, runnable: readonly Runnable[]): ReadonlyMap<Runnable, readonly Answer[]> {
  const answers = new Map<Runnable, readonly Answer[]>();
  starts.push(async () => {
    const queue = [...runnable];
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const { path, remove } = staged(next.each);
        const listeners = listenersIn(openIn(adapter, path, { defines: next.each.defines }));
        const common: Common = { options: { format: 'text', connect, timeout: 10 }, clientCertificate: undefined };
        const { jobs } = jobsForListeners([], listeners, common);
        const server = await next.start(path);
        const ask = async (job: Job): Promise<Answer> => ({ job, result: await probe(job.endpoint) });
        answers.set(next, await Promise.all(jobs.map(ask)));
        await server.stop();
        remove();
      }
    };
    await Promise.all(Array.from({ length: mostAtOnce }, worker));
  });
  return answers;
}

describe.each([
  { adapter: nginxAdapter, runnable: nginxCases },
  { adapter: apacheAdapter, runnable: httpdCases },
])('the files of $adapter.id beside what runs', ({ adapter, runnable }) => {
  if (runnable.length === 0) {
    test.skip('its server is not installed', () => undefined);
    return;
  }
  const answers = answersOf(adapter, runnable);
  test('there are enough of them', () => expect(runnable.length).toBeGreaterThanOrEqual(25));
  for (const one of runnable)
    test(one.each.name, () => {
      const all = answers.get(one) ?? [];
      expect(all.length).toBe(one.each.listeners.length);
      for (const { job, result } of all) {
        const { listener } = job;
        if (!listener) throw new Error('a job without a listener');
        if (result.kind === 'unanswered') {
          // A default server may be there to refuse.
          expect(result.failure.kind).toBe('name');
          expect(Object.values(listener.mechanisms).map(({ enabled }) => enabled)).toEqual([false, false, false]);
          continue;
        }
        const { differences, compared } = compare(listener, result, []);
        expect(differences).toEqual([]);
        expect(compared.length).toBeGreaterThan(0);
      }
    });
});

function probeAgainst(cwd: string, args: readonly string[]): Promise<Run> {
  return run(command, ['probe', '--against', '.', '--timeout', '10s', '--connect', '127.0.0.1', ...args], { cwd });
}

describe.concurrent('files that were changed, and a server that was not told', () => {
  const changes: readonly {
    name: string;
    isInstalled: boolean;
    file: string;
    text: string;
    start(path: string): Promise<Running>;
  }[] = [
    {
      name: 'nginx',
      isInstalled: nginx !== undefined,
      file: 'nginx.conf',
      text: `events { }
http {
  access_log off; ssl_certificate server.crt; ssl_certificate_key server.key; ssl_protocols TLSv1.2 TLSv1.3;
  server { listen 127.0.0.1:24590 ssl; server_name shop.example; ssl_session_timeout 600; return 200; }
}
`,
      start: (path) => startNginx({ version: '', modules: new Map(), clockLibrary: undefined }, path),
    },
    {
      name: 'httpd',
      isInstalled: httpd !== undefined,
      file: 'httpd.conf',
      text: `ServerName localhost
DefaultRuntimeDir .
PidFile httpd.pid
ErrorLog error.log
LoadModule mpm_event_module \${MODULES_DIR}/mod_mpm_event.so
LoadModule authz_core_module \${MODULES_DIR}/mod_authz_core.so
LoadModule ssl_module \${MODULES_DIR}/mod_ssl.so
Listen 127.0.0.1:24591
SSLSessionCacheTimeout 600
<VirtualHost 127.0.0.1:24591>
  ServerName shop.example
  SSLEngine on
  SSLCertificateFile server.crt
  SSLCertificateKeyFile server.key
</VirtualHost>
`,
      start: async (path) => {
        if (!httpd) throw new Error('httpd is not installed');
        return startHttpd({ ...httpd, clockLibrary: undefined }, path);
      },
    },
  ];

  for (const { name, isInstalled, file, text, start } of changes)
    test.skipIf(!isInstalled)(name, async () => {
      const source = mkdtempSync(join(folder, 'change-'));
      writeFileSync(join(source, file), text);
      const { path, remove } = stage(source, certificate);
      const server = await start(path);
      try {
        const before = await probeAgainst(path, []);
        expect(before.stdout).toContain(`beside the files  ${file}:`);
        expect(before.stdout).toMatch(/^ {4}as in the files: .*TLS 1\.2 ticket, TLS 1\.3 ticket$/m);
        // As in the files, and above the target all the same.
        expect(before.status).toBe(1);

        writeFileSync(join(path, file), text.replace('600', '60'));
        const edited = await probeAgainst(path, []);
        expect(edited.stdout).toContain('! TLS 1.2 ticket: 1 min in the files, and the server announces 10 min');
        expect(edited.stdout).toContain('! TLS 1.3 ticket: 1 min in the files, and the server announces 10 min');
        expect(edited.stdout).toContain('the running process was not reloaded since the files changed');
        expect(edited.status).toBe(1);
        // The server is within 20 minutes; that it is not as its files say counts, too.
        expect((await probeAgainst(path, ['--target', '20m'])).status).toBe(1);

        await server.reload();
        const reloaded = await probeAgainst(path, []);
        expect(reloaded.stdout).not.toContain('not reloaded');
        expect(reloaded.status).toBe(0);
      } finally {
        await server.stop();
        remove();
      }
    });
});
