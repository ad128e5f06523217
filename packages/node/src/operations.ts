import type { Operations } from '@shortfuse/core';

/** Node.js reads its sources at the start of a process: there is nothing to reload. How a process is run is not in them. */
export const operations: Operations = {
  test: undefined,
  reload: 'restart the program, with the command that deploys it: systemctl restart SERVICE, pm2 restart NAME',
  restart: 'stop every process of the program, the primary of a cluster included, and start it anew',
  restartCost: 'open connections are closed, unless a load balancer takes them to another process first',
};
