import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { handshake, offer, type Target } from '@shortfuse/probe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCertificate } from './certificate.js';
import { findNginx, modulePaths, startNginx, testConfiguration } from './nginx.js';
import { type StagedFolder, stage } from './staging.js';

const nginx = findNginx();
if (!nginx) process.stderr.write('skipped: nginx is not installed, so the harness that starts it is not tested\n');

const port = 20_191;
const configuration = (lifetime: string): string =>
  `events { }
http {
  ssl_certificate server.crt; ssl_certificate_key server.key; ssl_protocols TLSv1.3; access_log off;
  server { listen 127.0.0.1:${port} ssl; ssl_session_timeout ${lifetime}; return 200; }
}
`;
const target: Target = { host: '127.0.0.1', port, mechanism: 'ticketTls13' };

describe.skipIf(!nginx)('nginx harness', () => {
  let folder = '';
  let staged: StagedFolder | undefined;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'shortfuse-harness-'));
    const source = join(folder, 'source');
    mkdirSync(source);
    writeFileSync(join(source, 'nginx.conf'), configuration('10m'));
    staged = stage(source, createCertificate(folder));
  });
  afterAll(() => {
    staged?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  test('starts, reloads, keeps running where it refuses to reload, and stops', async () => {
    if (!nginx || !staged) return;
    const server = await startNginx(nginx, staged.path);
    try {
      const { session } = await handshake(target);
      expect(session?.lifetimeHintSeconds).toBe(600);
      writeFileSync(join(staged.path, 'nginx.conf'), configuration('20m'));
      await server.reload();
      expect((await handshake(target)).session?.lifetimeHintSeconds).toBe(1200);
      // A reload makes new ticket keys.
      if (session) expect((await offer(target, session)).accepted).toBe(false);
      writeFileSync(join(staged.path, 'nginx.conf'), configuration('5 parsecs'));
      await expect(server.reload()).rejects.toThrow('invalid number of arguments');
      expect((await handshake(target)).session?.lifetimeHintSeconds).toBe(1200);
    } finally {
      await server.stop();
    }
    expect((await handshake(target)).connection.error?.code).toBe('ECONNREFUSED');
    expect(readFileSync(join(staged.path, 'run/error.log'), 'utf8')).toContain('exit');
    writeFileSync(join(staged.path, 'nginx.conf'), configuration('10m'));
  });

  test('says what nginx said where it does not start', async () => {
    if (!nginx || !staged) return;
    writeFileSync(join(staged.path, 'nginx.conf'), configuration('5ms'));
    const message = '"ssl_session_timeout" directive invalid value in nginx.conf:4';
    expect(testConfiguration(staged.path)).toEqual({ ok: false, firstError: message });
    await expect(startNginx(nginx, staged.path)).rejects.toThrow('directive invalid value');
    writeFileSync(join(staged.path, 'nginx.conf'), configuration('5m'));
    expect(testConfiguration(staged.path)).toEqual({ ok: true, firstError: undefined });
  });

  test('finds modules by name, and says which are missing', () => {
    if (!nginx) return;
    expect(modulePaths(nginx, [])).toEqual([]);
    expect(modulePaths(nginx, ['no_such'])).toBeUndefined();
    for (const [name, path] of nginx.modules) {
      expect(existsSync(path)).toBe(true);
      expect(modulePaths(nginx, [name])).toEqual([path]);
    }
  });

  test('a staged folder goes when it is removed', () => {
    const certificate = createCertificate(folder);
    const copy = stage(join(folder, 'source'), certificate);
    expect(readFileSync(join(copy.path, 'server.crt'))).toEqual(readFileSync(certificate.certificate));
    copy.remove();
    expect(existsSync(copy.path)).toBe(false);
  });
});
