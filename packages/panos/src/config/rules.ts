import type { Location } from '@shortfuse/core';
import {
  type ConditionName,
  conditionNames,
  type DecryptionRule,
  type NatRule,
  type Scope,
  type Target,
} from './model.js';
import { childrenAt, type Node, namesAt, nodeAt, valueAt } from './tree.js';

/** Where a rulebase stands: what its rules are said to be in, and what names mean there. */
export interface RulebaseContext {
  readonly location: string;
  readonly scope: Scope;
  locate(node: Node): Location;
}

export function decryptionRules(rulebase: Node | undefined, context: RulebaseContext): DecryptionRule[] {
  return childrenAt(rulebase, 'decryption', 'rules').map((node) => decryptionRule(node, context));
}

function decryptionRule(node: Node, { location, scope, locate }: RulebaseContext): DecryptionRule {
  const inbound = nodeAt(node, 'type', 'ssl-inbound-inspection');
  const action = valueAt(node, 'action') ?? '';
  return {
    name: node.name,
    at: locate(node),
    location,
    scope,
    isEnabled: !isYes(node, 'disabled'),
    action: action === 'decrypt' || action === 'decrypt-and-forward' ? 'decrypt' : 'no-decrypt',
    type: inbound
      ? 'inbound'
      : nodeAt(node, 'type', 'ssl-forward-proxy')
        ? 'forward-proxy'
        : nodeAt(node, 'type', 'ssh-proxy')
          ? 'ssh-proxy'
          : 'unknown',
    certificates: certificateNames(inbound),
    profile: valueAt(node, 'profile'),
    conditions: Object.fromEntries(conditionNames.map((name) => [name, namesAt(node, name)])) as Record<
      ConditionName,
      readonly string[]
    >,
    negateSource: isYes(node, 'negate-source'),
    destination: orAny(namesAt(node, 'destination')),
    negateDestination: isYes(node, 'negate-destination'),
    service: orAny(namesAt(node, 'service')),
    target: readTarget(nodeAt(node, 'target')),
  };
}

/** PAN-OS 10.1 and older name one certificate, 10.2 and later have a list in its place. */
function certificateNames(inbound: Node | undefined): readonly string[] {
  const list = nodeAt(inbound, 'certificates');
  return list ? namesAt(list) : namesAt(inbound);
}

export function natRules(rulebase: Node | undefined, context: RulebaseContext): NatRule[] {
  return childrenAt(rulebase, 'nat', 'rules').flatMap((node) => [
    ...destinationNat(node, context),
    ...otherWayOfSourceNat(node, context),
  ]);
}

function destinationNat(node: Node, { scope, locate }: RulebaseContext): NatRule[] {
  const isDynamic = nodeAt(node, 'dynamic-destination-translation') !== undefined;
  const kind = isDynamic ? 'dynamic-destination-translation' : 'destination-translation';
  const translatedAddress = valueAt(node, kind, 'translated-address');
  if (translatedAddress === undefined) return [];
  return [
    {
      name: node.name,
      at: locate(node),
      scope,
      isEnabled: !isYes(node, 'disabled'),
      destination: orAny(namesAt(node, 'destination')),
      service: orAny(namesAt(node, 'service')),
      translatedAddresses: [translatedAddress],
      translatedPort: valueAt(node, kind, 'translated-port'),
      isDynamic,
      target: readTarget(nodeAt(node, 'target')),
    },
  ];
}

/**
 * Static source NAT that is `bi-directional` also leads traffic to the translated address to the source. Which services that has
 * is taken for any: a listener too many is the safer mistake.
 */
function otherWayOfSourceNat(node: Node, { scope, locate }: RulebaseContext): NatRule[] {
  const kind = nodeAt(node, 'source-translation', 'static-ip');
  const before = valueAt(kind, 'translated-address');
  if (before === undefined || !isYes(kind, 'bi-directional')) return [];
  return [
    {
      name: node.name,
      at: locate(node),
      scope,
      isEnabled: !isYes(node, 'disabled'),
      destination: [before],
      service: ['any'],
      translatedAddresses: namesAt(node, 'source'),
      translatedPort: undefined,
      isDynamic: false,
      target: readTarget(nodeAt(node, 'target')),
    },
  ];
}

function readTarget(node: Node | undefined): Target | undefined {
  const devices = childrenAt(node, 'devices').map((device) => ({
    serial: device.name,
    systems: namesAt(device, 'vsys'),
  }));
  const negate = isYes(node, 'negate');
  // A target without devices is how Panorama writes "any".
  return devices.length === 0 ? undefined : { negate, devices };
}

function isYes(node: Node | undefined, key: string): boolean {
  return valueAt(node, key) === 'yes';
}

function orAny(names: readonly string[]): readonly string[] {
  return names.length === 0 ? ['any'] : names;
}
