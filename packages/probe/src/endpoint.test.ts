import { expect, test } from 'vitest';
import { isHostName, readPlace, sniOf, spellAddress } from './endpoint.js';

test.each([
  { text: 'shop.example', want: { host: 'shop.example', port: undefined } },
  { text: 'shop.example:8443', want: { host: 'shop.example', port: 8443 } },
  { text: '10.0.0.1:443', want: { host: '10.0.0.1', port: 443 } },
  { text: '[2001:db8::1]:443', want: { host: '2001:db8::1', port: 443 } },
  { text: '[::1]', want: { host: '::1', port: undefined } },
  { text: '2001:db8::1', want: { host: '2001:db8::1', port: undefined } }, // no port can be told from it
  { text: 'https://shop.example/cart?id=1', want: { host: 'shop.example', port: undefined } }, // pasted from a browser
  { text: 'HTTPS://shop.example:8443/', want: { host: 'shop.example', port: 8443 } },
  { text: 'bücher.example:8443', want: { host: 'xn--bcher-kva.example', port: 8443 } },
  { text: 'shop…example', want: undefined },
  { text: 'my_host', want: { host: 'my_host', port: undefined } },
  { text: 'shop.example:0', want: undefined },
  { text: 'shop.example:65536', want: undefined },
  { text: 'shop.example:', want: undefined },
  { text: 'http://shop.example', want: undefined }, // another port is meant
  { text: '[shop.example]:443', want: undefined },
  { text: 'shop example', want: undefined },
  { text: '-v', want: undefined },
  { text: '', want: undefined },
])('readPlace($text) is $want', ({ text, want }) => expect(readPlace(text)).toEqual(want));

test.each([
  { text: 'a', want: true },
  { text: 'xn--bcher-kva.example', want: true },
  { text: 'shop.example.', want: true }, // complete, for name servers
  { text: '*.example', want: false },
  { text: '~^www', want: false },
  { text: 'a..b', want: false },
  { text: `${'a'.repeat(254)}`, want: false },
  { text: 'evil\r\nHost: x', want: false }, // it stands in a request
])('isHostName($text) is $want', ({ text, want }) => expect(isHostName(text)).toBe(want));

test.each([
  { servername: 'shop.example.', want: 'shop.example' },
  { servername: '10.0.0.1', want: undefined },
  { servername: '::1', want: undefined },
  { servername: '', want: undefined },
  { servername: undefined, want: undefined },
])('SNI for $servername is $want', ({ servername, want }) =>
  expect(sniOf({ host: 'x', port: 443, servername })).toBe(want),
);

test('an IPv6 address and its port are told apart', () =>
  expect(spellAddress({ host: '::1', port: 443 })).toBe('[::1]:443'));
