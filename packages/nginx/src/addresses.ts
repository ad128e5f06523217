import type { Location, Problem } from '@shortfuse/core';
import type { Section, ServerBlock } from './evaluate.js';
import type { Listen, ListenAddress } from './listen.js';

/** A server block at one address. */
export interface Member {
  readonly server: ServerBlock;
  readonly listen: Listen;
  readonly at: Location;
  readonly endAt: Location;
}

/** All server blocks of one address, in the order in which nginx read their listens. */
export interface AddressGroup {
  readonly address: ListenAddress;
  readonly members: readonly Member[];
  /** It decides about sessions for the whole address. */
  readonly deciding: ServerBlock;
  /** `ssl` stands on one of the listens, and so counts for all. */
  readonly hasSsl: boolean;
}

interface Growing {
  readonly address: ListenAddress;
  readonly members: Member[];
  marked: ServerBlock | undefined;
  hasSsl: boolean;
  hasOptions: boolean;
}

/** Without a listen, a server of http takes port 80 in plain text. */
const implicitListen: Listen = {
  addresses: [{ shown: '0.0.0.0:80', key: '0.0.0.0:80' }],
  ssl: false,
  quic: false,
  isDefault: false,
  setsOptions: false,
};

/**
 * Groups the server blocks of a section by address. The one marked `default_server` decides, else the first read.
 * Source: ngx_http_add_addresses in nginx 1.22.1. What nginx refuses here goes to `report`.
 * @param sharesAddresses several servers may have one address: in http, and in stream from 1.25.5
 */
export function groupByAddress(
  section: Section,
  sharesAddresses: boolean,
  report: (problem: Problem) => void,
): AddressGroup[] {
  const groups = new Map<string, Growing>();
  for (const server of section.servers) {
    const listens =
      server.listens.length > 0 || section.kind !== 'http'
        ? server.listens
        : [{ listen: implicitListen, at: server.at, endAt: server.openAt }];
    for (const { listen, at, endAt } of listens) {
      for (const address of listen.addresses) {
        const member = { server, listen, at, endAt };
        const group = groups.get(address.key);
        if (!group) groups.set(address.key, newGroup(address, member));
        else add(group, member, sharesAddresses, report);
      }
    }
  }
  return [...groups.values()].map(({ address, members, marked, hasSsl }) => ({
    address,
    members,
    hasSsl,
    deciding: marked ?? (members[0] as Member).server,
  }));
}

function newGroup(address: ListenAddress, member: Member): Growing {
  const { listen, server } = member;
  return {
    address,
    members: [member],
    marked: listen.isDefault ? server : undefined,
    hasSsl: listen.ssl,
    hasOptions: listen.setsOptions,
  };
}

function add(group: Growing, member: Member, sharesAddresses: boolean, report: (problem: Problem) => void): void {
  const { listen, server, endAt: at } = member;
  // The same server at the same address twice, which was refused where it was read. Its listens come one after another.
  if (group.members.at(-1)?.server === server) return;
  const { shown } = group.address;
  const error = (message: string, help: string): void => {
    if (shown !== null) report({ severity: 'error', at, message, help });
  };
  if (!sharesAddresses) error(`duplicate "${shown}" address and port pair`, 'give each server an address of its own');
  else if (listen.setsOptions && group.hasOptions)
    error(`duplicate listen options for ${shown}`, 'set options of the socket on one listen of the address only');
  if (listen.isDefault && group.marked && sharesAddresses)
    error(`a duplicate default server for ${shown}`, 'mark one server of the address as default_server');
  group.members.push(member);
  if (listen.isDefault) group.marked ??= server;
  group.hasSsl ||= listen.ssl;
  group.hasOptions ||= listen.setsOptions;
}
