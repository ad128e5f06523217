import { fileURLToPath } from 'node:url';
import { patchSuite } from '@shortfuse/testkit';
import { nginx } from '../src/index.js';

patchSuite(nginx, fileURLToPath(new URL('conformance', import.meta.url)), { mainFile: 'nginx.conf' });
