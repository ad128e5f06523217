import { fileURLToPath } from 'node:url';
import { conformanceSuite } from '@shortfuse/testkit';
import { node } from '../src/index.js';

conformanceSuite(node, fileURLToPath(new URL('conformance', import.meta.url)));
