import { fileURLToPath } from 'node:url';
import { adapterContract, samplesIn } from '@shortfuse/testkit';
import { node } from '../src/index.js';

const folder = fileURLToPath(new URL('conformance', import.meta.url));
adapterContract(
  node,
  samplesIn(folder, (path) => !/(?:expected\.json|README\.md|\.gitattributes|\.yaml)$/.test(path)),
);
