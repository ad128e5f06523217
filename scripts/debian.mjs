// @ts-check
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { runQuietly, say } from './run.mjs';

/** What the tests run beside Node: the servers themselves, a TLS client, a clock that can be moved, and pre-commit. */
const packages = [
  'nginx',
  'libnginx-mod-stream',
  'libnginx-mod-mail',
  'libnginx-mod-http-ndk',
  'libnginx-mod-http-lua',
  'apache2',
  'haproxy',
  'libfaketime',
  'openssl',
  'pre-commit',
];

/**
 * Installs what the tests need from Debian, where it is missing and that is possible. Starts no service.
 * @returns {string | undefined} which tests cannot run and why, where something is still missing
 */
export function installDebianPackages() {
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length === 0) return undefined;
  const cannot = `the tests against real servers cannot run and are skipped: ${missing.join(', ')} missing`;
  if (!existsSync('/etc/debian_version')) return `${cannot}; they are installed on Debian only`;
  if (process.getuid?.() !== 0) return `${cannot}; run npm test as root once, or install them`;
  say(`installing ${missing.join(', ')} …`);
  return installWithApt(missing) ? undefined : `${cannot}; apt-get failed, see above`;
}

/** @param {string} name */
function isInstalled(name) {
  const { stdout, status } = spawnSync('dpkg-query', ['-W', '-f', `\${db:Status-Status}`, name], { encoding: 'utf8' });
  return status === 0 && stdout === 'installed';
}

/** Debian asks this program before it starts a service; 101 is no. */
const policy = '/usr/sbin/policy-rc.d';

/** @param {readonly string[]} names */
function installWithApt(names) {
  const env = { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
  const isOurs = !existsSync(policy);
  if (isOurs) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return (
      runQuietly('apt-get', ['-q', 'update'], { env }) &&
      runQuietly('apt-get', ['-q', '-y', '--no-install-recommends', 'install', ...names], { env })
    );
  } finally {
    if (isOurs) rmSync(policy);
  }
}
