import { defineAdapter, type SourceFile } from '@shortfuse/core';
import { anchorsIn } from './anchors.js';
import { annotate, commentsIn } from './comments.js';
import { looksLikeNginx } from './detect.js';
import { unpackDump } from './dump.js';
import { explanation } from './explanation.js';
import { parse } from './parse.js';
import { resolve } from './resolve.js';
import type { NginxFile } from './tree.js';

export { parse } from './parse.js';
export type { Directives, NginxFile, Tokens } from './tree.js';
export { TokenKind } from './tree.js';

/** nginx, its forks that keep its configuration language included (Angie, OpenResty, Tengine, freenginx). */
export const nginx = defineAdapter<NginxFile>({
  id: 'nginx',
  title: 'nginx',
  homes: [
    '/etc/nginx',
    '/usr/local/nginx/conf',
    '/usr/local/etc/nginx',
    '/opt/nginx/conf',
    '/usr/local/openresty/nginx/conf',
    '/etc/angie',
    '/etc/tengine',
    '/etc/openresty',
    '/opt/homebrew/etc/nginx',
  ],
  explanation,
  looksFor: 'nginx.conf, files with server blocks or ssl_session_* settings, the output of nginx -T',
  claims: (file: SourceFile, named: boolean) => looksLikeNginx(file, named),
  unpack: unpackDump,
  parse,
  resolve,
  anchors: anchorsIn,
  comments: commentsIn,
  annotate,
  operations: {
    test: 'nginx -t',
    reload: 'nginx -s reload',
    restart: 'systemctl restart nginx',
    restartCost: 'open connections are cut, and for a moment no new ones are accepted',
  },
});
