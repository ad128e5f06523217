import { describe, expect, test } from 'vitest';
import { nginx } from '../src/index.js';
import { patchTexts } from './in-memory.js';

/** Plans the patch of `count` servers, and a comment above each edit; how long that took. */
function timed(make: (count: number) => Readonly<Record<string, string>>, count: number): number {
  const texts = make(count);
  const before = performance.now();
  const { plan } = patchTexts(texts);
  for (const file of plan.files) {
    const tree = nginx.parse(file.before);
    for (const { span } of file.edits) nginx.annotate(tree, span.start, 'note');
    expect(nginx.anchors(nginx.parse(file.after)).length).toBeGreaterThan(0);
  }
  expect(plan.files.length).toBeGreaterThan(0);
  return performance.now() - before;
}

/** Ten times the servers may take this many times as long: a square law takes a hundred. */
const mostGrowth = 40;

const address = (i: number): string => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}:443`;
const servers = (count: number, body: string): string =>
  Array.from({ length: count }, (_, i) => `server { listen ${address(i)} ssl; ${body} }`).join(' ');
const main = (body: string): string => `events { } http { ssl_certificate a; ssl_certificate_key a; ${body} }`;

describe('time in proportion to the number of servers', () => {
  test.each<{ readonly name: string; readonly make: (count: number) => Readonly<Record<string, string>> }>([
    {
      name: 'values of their own, all on one line',
      make: (count) => ({ 'nginx.conf': main(servers(count, 'ssl_session_timeout 1d;')) }),
    },
    { name: 'nothing set', make: (count) => ({ 'nginx.conf': main(servers(count, 'root /a;')) }) },
    {
      name: 'nothing set, and one that keeps the line out of http',
      make: (count) => ({ 'nginx.conf': main(`${servers(count, '')}\nserver { listen 1 ssl;\n{{ extra }}\n}`) }),
    },
    {
      name: 'a snippet that all include',
      make: (count) => ({ 'nginx.conf': main(servers(count, 'include tls;')), tls: 'ssl_session_timeout 1d;' }),
    },
  ])('$name', ({ make }) => {
    timed(make, 400);
    const small = Math.min(timed(make, 400), timed(make, 400));
    expect(timed(make, 4000)).toBeLessThan(Math.max(small, 20) * mostGrowth);
  });
});
