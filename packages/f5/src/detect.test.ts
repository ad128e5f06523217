import { decode } from '@shortfuse/core';
import { expect, test } from 'vitest';
import { formOf } from './detect.js';

const object = 'ltm virtual /Common/v {\n}\n';
test.each([
  { path: 'bigip.conf', text: object, want: 'tmsh' },
  { path: 'bigip_base.conf', text: 'net vlan /Common/v { }\n', want: 'tmsh' },
  { path: 'lb.scf', text: `#TMSH-VERSION: 16.1.4\n\nsys dns { }\n${object}`, want: 'tmsh' },
  { path: 'list.txt', text: 'ltm profile client-ssl x {\n}\n', want: 'tmsh' },
  { path: 'notes.txt', text: 'the ltm virtual server is old\n', want: undefined },
  { path: 'README.md', text: `\`\`\`\n${object}\`\`\`\n`, want: undefined },
  { path: 'test.py', text: `text = """\n${object}"""\n`, want: undefined },
  { path: 'nginx.conf', text: 'server { listen 443 ssl; }\n', want: undefined },
  { path: 'sets.conf', text: 'ltm data-group internal /Common/d { }\n', want: undefined },
  { path: 'web.json', text: '{"class": "ADC", "t": {"class": "TLS_Server"}}', want: 'as3' },
  { path: 'do.json', text: '{"class": "Device"}', want: undefined },
  { path: 'pool.json', text: '{"kind": "tm:ltm:pool:poolstate"}', want: undefined },
  { path: 'virtual.json', text: '{"kind":"tm:ltm:virtual:virtualstate"}', want: 'rest' },
  { path: 'main.tf', text: 'resource "bigip_ltm_virtual_server" "v" { }', want: 'terraform' },
  { path: 'main.tf', text: 'resource "aws_lb" "v" { }', want: undefined },
  { path: 'tls.yaml', text: '- bigip_virtual_server: { name: v }', want: 'ansible' },
  { path: 'ci.yml', text: 'jobs: { }', want: undefined },
])('$path with $text is $want', ({ path, text, want }) =>
  expect(formOf(decode(path, new TextEncoder().encode(text)), false)).toBe(want),
);

test('a file that a person names needs a weaker sign', () => {
  const file = decode('sets.conf', new TextEncoder().encode('ltm data-group internal /Common/d { }\n'));
  expect(formOf(file, true)).toBe('tmsh');
});
