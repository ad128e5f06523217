import type { Operations } from '@shortfuse/core';

/**
 * How a change of ServerCacheTime reaches a machine. Nothing tests a registry file before it is imported. Documentation does
 * not say when Schannel reads the value again, so a restart of the machine is the only step that is sure to count.
 */
export const operations: Operations = {
  test: undefined,
  reload: 'reg import FILE.reg, gpupdate /force, or run the script or playbook that was changed',
  restart: 'shutdown /r /t 0',
  restartCost: 'the whole machine is away for minutes: every site, remote desktop and every other service on it',
};
