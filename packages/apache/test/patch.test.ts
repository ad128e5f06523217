import { fileURLToPath } from 'node:url';
import { patchSuite } from '@shortfuse/testkit';
import { apache } from '../src/index.js';

patchSuite(apache, fileURLToPath(new URL('conformance', import.meta.url)));
