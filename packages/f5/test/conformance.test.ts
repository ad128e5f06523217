import { fileURLToPath } from 'node:url';
import { conformanceSuite } from '@shortfuse/testkit';
import { f5 } from '../src/index.js';

conformanceSuite(f5, fileURLToPath(new URL('conformance', import.meta.url)));
