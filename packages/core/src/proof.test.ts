import { describe, expect, test } from 'vitest';
import { at, eventOf, leasedListener, leaseOf, proofAt } from '../test/lease-sample.js';
import { writeInstant } from './instant.js';
import type { LeaseProof } from './lease.js';
import { type AskedPlace, askedName, askedNames, listenersAnswering, proofOf } from './proof.js';

/** `HOST:PORT`, then the name that is sent unless it is `-`, then where the connection goes: `shop:443 shop 10.0.0.7:8443`. */
function asked(text: string): AskedPlace {
  const [place = '', servername = '-', via] = text.split(' ');
  const placeOf = (written: string) => {
    const colon = written.lastIndexOf(':');
    return { host: written.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(written.slice(colon + 1)) };
  };
  return {
    ...placeOf(place),
    ...(servername === '-' ? {} : { servername }),
    ...(via === undefined ? {} : { connectedTo: placeOf(via) }),
  };
}

describe('which listeners a server answers for', () => {
  /** Listeners as `NAME at ADDRESS`, with `-` for no name and `?` for no address. */
  test.each([
    {
      listeners: ['shop at 10.0.0.1:443', 'blog at 10.0.0.1:443'],
      place: 'shop:443 shop',
      want: ['shop at 10.0.0.1:443'],
    },
    { listeners: ['Shop at 10.0.0.1:443'], place: 'shop:443 SHOP', want: ['Shop at 10.0.0.1:443'] },
    // The port is another one, so it is another listener.
    { listeners: ['shop at 10.0.0.1:443'], place: 'shop:8443 shop', want: [] },
    {
      listeners: ['shop at 10.0.0.1:443', 'shop at 10.0.0.1:8443'],
      place: 'shop:8443 shop',
      want: ['shop at 10.0.0.1:8443'],
    },
    // One name on addresses of both families, and on two addresses that a name server may give.
    {
      listeners: ['shop at *:443', 'shop at [::]:443'],
      place: 'shop:443 shop',
      want: ['shop at *:443', 'shop at [::]:443'],
    },
    {
      listeners: ['shop at 10.0.0.1:443', 'shop at 10.0.0.2:443'],
      place: 'shop:443 shop',
      want: ['shop at 10.0.0.1:443', 'shop at 10.0.0.2:443'],
    },
    // An address that was asked is no other address.
    {
      listeners: ['shop at 10.0.0.1:443', 'shop at 10.0.0.2:443'],
      place: '10.0.0.2:443 shop',
      want: ['shop at 10.0.0.2:443'],
    },
    {
      listeners: ['shop at 10.0.0.1:443', 'shop at 10.0.0.2:443'],
      place: 'shop:443 shop 10.0.0.2:443',
      want: ['shop at 10.0.0.2:443'],
    },
    { listeners: ['shop at *:443'], place: '10.0.0.2:443 shop', want: ['shop at *:443'] },
    { listeners: ['shop at [2001:db8::1]:443'], place: '[2001:DB8::1]:443 shop', want: ['shop at [2001:db8::1]:443'] },
    // A mapped port: where the connection goes says more than what was named.
    { listeners: ['shop at *:8443', 'shop at *:443'], place: 'shop:443 shop 10.0.0.7:8443', want: ['shop at *:8443'] },
    { listeners: ['shop at *:443'], place: 'shop:443 shop 10.0.0.7:8443', want: ['shop at *:443'] },
    // By its address, where a name would not say which one is meant.
    {
      listeners: ['shop at 10.0.0.1:443'],
      place: '10.0.0.1:443 shop 127.0.0.1:8443',
      want: ['shop at 10.0.0.1:443'],
    },
    { listeners: ['shop at 10.0.0.1:443'], place: 'shop:443 shop 127.0.0.1:8443', want: [] },
    // The files do not tell the address, the name is enough.
    { listeners: ['shop at ?'], place: 'shop:443 shop', want: ['shop at ?'] },
    { listeners: ['- at ?'], place: 'shop:443 shop', want: [] },
    { listeners: ['shop at unix:/run/443'], place: 'shop:443 shop', want: [] },
    // Without a name the server that is the default answers: for the only listener of the address.
    {
      listeners: ['shop at 10.0.0.1:443', 'blog at 10.0.0.2:443'],
      place: '10.0.0.1:443',
      want: ['shop at 10.0.0.1:443'],
    },
    { listeners: ['shop at 10.0.0.1:443', 'blog at 10.0.0.1:443'], place: '10.0.0.1:443', want: [] },
    // On every address another site may be the default.
    { listeners: ['shop at *:443'], place: '10.0.0.1:443', want: [] },
    { listeners: ['- at *:443'], place: '10.0.0.1:443', want: ['- at *:443'] },
    { listeners: ['_ at *:443', '_ at [::]:443'], place: 'www:443 www', want: ['_ at *:443', '_ at [::]:443'] },
    { listeners: ['- at *:443', 'shop at *:443'], place: 'www:443 www', want: [] },
    // Names that no client sends: of a virtual server, a site, a place in a program.
    {
      listeners: ['/Common/web at 10.0.0.1:443'],
      place: 'www:443 www 10.0.0.1:443',
      want: ['/Common/web at 10.0.0.1:443'],
    },
    { listeners: ['/Common/web at 10.0.0.1:443'], place: 'www:443 www 10.0.0.2:443', want: [] },
    {
      listeners: ['/Common/a at 10.0.0.1:443', '/Common/b at 10.0.0.1:443'],
      place: 'www:443 www 10.0.0.1:443',
      want: [],
    },
    {
      listeners: ['server.js:10 https.createServer at *:8443'],
      place: 'www:8443 www',
      want: ['server.js:10 https.createServer at *:8443'],
    },
    // Patterns, and the name that is more exact.
    {
      listeners: ['*.shop at *:443', 'www.shop at *:443'],
      place: 'www.shop:443 www.shop',
      want: ['www.shop at *:443'],
    },
    {
      listeners: ['*.shop at *:443', '*.a.shop at *:443'],
      place: 'b.a.shop:443 b.a.shop',
      want: ['*.a.shop at *:443'],
    },
    { listeners: ['*.shop at *:443'], place: 'shop:443 shop', want: [] },
    { listeners: ['.shop at *:443'], place: 'shop:443 shop', want: ['.shop at *:443'] },
    { listeners: ['*.shop at *:443'], place: 'workshop:443 workshop', want: [] },
  ])('$place: $want of $listeners', ({ listeners, place, want }) => {
    const all = listeners.map((text) => {
      const cut = text.lastIndexOf(' at ');
      const [name, address] = [text.slice(0, cut), text.slice(cut + 4)];
      return { server: 'nginx', name: name === '-' ? '' : name, address: address === '?' ? null : address };
    });
    expect(listenersAnswering(asked(place), all)).toEqual(all.filter((_, i) => want.includes(listeners[i] ?? '')));
  });

  test('two profiles of one address are not told apart', () => {
    const one = { server: 'f5', address: '10.0.0.1:443', name: '/Common/web' };
    const profiles = [
      { ...one, profile: '/Common/a' },
      { ...one, profile: '/Common/b' },
    ];
    expect(listenersAnswering(asked('10.0.0.1:443'), profiles)).toEqual([]);
  });
});

describe('what the probes of a lease show of a listener', () => {
  const shop = leasedListener('shop.example');
  const shown = (...proofs: readonly LeaseProof[]) => {
    const found = proofOf(leaseOf([shop], [eventOf('deployed 12:00', proofs)]), shop);
    return found && `${found.kind} ${askedNames(found.by)} ${writeInstant(found.at).slice(11, 16)}`;
  };
  const proof = (time: string, result: LeaseProof['result'], more: Partial<LeaseProof> = {}): LeaseProof =>
    proofAt(time, result, [shop], more);
  const other = { connectedTo: { host: '10.0.0.8', port: 443 } };
  const long = { announcedSeconds: 61 };

  test('nothing where none answers for it', () => {
    expect(shown()).toBeUndefined();
    expect(shown(proofAt('12:05', 'refused', [leasedListener('blog.example')]))).toBeUndefined();
    expect(shown(proof('soon', 'refused'))).toBeUndefined();
  });

  test.each([
    { proofs: [proof('12:05', 'refused')], want: 'refused shop.example:443 12:05' },
    { proofs: [proof('12:05', 'accepted')], want: 'accepted shop.example:443 12:05' },
    { proofs: [proof('12:05', 'unproven')], want: 'unproven shop.example:443 12:05' },
    { proofs: [proof('12:05', 'refused', { announcedSeconds: 60 })], want: 'refused shop.example:443 12:05' },
    { proofs: [proof('12:05', 'refused', long)], want: 'not-live shop.example:443 12:05' },
    // Each server by what it did last.
    { proofs: [proof('12:06', 'refused'), proof('12:05', 'accepted')], want: 'refused shop.example:443 12:06' },
    { proofs: [proof('12:05', 'refused'), proof('12:06', 'refused')], want: 'refused shop.example:443 12:05' },
    { proofs: [proof('12:05', 'accepted'), proof('12:06', 'accepted')], want: 'accepted shop.example:443 12:06' },
    { proofs: [proof('12:05', 'refused'), proof('12:06', 'unproven')], want: 'refused shop.example:443 12:05' },
    { proofs: [proof('12:05', 'accepted'), proof('12:06', 'unproven')], want: 'accepted shop.example:443 12:05' },
    { proofs: [proof('12:05', 'unproven'), proof('12:06', 'refused')], want: 'refused shop.example:443 12:06' },
    // All of them have to refuse.
    {
      proofs: [proof('12:05', 'refused'), proof('12:06', 'refused', other)],
      want: 'refused shop.example:443 and shop.example:443 via 10.0.0.8 12:06',
    },
    { proofs: [proof('12:05', 'accepted'), proof('12:06', 'refused', other)], want: 'accepted shop.example:443 12:05' },
    {
      proofs: [proof('12:05', 'refused'), proof('12:04', 'unproven', other)],
      want: 'unproven shop.example:443 via 10.0.0.8 12:04',
    },
    // One server, asked in two ways.
    {
      proofs: [proof('12:05', 'refused', other), proof('12:06', 'unproven', { host: '10.0.0.8' })],
      want: 'refused shop.example:443 via 10.0.0.8 12:05',
    },
    // What was refused while new sessions lasted too long is worth nothing.
    { proofs: [proof('12:05', 'refused', long), proof('12:06', 'unproven')], want: 'unproven shop.example:443 12:06' },
    { proofs: [proof('12:05', 'refused'), proof('12:06', 'unproven', long)], want: 'not-live shop.example:443 12:06' },
    { proofs: [proof('12:05', 'refused', long), proof('12:06', 'refused')], want: 'refused shop.example:443 12:06' },
    { proofs: [proof('12:05', 'accepted', long)], want: 'accepted shop.example:443 12:05' },
  ])('$want', ({ proofs, want }) => expect(shown(...proofs)).toBe(want));

  test('a listener of a program is known though its line moved', () => {
    const program = leasedListener('src/a.ts:10 https.createServer');
    const before = proofAt('12:05', 'refused', [leasedListener('src/a.ts:12 https.createServer')]);
    expect(proofOf(leaseOf([program], [eventOf('restarted 12:00', [before])]), program)).toMatchObject({
      kind: 'refused',
      at: at('12:05'),
    });
  });
});

test.each([
  { place: 'shop:443 shop', want: 'shop:443' },
  { place: 'shop.:443 shop', want: 'shop.:443' },
  { place: '10.0.0.1:443', want: '10.0.0.1:443' },
  { place: '10.0.0.1:443 shop', want: '10.0.0.1:443 as shop' },
  { place: '[::1]:8443', want: '[::1]:8443' },
  { place: 'shop:443 shop 10.0.0.7:443', want: 'shop:443 via 10.0.0.7' },
  { place: 'shop:443 shop [::1]:8443', want: 'shop:443 via [::1]:8443' },
])('$place is called $want', ({ place, want }) => expect(askedName(asked(place))).toBe(want));

test.each([
  { ports: [], want: '' },
  { ports: [1], want: 'a:1' },
  { ports: [1, 1], want: 'a:1' },
  { ports: [1, 2], want: 'a:1 and a:2' },
  { ports: [1, 2, 3], want: 'a:1, a:2 and a:3' },
  { ports: [1, 2, 3, 4], want: 'a:1, a:2 and 2 more' },
])('servers $ports are called $want', ({ ports, want }) =>
  expect(askedNames(ports.map((port) => ({ host: 'a', port })))).toBe(want),
);
