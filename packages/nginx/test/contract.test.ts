import { fileURLToPath } from 'node:url';
import { adapterContract, samplesIn } from '@shortfuse/testkit';
import { nginx } from '../src/index.js';

const folder = fileURLToPath(new URL('conformance', import.meta.url));
adapterContract(
  nginx,
  samplesIn(folder, (path) => !path.endsWith('.json') && !path.endsWith('.key') && !path.endsWith('.gitattributes')),
);
