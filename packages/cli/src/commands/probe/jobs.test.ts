import { decode, type Listener } from '@shortfuse/core';
import { describe, expect, test } from 'vitest';
import { type Common, jobsForHosts, jobsForListeners } from './jobs.js';
import type { ConnectOption, ParsedOptions } from './options.js';

const at = { file: decode('nginx.conf', new TextEncoder().encode('server {}')), span: { start: 0, end: 6 } };
const off = { enabled: false, lifetimes: [] };

const listener = (address: string | null, name = ''): Listener => ({
  server: 'nginx',
  address,
  name,
  definedAt: at,
  mechanisms: { sessionId: off, ticketTls12: off, ticketTls13: off },
  governing: { seconds: 60, origin: { kind: 'explicit', at } },
  oldSessionsAfterReload: 'dropped',
  oldSessionsAfterRestart: 'dropped',
  ignored: [],
  notes: [],
});

const common = (options: Partial<ParsedOptions> = {}): Common => ({
  options: { format: 'text', ...options },
  clientCertificate: undefined,
});

const place = (host: string, port?: number) => ({ host, port });
const map = (from: ConnectOption['from'], to: ConnectOption['to']): ConnectOption => ({ from, to });

/** `host:port as NAME via ADDRESS`, what is undefined left out. */
const spell = ({ endpoint }: { endpoint: ReturnType<typeof jobsForHosts>[number]['endpoint'] }): string => {
  const { host, port, servername, connectTo } = endpoint;
  const name = servername === undefined ? '' : ` as ${servername}`;
  return `${host}:${port}${name}${connectTo ? ` via ${connectTo.host}:${connectTo.port}` : ''}`;
};

describe('named hosts', () => {
  test.each<{ host: string; options: Partial<ParsedOptions>; want: string }>([
    { host: 'shop.example', options: {}, want: 'shop.example:443 as shop.example' },
    { host: 'shop.example:8443', options: {}, want: 'shop.example:8443 as shop.example' },
    { host: '10.0.0.1', options: {}, want: '10.0.0.1:443' },
    { host: 'mail.example', options: { starttls: 'smtp' }, want: 'mail.example:25 as mail.example' },
    { host: '10.0.0.1', options: { servername: 'shop.example' }, want: '10.0.0.1:443 as shop.example' },
    { host: 'shop.example', options: { servername: false }, want: 'shop.example:443' },
    {
      host: 'shop.example:8443',
      options: { connect: [map(undefined, place('10.0.0.7'))] },
      want: 'shop.example:8443 as shop.example via 10.0.0.7:8443',
    },
    {
      host: 'shop.example',
      options: { connect: [map(undefined, place('10.0.0.7')), map(place('SHOP.example', 443), place('10.0.0.8', 1))] },
      want: 'shop.example:443 as shop.example via 10.0.0.8:1', // the more exact one counts
    },
    {
      host: 'shop.example',
      options: { connect: [map(place('shop.example', 8443), place('10.0.0.8'))] },
      want: 'shop.example:443 as shop.example', // another port is mapped
    },
  ])('$host with $options is $want', ({ host, options, want }) =>
    expect(jobsForHosts([host], common(options)).map(spell)).toEqual([want]),
  );

  test('what is no host is said', () =>
    expect(() => jobsForHosts(['http://x'], common())).toThrow(/^error: http:\/\/x is no HOST\[:PORT\]$/m));
});

describe('listeners of the files', () => {
  test.each<{ what: string; address: string; name: string; connect?: ConnectOption[]; want: string }>([
    { what: 'an address', address: '10.0.0.1:443', name: '', want: '10.0.0.1:443' },
    {
      what: 'an address and a name',
      address: '10.0.0.1:443',
      name: 'a.example',
      want: 'a.example:443 as a.example via 10.0.0.1:443',
    },
    { what: 'a wildcard and a name', address: '0.0.0.0:443', name: 'a.example', want: 'a.example:443 as a.example' },
    { what: 'a wildcard without a name', address: '*:443', name: '', want: '127.0.0.1:443' },
    { what: 'the wildcard of IPv6', address: '[::]:443', name: '', want: '::1:443' },
    { what: 'a placeholder for a name', address: '10.0.0.1:443', name: '_', want: '10.0.0.1:443' },
    { what: 'a pattern for a name', address: '10.0.0.1:443', name: '*.example', want: '10.0.0.1:443' },
    { what: 'an object for a name', address: '10.0.0.1:443', name: '/Common/vs1', want: '10.0.0.1:443' },
    {
      what: 'a wildcard that is mapped',
      address: '0.0.0.0:443',
      name: 'a.example',
      connect: [map(place('0.0.0.0', 443), place('10.0.0.7', 8443))],
      want: 'a.example:443 as a.example via 10.0.0.7:8443',
    },
    {
      what: 'any wildcard',
      address: '[::]:443',
      name: 'a.example',
      connect: [map(place('*'), place('127.0.0.2'))],
      want: 'a.example:443 as a.example via 127.0.0.2:443',
    },
    {
      what: 'an address that is mapped for another port',
      address: '10.0.0.1:443',
      name: '',
      connect: [map(place('10.0.0.1', 8443), place('10.0.0.9'))],
      want: '10.0.0.1:443',
    },
  ])('$what', ({ address, name, connect, want }) => {
    const { jobs } = jobsForListeners([], [listener(address, name)], common(connect ? { connect } : {}));
    expect(jobs.map(spell)).toEqual([want]);
  });

  test('what cannot be connected to is skipped', () => {
    const { jobs, skipped } = jobsForListeners([], [listener(null, 'a'), listener('unix:/run/x.sock')], common());
    expect(jobs).toEqual([]);
    expect(skipped.map(({ why }) => why)).toEqual(['the files do not tell its address', 'it is no TCP address']);
  });
});

describe('named hosts beside the files', () => {
  const all = [listener('0.0.0.0:443', 'a.example'), listener('0.0.0.0:443', 'b.example'), listener('10.0.0.1:8443')];
  test.each([
    { host: 'b.example', want: 1 },
    { host: '10.0.0.1:8443', want: 2 },
    { host: 'c.example', want: 0 }, // the wildcard address answers
  ])('$host is listener $want', ({ host, want }) => {
    const { jobs } = jobsForListeners([host], all, common());
    expect(jobs.map((job) => job.listener)).toEqual([all[want]]);
  });

  test('an address and a name in SNI mean the listener of that name', () => {
    const { jobs } = jobsForListeners(['10.0.0.1'], all, common({ servername: 'b.example' }));
    expect(jobs.map((job) => [job.listener, spell(job)])).toEqual([[all[1], '10.0.0.1:443 as b.example']]);
  });

  test('a host that no listener answers to', () =>
    expect(() => jobsForListeners(['c.example:99'], all, common())).toThrow(
      'no listener in the files answers to c.example:99\n  help: there are a.example at 0.0.0.0:443, ',
    ));
});
