import { expect, test } from 'vitest';
import { readListen } from './listen.js';

const words = (text: string) =>
  text.split(' ').map((value) => ({ value, span: { start: 0, end: 0 }, placeholder: /[{$]/.test(value) }));
const shown = (text: string) => {
  const result = readListen(words(text), true);
  return result.ok ? result.listen.addresses.map((address) => address.shown) : result.message;
};

test.each([
  { text: '443 ssl', want: ['0.0.0.0:443'] },
  { text: '*:443', want: ['0.0.0.0:443'] },
  { text: '0.0.0.0:443', want: ['0.0.0.0:443'] },
  { text: '10.0.0.1', want: ['10.0.0.1:80'] },
  { text: '[::]:443', want: ['[::]:443'] },
  { text: '[0:0:0:0:0:0:0:1]:443', want: ['[::1]:443'] },
  { text: '[2001:DB8:0:0:1:0:0:1]:443', want: ['[2001:db8::1:0:0:1]:443'] },
  { text: '[::ffff:192.0.2.1]', want: ['[::ffff:c000:201]:80'] },
  { text: '8000-8002', want: ['0.0.0.0:8000', '0.0.0.0:8001', '0.0.0.0:8002'] },
  { text: '1-65535', want: ['0.0.0.0:1-65535'] }, // too many to list
  { text: 'unix:/run/x.sock ssl', want: ['unix:/run/x.sock'] },
  { text: 'www.example.com:443', want: [null] }, // resolved when nginx starts
  { text: '{{port}}', want: [null] },
  { text: '443 SSL', want: 'invalid parameter "SSL"' },
  { text: '0', want: 'invalid port in "0" of the "listen" directive' },
  { text: '127.0.0.1:65536', want: 'invalid port in "127.0.0.1:65536" of the "listen" directive' },
  { text: ':443', want: 'no host in ":443" of the "listen" directive' },
  { text: '[::1:443', want: 'invalid IPv6 address in "[::1:443" of the "listen" directive' },
])('listen $text', ({ text, want }) => expect(shown(text)).toEqual(want));

test('stream before 1.25.5 has no default_server', () =>
  expect(readListen(words('443 ssl default_server'), false)).toEqual({
    ok: false,
    message: 'the invalid "default_server" parameter',
  }));
