import { fileURLToPath } from 'node:url';
import { conformanceSuite } from '@shortfuse/testkit';
import { nginx } from '../src/index.js';

conformanceSuite(nginx, fileURLToPath(new URL('conformance', import.meta.url)), { mainFile: 'nginx.conf' });
