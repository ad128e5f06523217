import { fileURLToPath } from 'node:url';
import { patchSuite } from '@shortfuse/testkit';
import { iis } from '../src/index.js';

patchSuite(iis, fileURLToPath(new URL('conformance', import.meta.url)), {
  // Its certificate binding has session tickets on, whose lifetime nothing sets.
  refused: { '30-netsh-binding-flags': ['tickets/https/*:443:tickets.example.com'] },
});
