import { childrenAt, type Node, nodeAt, valueAt } from './tree.js';

/** Something that the file does not hold although the firewall goes by it. */
export interface Missing {
  /** Its place in the text. */
  readonly at: number;
  readonly message: string;
  readonly help: string;
}

/** What is missing in a configuration that was read. `root` is the whole of it, `device` the one that it is of. */
export function missingParts(root: Node, device: Node | undefined): Missing[] {
  return [pushedRules(root, device), folders(device), parents(root, device)].filter((part) => part !== undefined);
}

/** A firewall that Panorama manages has rules that its own configuration does not hold. */
function pushedRules(root: Node, device: Node | undefined): Missing | undefined {
  const system = nodeAt(device, 'deviceconfig', 'system');
  const server = nodeAt(system, 'panorama-server') ?? nodeAt(system, 'panorama', 'local-panorama', 'panorama-server');
  if (!server || nodeAt(root, 'panorama') || childrenAt(device, 'device-group').length > 0) return undefined;
  return {
    at: server.at,
    message: 'Panorama manages this firewall, and the rules that it pushed are not in this file',
    help: 'use the merged configuration (show config merged, or effective-running-config), or the export of Panorama',
  };
}

/** Strata Cloud Manager keeps rules in folders that inherit from each other in a way that is not known here. */
function folders(device: Node | undefined): Missing | undefined {
  const container = nodeAt(device, 'container');
  return (
    container && {
      at: container.at,
      message: 'folders of Strata Cloud Manager are not read: what their rules cover is not said here',
      help: 'use the merged configuration of a firewall that they are pushed to (show config merged)',
    }
  );
}

/** Which group is whose parent stands in a part of its own, which `set` commands leave out. */
function parents(root: Node, device: Node | undefined): Missing | undefined {
  const groups = childrenAt(device, 'device-group');
  const [first] = groups;
  if (!first || groups.length === 1 || nodeAt(root, 'readonly')) return undefined;
  if (groups.some((group) => valueAt(group, 'parent-dg') !== undefined)) return undefined;
  return {
    at: first.at,
    message:
      'this file does not tell which device group is the parent of which: rules that a group inherits may be missing',
    help: 'use the export of Panorama as XML, unless no device group has a parent',
  };
}
