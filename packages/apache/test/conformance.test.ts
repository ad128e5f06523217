import { fileURLToPath } from 'node:url';
import { conformanceSuite } from '@shortfuse/testkit';
import { apache } from '../src/index.js';

conformanceSuite(apache, fileURLToPath(new URL('conformance', import.meta.url)), { mainFile: 'httpd.conf' });
