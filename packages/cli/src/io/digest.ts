import { createHash } from 'node:crypto';
import { encode, type SourceFile } from '@shortfuse/core';

/** `sha256:` and the digest of `bytes` in hexadecimal digits. */
export function digestOfBytes(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** The digest of the bytes that a text stands for. */
export function digestOf(file: SourceFile): string {
  return digestOfBytes(encode(file));
}
