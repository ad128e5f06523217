import type { Operations } from '@shortfuse/core';
import type { Device } from './device.js';

const tmm = {
  restart: 'tmsh restart sys service tmm',
  restartCost: 'tmm carries all traffic: every connection through the device is cut, and an active unit fails over',
} as const;

/** For the device's own files. Source: F5, saving and loading configurations. */
export const operations: Operations = {
  ...tmm,
  test: 'tmsh load sys config verify',
  reload: 'tmsh load sys config',
};

/** For code that a tool brings to the device; `label` is what the configuration is called. */
export function operationsOf(form: Device['form'], label: string): Operations | undefined {
  switch (form) {
    case 'tmsh':
    case 'rest':
      return undefined;
    case 'as3':
      return {
        ...tmm,
        test: undefined,
        reload: `curl -u USER -H "Content-Type: application/json" --data-binary "@${label}" https://DEVICE/mgmt/shared/appsvcs/declare`,
      };
    case 'terraform':
      return { ...tmm, test: 'terraform plan', reload: 'terraform apply' };
    case 'pulumi':
      return { ...tmm, test: 'pulumi preview --diff', reload: 'pulumi up' };
    case 'ansible':
      return { ...tmm, test: 'ansible-playbook --check PLAYBOOK', reload: 'ansible-playbook PLAYBOOK' };
  }
}
