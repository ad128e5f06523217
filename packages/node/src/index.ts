import { defineAdapter } from '@shortfuse/core';
import { anchors } from './anchors.js';
import { annotate, comments } from './comments.js';
import { claims } from './detect.js';
import { explanation } from './explanation.js';
import { operations } from './operations.js';
import { resolve } from './resolve.js';
import { parse, type SourceTree } from './tree.js';

/** TLS servers in TypeScript and JavaScript, and Pulumi programs for BIG-IP. */
export const node = defineAdapter<SourceTree>({
  id: 'node',
  title: 'Node.js',
  homes: [],
  explanation,
  looksFor:
    'TypeScript and JavaScript sources that make TLS servers (https, tls, http2, Fastify, NestJS, hapi) or BIG-IP profiles (Pulumi)',
  claims,
  parse,
  resolve,
  anchors,
  comments,
  annotate,
  operations,
});
