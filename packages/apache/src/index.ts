import { defineAdapter } from '@shortfuse/core';
import { anchorsIn } from './anchors.js';
import { annotationAt, commentsIn } from './comments.js';
import { looksLikeApache } from './detect.js';
import { explanation } from './explanation.js';
import { parse } from './parse.js';
import { resolve } from './resolve.js';
import type { ApacheFile } from './tree.js';

export { writtenIn } from './directives.js';
export { parse } from './parse.js';
export type { ApacheFile, Lines } from './tree.js';
export { LineKind } from './tree.js';

/** Apache httpd 2.4 with mod_ssl. */
export const apache = defineAdapter<ApacheFile>({
  id: 'apache',
  title: 'Apache httpd',
  homes: [
    '/etc/apache2',
    '/etc/httpd',
    '/usr/local/apache2',
    '/usr/local/etc/apache24',
    '/usr/local/apache',
    '/opt/bitnami/apache',
    '/opt/bitnami/apache2',
    '/opt/homebrew/etc/httpd',
    '/usr/local/etc/httpd',
    '/srv/httpd',
  ],
  explanation,
  looksFor: 'apache2.conf or httpd.conf, files with <VirtualHost>, SSLEngine or SSLSession* settings',
  claims: looksLikeApache,
  parse,
  resolve,
  anchors: anchorsIn,
  comments: commentsIn,
  annotate: annotationAt,
  operations: {
    test: 'apachectl configtest',
    reload: 'apachectl graceful',
    restart: 'systemctl restart apache2',
    restartCost:
      'the service is httpd on Red Hat; open connections are cut, for a moment no new ones are accepted, and it ends no session that a reload does not end',
  },
});
