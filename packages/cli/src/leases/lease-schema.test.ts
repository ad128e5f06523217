import { readFileSync } from 'node:fs';
import type { Lease, LeaseEvent, LeaseListener, LeaseProof } from '@shortfuse/core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { parseLease } from './lease-schema.js';

const listener: LeaseListener = {
  server: 'nginx',
  address: '10.0.0.1:443',
  name: 'shop.example',
  lifetimeSeconds: 3600,
  mechanisms: { sessionId: 3600, ticketTls12: 3600, ticketTls13: null },
  oldSessionsAfterReload: 'kept',
  oldSessionsAfterRestart: 'kept',
  isRenewed: null,
  renewsAtTarget: false,
  end: 'replace the key',
  withNewKeys: { afterReload: 'kept', afterRestart: 'dropped' },
};
const proof: LeaseProof = {
  host: 'shop.example',
  port: 443,
  servername: 'shop.example',
  connectedTo: { host: '10.0.0.7', port: 8443 },
  result: 'refused',
  at: '2026-03-02T12:05:00Z',
  announcedSeconds: 60,
  listeners: [{ server: 'nginx', address: null, name: '', profile: '/Common/web' }],
};
const { servername: _, connectedTo: __, announcedSeconds: ___, ...bare } = proof;
const event: LeaseEvent = {
  event: 'restarted',
  at: '2026-03-02T12:00:00Z',
  server: 'nginx',
  newKeys: true,
  proof: [proof, bare],
};
const lease: Lease = {
  schemaVersion: 1,
  id: '2026-03-02-abc123',
  createdAt: '2026-03-02T10:00:00Z',
  until: '2026-03-09T10:00:00Z',
  targetSeconds: 60,
  reading: { paths: ['.'], servers: [], roots: {}, defines: {} },
  files: [],
  listeners: [listener],
  companions: [],
  events: [event],
};

const ajv = new Ajv2020({ allowUnionTypes: true });
addFormats.default(ajv);
const isValid = ajv.compile(
  JSON.parse(readFileSync(new URL('../../schemas/lease.schema.json', import.meta.url), 'utf8')),
);

test('a lease with all that it can have is read as it was written, and satisfies the published schema', () => {
  expect(parseLease(JSON.stringify(lease))).toEqual({ lease });
  expect(isValid(lease), JSON.stringify(isValid.errors)).toBe(true);
});

const proving = (change: object): object => ({ ...lease, events: [{ ...event, proof: [{ ...proof, ...change }] }] });

test.each([
  { what: proving({ result: 'perhaps' }), where: 'events.0.proof.0.result' },
  { what: proving({ port: 0 }), where: 'events.0.proof.0.port' },
  { what: proving({ port: 44.3 }), where: 'events.0.proof.0.port' },
  { what: proving({ at: 'soon' }), where: 'events.0.proof.0.at' },
  { what: proving({ announcedSeconds: -1 }), where: 'events.0.proof.0.announcedSeconds' },
  { what: proving({ connectedTo: { host: '10.0.0.7' } }), where: 'events.0.proof.0.connectedTo.port' },
  { what: proving({ listeners: [{ server: 'nginx', name: '' }] }), where: 'events.0.proof.0.listeners.0.address' },
  { what: { ...lease, events: [{ ...event, proof: proof }] }, where: 'events.0.proof' },
  {
    what: { ...lease, listeners: [{ ...listener, withNewKeys: { afterReload: 'kept' } }] },
    where: 'listeners.0.withNewKeys.afterRestart',
  },
  {
    what: { ...lease, listeners: [{ ...listener, withNewKeys: { afterReload: 'gone', afterRestart: 'kept' } }] },
    where: 'listeners.0.withNewKeys.afterReload',
  },
])('what is wrong is said with its place: $where', ({ what, where }) => {
  expect(parseLease(JSON.stringify(what))).toEqual({ message: expect.stringMatching(`^${where}: `) });
  expect(isValid(what)).toBe(false);
});
