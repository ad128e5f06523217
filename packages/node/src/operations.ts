import type { Operations } from '@shortfuse/core';

/** Node.js reads its sources at the start of a process: there is nothing to reload. How a process is run is not in them. */
export const operations: Operations = {
  test: undefined,
  reload: 'systemctl restart SERVICE',
  restart: 'systemctl restart SERVICE',
  restartCost:
    'open connections are closed; of a cluster every process has to end, the primary too, because it hands the ticket keys on',
};
