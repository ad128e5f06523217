import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lease } from '@shortfuse/core';
import { createCertificate, findNginx, type RunningNginx, startNginx } from '@shortfuse/testkit';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildCommand, type Run, run } from './run.js';

/* `mark` asks a running nginx whether it still takes sessions from before the change. */
const installed = findNginx();
if (!installed) process.stderr.write('skipped: nginx is not installed, so mark asks no server\n');

const shop = 'shop.example:23200';
const blog = 'blog.example:23201';
const configuration = `events { }
http {
    access_log off;
    ssl_certificate server.crt;
    ssl_certificate_key server.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_timeout 1h;
    # Sessions stay in the zone over a reload, not over a restart.
    server { listen 127.0.0.1:23200 ssl; server_name shop.example; ssl_session_cache shared:S:1m; return 200; }
    # Tickets stay as long as the key does.
    server { listen 127.0.0.1:23201 ssl; server_name blog.example; ssl_session_ticket_key ticket.key; return 200; }
}
`;

const parent = mkdtempSync(join(tmpdir(), 'shortfuse-mark-'));
let command = '';
let removeCommand = (): void => undefined;
let folder = '';
let server: RunningNginx | undefined;

beforeAll(async () => {
  const built = await buildCommand();
  command = built.path;
  removeCommand = built.remove;
});
afterAll(() => {
  removeCommand();
  rmSync(parent, { recursive: true, force: true });
});
beforeEach(async () => {
  folder = mkdtempSync(join(parent, 'site-'));
  mkdirSync(join(folder, '.git'));
  writeFileSync(join(folder, 'nginx.conf'), configuration);
  writeFileSync(
    join(folder, 'shortfuse.config.json'),
    JSON.stringify({ servers: { nginx: { version: installed?.version } } }),
  );
  newKey();
  if (!installed) return;
  createCertificate(folder);
  await restart();
});
afterEach(() => server?.stop());

function newKey(): void {
  writeFileSync(join(folder, 'ticket.key'), randomBytes(80));
}

async function restart(): Promise<void> {
  await server?.stop();
  // A clock of its own, as some tests move, is not wanted here.
  server = installed && (await startNginx({ ...installed, clockLibrary: undefined }, folder));
}

const shortfuse = (...args: string[]): Promise<Run> => run(command, args, { cwd: folder, env: { TZ: 'UTC' } });
const before = (...hosts: string[]): Promise<Run> =>
  shortfuse('probe', '--quiet', '--before', 's.json', '--connect', '127.0.0.1', ...hosts);
const patch = (): Promise<Run> => shortfuse('patch', 'nginx.conf', '--write', '--for', '2d');

function lease(): Lease {
  const leases = join(folder, '.shortfuse/leases');
  const value: Lease = JSON.parse(readFileSync(join(leases, readdirSync(leases)[0] ?? ''), 'utf8'));
  expect(validated('lease', value)).toBeNull();
  return value;
}

async function status() {
  const { stdout } = await shortfuse('status', '--format', 'json');
  const value = JSON.parse(stdout);
  expect(validated('status', value)).toBeNull();
  return value.leases[0];
}

function validated(name: string, value: unknown): unknown {
  const ajv = new Ajv2020({ allowUnionTypes: true });
  addFormats.default(ajv);
  const isValid = ajv.compile(
    JSON.parse(readFileSync(new URL(`../schemas/${name}.schema.json`, import.meta.url), 'utf8')),
  );
  isValid(value);
  return isValid.errors ?? null;
}

describe.skipIf(!installed)('mark --sessions', () => {
  test('a reload keeps what is in the zone, and a restart ends it', async () => {
    await before(shop);
    await patch();
    await server?.reload();
    const reloaded = await shortfuse('mark', 'deployed', '--server', 'nginx', '--sessions', 's.json');
    expect(reloaded.status).toBe(1);
    expect(reloaded.stdout).toContain(
      'shop.example:23200 via 127.0.0.1\n  old sessions    still accepted (session ID)\n  new sessions    announced for 1 min\n\n',
    );
    expect(reloaded.stderr).toMatch(/^s\.json is kept, because not all of its sessions were refused; /);
    expect(existsSync(join(folder, 's.json'))).toBe(true);
    const proof = { result: 'accepted', servername: 'shop.example', connectedTo: { host: '127.0.0.1', port: 23_200 } };
    expect(lease().events).toMatchObject([{ event: 'deployed', server: 'nginx', proof: [proof] }]);
    const [shopBefore, blogBefore] = (await status()).listeners;
    expect([shopBefore.proof.result, blogBefore.proof]).toEqual(['accepted', null]);

    await restart();
    const restarted = await shortfuse('mark', 'restarted', '--sessions', 's.json');
    expect(restarted.status).toBe(0);
    expect(restarted.stdout).toMatch(
      /^shop\.example:23200 via 127\.0\.0\.1\n {2}old sessions {4}refused \(session ID, /,
    );
    expect(restarted.stdout).toContain(
      '  proof           old sessions are refused at shop.example:23200 via 127.0.0.1 (1 of 2 listeners)\n',
    );
    expect(restarted.stderr).toBe('s.json is removed\n');
    expect(existsSync(join(folder, 's.json'))).toBe(false);
    expect(await status()).toMatchObject({
      proof: 'partly',
      listeners: [{ proof: { result: 'refused' } }, { proof: null }],
    });
  });

  test('new keys end the tickets of one listener, and the others decide', async () => {
    await before(shop, blog);
    await patch();
    newKey();
    await server?.reload();
    const marked = await shortfuse('mark', 'deployed', '--new-keys', '--sessions', 's.json', '--probe', blog);
    expect(marked.status).toBe(0);
    expect(marked.stdout).toMatch(
      /^blog\.example:23201 via 127\.0\.0\.1\n {2}old sessions {4}refused \(TLS 1\.2 ticket, TLS 1\.3 ticket\)\n/,
    );
    // The shop's sessions are still to be offered.
    expect(existsSync(join(folder, 's.json'))).toBe(true);
    expect(lease().listeners.map(({ withNewKeys }) => withNewKeys)).toEqual([
      undefined,
      { afterReload: 'dropped', afterRestart: 'dropped' },
    ]);
    expect((await status()).inspectFrom).toMatchObject({ decidedBy: { name: 'shop.example' } });
    await restart();
    expect((await shortfuse('mark', 'restarted', '--sessions', 's.json')).status).toBe(0);
    const { proof, inspectFrom, events } = await status();
    expect(proof).toBe('refused');
    expect(Date.parse(inspectFrom.at) - Date.parse(events[1].at)).toBe(60_000);
  });

  test('a change that is not in use is seen, and the next one counts', async () => {
    await before(shop, blog);
    await patch();
    // The sessions end, but nginx starts with the file that is not the one that was patched.
    const patched = readFileSync(join(folder, 'nginx.conf'), 'utf8');
    writeFileSync(join(folder, 'nginx.conf'), configuration);
    newKey();
    await restart();
    const marked = await shortfuse('mark', 'restarted', '--sessions', 's.json');
    expect(marked.status).toBe(1);
    expect(marked.stdout).toContain('  new sessions    announced for 1 h: the change is not in use there\n');
    expect(await status()).toMatchObject({ phase: 'patched', proof: 'not-live', inspectFrom: null });

    writeFileSync(join(folder, 'nginx.conf'), patched);
    await restart();
    const again = ['mark', 'restarted', '--probe', shop, '--probe', blog, '--connect', '127.0.0.1', '--quiet'];
    // The key is the same as when sessions of an hour were made with it.
    expect(await shortfuse(...again)).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(await status()).toMatchObject({
      phase: 'deployed',
      proof: 'unproven',
      warnings: [expect.stringMatching(/^TLS 1\.3/)],
    });
  });

  test('where a server does not answer nothing is recorded, and the sessions stay', async () => {
    await before(shop);
    await patch();
    await server?.stop();
    const marked = await shortfuse('mark', 'restarted', '--sessions', 's.json');
    expect(marked).toMatchObject({ status: 2, stdout: '' });
    expect(marked.stderr).toContain('nothing listens at 127.0.0.1:23200');
    expect(marked.stderr).toContain('nothing is recorded');
    expect(lease().events).toEqual([]);
    expect(existsSync(join(folder, 's.json'))).toBe(true);
  });

  test('sessions that are not from before the change show nothing', async () => {
    await patch();
    await server?.reload();
    expect((await shortfuse('mark', 'deployed', '--quiet')).status).toBe(0);
    await before(shop);
    const marked = await shortfuse('mark', 'deployed', '--sessions', 's.json');
    expect(marked.status).toBe(0);
    expect(marked.stdout).toMatch(
      /^shop\.example:23200 via 127\.0\.0\.1\n {2}old sessions {4}not shown: those in the file are not from before/,
    );
    expect((await status()).proof).toBe('unproven');
  });

  test('servers in the file that the lease has nothing to do with are not asked', async () => {
    // Asked by address, it sends no name, and the only listener there is meant.
    await shortfuse(
      'probe',
      '--quiet',
      '--before',
      's.json',
      '--connect',
      'other.example=127.0.0.1:23200',
      '127.0.0.1:23201',
      'other.example',
    );
    await patch();
    await restart();
    const marked = await shortfuse('mark', 'restarted', '--sessions', 's.json');
    expect(marked.stdout).toMatch(
      /^127\.0\.0\.1:23201\n {2}old sessions {4}still accepted \(TLS 1\.2 ticket, TLS 1\.3 ticket\)\n/,
    );
    expect(marked.stderr).toMatch(
      /^not asked: other\.example:443 via 127\.0\.0\.1:23200 answers for no listener of lease .*\ns\.json is kept/,
    );
    expect(marked.status).toBe(1);
  });

  test('wrong usage is told before anything is asked', async () => {
    await before(shop);
    await patch();
    for (const [args, message] of [
      [['deployed', '--probe', 'other.example'], 'error: other.example:443 answers for no listener of lease '],
      [['deployed', '--probe', blog, '--sessions', 's.json'], 'error: s.json holds no session of blog.example:23201\n'],
      [['deployed', '--sessions', 'none.json'], 'error: none.json: ENOENT'],
      [['deployed', '--sessions', 'nginx.conf'], 'error: nginx.conf is no file that probe --before wrote'],
      [['deployed', '--sessions', 's.json', '--server', 'apache'], 'changes no listener of apache'],
      [['deployed', '--probe', 'a b'], 'error: a b is no HOST[:PORT]'],
      [['deployed', '--connect', '127.0.0.1'], 'error: --servername, --connect and --starttls say'],
      [['deployed', '--cert', 'c', '--key', 'k'], 'error: --cert and --key go with --probe HOST or --sessions FILE'],
      [['deployed', '--cert', 'c', '--probe', shop], 'error: a client certificate needs both'],
      [['inspecting', '--sessions', 's.json'], 'error: --probe and --sessions show'],
    ] as const) {
      const marked = await shortfuse('mark', ...args);
      expect(marked, args.join(' ')).toMatchObject({ status: 2, stdout: '' });
      expect(marked.stderr, args.join(' ')).toContain(message);
    }
    expect(lease().events).toEqual([]);
  });
});
