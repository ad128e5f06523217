import { expect, test } from 'vitest';
import { context, fileOf, findingOf, placeOf, reportOf, siteReport } from '../../../test/formats/sample.js';
import { lintCheckstyle } from './checkstyle.js';

test('the whole report of a site', () => {
  expect(lintCheckstyle(siteReport(), context)).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <checkstyle version="4.3">
      <file name="deploy/nowhere">
        <error line="1" column="1" severity="error" message="No such file or directory. Help: name a path that exists." source="shortfuse.reading"/>
      </file>
      <file name="deploy/conf.d/broken.conf">
        <error line="3" column="1" severity="error" message="directive &quot;listen&quot; is not terminated by &quot;;&quot;. Help: put a ; at the end of line 2." source="shortfuse.reading"/>
      </file>
      <file name="deploy/conf.d/shop &amp; söhne.conf">
        <error line="4" column="22" severity="error" message="sessions of shop.example ([::]:443) last 1 d (86400 s), the target is 1 min (60 s). Help: write &quot;60s&quot; instead of &quot;1d&quot;, or run shortfuse patch." source="shortfuse.lifetime-above-target"/>
      </file>
      <file name="deploy/nginx.conf">
        <error line="3" column="25" severity="warning" message="nobody knows how long sessions last: {{ timeout }} is a placeholder | of a &lt;template&gt; &amp; &quot;more&quot;. Help: render the template first: \`jinja2 nginx.conf @ops #12 100% $host _and_ *so* on\`." source="shortfuse.lifetime-unknown"/>
      </file>
    </checkstyle>
    "
  `);
});

test('a file has one element, however its findings lie', () => {
  const a = fileOf('a.conf', 'x 1d;\ny 2d;\n');
  const b = fileOf('b.conf', '3d');
  const findings = [placeOf(a, '1d'), placeOf(b, '3d'), placeOf(a, '2d')].map((at) => findingOf(at));
  const text = lintCheckstyle(reportOf(findings), context);
  expect([...text.matchAll(/<file name="([^"]*)"/g)].map(([, name]) => name)).toEqual([
    'deploy/a.conf',
    'deploy/b.conf',
  ]);
  expect([...text.matchAll(/line="(\d+)" column="(\d+)"/g)].map(([, line, column]) => `${line}:${column}`)).toEqual([
    '1:3',
    '2:3',
    '1:1',
  ]);
});

test('nothing found is an empty report', () => {
  expect(lintCheckstyle(reportOf([]), context)).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<checkstyle version="4.3"/>\n',
  );
});
