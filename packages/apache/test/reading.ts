import { decode, encode } from '@shortfuse/core';
import { parse } from '../src/parse.js';
import { type ApacheFile, LineKind } from '../src/tree.js';

/** Parses bytes and checks what holds for every tree: all of the text is in it once, in order, and nothing else is. */
export function expectLossless(bytes: Uint8Array, path = 'httpd.conf'): ApacheFile {
  const file = decode(path, bytes);
  const tree = parse(file);
  const { lines } = tree;
  const fail = (what: string): never => {
    throw new Error(`${path}: ${what}`);
  };
  if (!Buffer.from(encode(file)).equals(bytes)) fail('bytes out are not bytes in');
  let rebuilt = '';
  for (let i = 0; i < lines.count; i++) {
    const start = lines.starts[i] ?? -1;
    const end = lines.starts[i + 1] ?? -1;
    const name = lines.nameStarts[i] ?? -1;
    const nameEnd = lines.nameEnds[i] ?? -1;
    if (end <= start) fail(`line ${i} is empty`);
    if (name < start || nameEnd < name || nameEnd > end) fail(`the name of line ${i} is not within it`);
    if (lines.kinds[i] === LineKind.blank && /[^\s\\]/.test(file.text.slice(start, end)))
      fail(`line ${i} is not blank`);
    rebuilt += file.text.slice(start, end);
  }
  if ((lines.starts[lines.count] ?? -1) !== file.text.length) fail('the last line does not end where the text ends');
  if (rebuilt !== file.text) fail('the lines put together are not the text');
  return tree;
}
