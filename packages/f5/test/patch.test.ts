import { fileURLToPath } from 'node:url';
import { patchSuite } from '@shortfuse/testkit';
import { f5 } from '../src/index.js';

patchSuite(f5, fileURLToPath(new URL('conformance', import.meta.url)));
