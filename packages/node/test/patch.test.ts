import { fileURLToPath } from 'node:url';
import { patchSuite } from '@shortfuse/testkit';
import { node } from '../src/index.js';

patchSuite(node, fileURLToPath(new URL('conformance', import.meta.url)));
