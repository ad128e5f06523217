import { join } from 'node:path';
import { run } from './process.js';

/** A certificate and its key, as paths of PEM files. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/**
 * Puts a self-signed certificate into `folder` as `server.crt` and `server.key`: for tests only, valid for ten years so that
 * a server whose clock is moved forward still loads it.
 * @throws Error where openssl is missing or fails
 */
export function createCertificate(folder: string): Certificate {
  const made = { certificate: join(folder, 'server.crt'), key: join(folder, 'server.key') };
  const subject = ['-subj', '/CN=shortfuse.test', '-addext', 'subjectAltName=DNS:shortfuse.test'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-days', '3650', '-keyout', made.key, '-out', made.certificate];
  const { status, stderr } = run('openssl', ['req', '-x509', ...curve, ...subject, ...files]);
  if (status !== 0) throw new Error(`openssl made no certificate: ${stderr}`);
  return made;
}
