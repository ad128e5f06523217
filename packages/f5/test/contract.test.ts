import { fileURLToPath } from 'node:url';
import { adapterContract, samplesIn } from '@shortfuse/testkit';
import { f5 } from '../src/index.js';

const folder = fileURLToPath(new URL('conformance', import.meta.url));
adapterContract(
  f5,
  samplesIn(folder, (path) => !/(?:expected\.json|README\.md|\.gitattributes)$/.test(path)),
);
