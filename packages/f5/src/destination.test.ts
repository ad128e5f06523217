import { expect, test } from 'vitest';
import { readDestination } from './destination.js';

test.each([
  { text: '/Common/192.0.2.7:443', want: '192.0.2.7:443' },
  { text: '192.0.2.7:https', want: '192.0.2.7:443' },
  { text: '192.0.2.7:pcsync-https', want: '192.0.2.7:8443' },
  { text: '/Common/192.0.2.7%47:443', want: '192.0.2.7%47:443' },
  { text: '/Common/2001:db8::9.443', want: '[2001:db8::9]:443' },
  { text: '/P/folder/2001:db8::9%12.443', want: '[2001:db8::9%12]:443' },
  { text: '/Common/any%61:443', want: 'any%61:443' },
  { text: '/Common/any6.0', want: 'any6:0' },
  { text: '/Common/0.0.0.0:any', want: '0.0.0.0:0' },
  { text: '192.0.2.7:nonsense', want: null },
  { text: '192.0.2.7', want: '192.0.2:7' }, // without a port the last number is taken for one; tmsh always writes a port
  { text: ':443', want: null },
  { text: '', want: null },
])('$text is $want', ({ text, want }) => expect(readDestination(text)).toBe(want));
