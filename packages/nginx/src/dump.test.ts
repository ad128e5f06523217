import { expect, test } from 'vitest';
import { unpackDump } from './dump.js';

const unpacked = (text: string) =>
  unpackDump({ path: 'dump.txt', text, encoding: 'utf-8' })?.map(({ path, text: content }) => [path, content]);

test('the output of nginx -T is the files that it prints, each without the line end that nginx adds', () =>
  expect(
    unpacked(
      'nginx: configuration file /etc/nginx/nginx.conf test is successful\n' +
        '# configuration file /etc/nginx/nginx.conf:\nhttp {\n}\n\n# configuration file /etc/nginx/a.conf:\nno line end\n',
    ),
  ).toEqual([
    ['/etc/nginx/nginx.conf', 'http {\n}\n'],
    ['/etc/nginx/a.conf', 'no line end\n'],
  ]));

test.each([
  { what: 'a plain file', text: 'http { }\n' },
  { what: 'a comment that begins alike', text: '# configuration file for the shop:\nhttp { }\n' },
  { what: 'a marker in the middle of a line', text: 'http { } # configuration file /etc/nginx/nginx.conf:\n' },
])('$what is no dump', ({ text }) => expect(unpacked(text)).toBeUndefined());
