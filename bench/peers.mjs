// @ts-check
// What others do with the files of the tree, each as a whole process: `node bench/peers.mjs nginx-conf|search`.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NginxParser } from 'nginx-conf';
import { generateTree } from './generate.mjs';

/** @type {Readonly<Record<string, (text: string) => boolean>>} */
export const peers = {
  /** A tree without places in the text. False where it could not read the file. */
  'nginx-conf': (text) => {
    let isRead = false;
    new NginxParser().parse(text, (error) => {
      isRead = !error;
    });
    return isRead;
  },
  /** The least that any program must do. */
  search: (text) => text.includes('ssl_session_timeout'),
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const peer = peers[process.argv[2] ?? ''];
  if (!peer) throw new Error(`one of ${Object.keys(peers).join(', ')}`);
  let count = 0;
  for (const file of generateTree().files) if (peer(readFileSync(file, 'utf8'))) count++;
  console.log(count);
}
