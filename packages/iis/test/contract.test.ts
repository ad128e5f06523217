import { fileURLToPath } from 'node:url';
import { adapterContract, samplesIn } from '@shortfuse/testkit';
import { iis } from '../src/index.js';

const folder = fileURLToPath(new URL('conformance', import.meta.url));
adapterContract(
  iis,
  samplesIn(
    folder,
    (path) => !path.endsWith('expected.json') && !path.endsWith('README.md') && !path.endsWith('.gitattributes'),
  ),
);
