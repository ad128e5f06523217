import type { Lease } from '@shortfuse/core';
import { adapters } from '../adapters.js';
import { type Inputs, readInputs } from '../io/inputs.js';
import type { LeaseStore } from './store.js';

/** What to open, as it was opened for the patch of a lease. @throws UsageError where its configuration file is gone or wrong */
export function inputsOf(store: LeaseStore, { reading }: Lease): Promise<Inputs> {
  const { paths, servers, roots, defines, config } = reading;
  return readInputs(
    paths.map((path) => store.absolute(path)),
    {
      ...(servers.length > 0 ? { server: servers } : {}),
      root: Object.entries(roots).map(([serverPath, folder]) => ({ serverPath, folder: store.absolute(folder) })),
      define: new Map(Object.entries(defines)),
      ...(config === undefined ? {} : { config: store.absolute(config) }),
    },
    adapters,
  );
}
