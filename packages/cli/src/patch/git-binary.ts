import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { bytesOf, type DiffPair, quoted } from './diff.js';

/** git's own order of the digits. Source: base85.c in git. */
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~';

/** git puts this many bytes into one line. */
const bytesPerLine = 52;

/**
 * A patch of a file that is no text to git: both contents in full, so that it can be taken back with `git apply -R`. git
 * applies it only to the very content that it was made from.
 */
export function gitBinaryPatch(pair: DiffPair): Uint8Array {
  const [before, after] = bytesOf(pair);
  const a = quoted(`a/${pair.pathInRepository}`).trimEnd();
  const b = quoted(`b/${pair.pathInRepository}`).trimEnd();
  const lines = [
    `diff --git ${a} ${b}`,
    `index ${blobId(before)}..${blobId(after)}`,
    'GIT binary patch',
    ...literal(after),
    '',
    ...literal(before),
    '',
    '',
  ];
  return Buffer.from(lines.join('\n'), 'utf8');
}

/** The name that git gives this content. */
function blobId(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

function literal(bytes: Uint8Array): string[] {
  const packed = deflateSync(bytes);
  const lines = [`literal ${bytes.length}`];
  for (let at = 0; at < packed.length; at += bytesPerLine) {
    const piece = packed.subarray(at, at + bytesPerLine);
    // The line begins with its number of bytes: A is 1, a is 27.
    const length = piece.length <= 26 ? 64 + piece.length : 96 + piece.length - 26;
    lines.push(String.fromCharCode(length) + base85(piece));
  }
  return lines;
}

/** Four bytes, zeros behind the last, are one number of five digits. */
function base85(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    let number = 0;
    for (let i = 0; i < 4; i++) number = number * 256 + (bytes[at + i] ?? 0);
    let group = '';
    for (let i = 0; i < 5; i++) {
      group = (digits[number % 85] ?? '') + group;
      number = Math.floor(number / 85);
    }
    text += group;
  }
  return text;
}
