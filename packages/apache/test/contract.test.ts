import { fileURLToPath } from 'node:url';
import { adapterContract, samplesIn } from '@shortfuse/testkit';
import { apache } from '../src/index.js';

const folder = fileURLToPath(new URL('conformance', import.meta.url));
adapterContract(
  apache,
  samplesIn(folder, (path) => !/\.(?:json|md|gitattributes)$/.test(path)),
);
