import { expect, test } from 'vitest';
import { openTexts } from '../test/in-memory.js';

const restart = 'restart nginx, or reload it with another name or size for the session cache zone "S"';
const newKey = 'put a new random key (48 or 80 bytes) into k, on every machine that shares it, and';

/** nginx 1.22.1 and TLS 1.2 and 1.3 unless said otherwise. */
test.each([
  { http: '', want: 'dropped dropped', end: undefined },
  { http: 'ssl_session_cache builtin;', want: 'dropped dropped', end: undefined },
  { http: 'ssl_session_cache builtin shared:S:1m;', want: 'dropped dropped', end: undefined },
  { http: 'ssl_session_ticket_key k; ssl_session_tickets off;', want: 'dropped dropped', end: undefined },
  // TLS 1.3 tickets die with the automatic keys; what the zone keeps is TLS 1.2, which nothing renews.
  { http: 'ssl_session_cache shared:S:1m;', want: 'kept dropped not renewed', end: restart },
  { http: 'ssl_session_cache shared:S:1m; ssl_session_tickets off;', want: 'kept dropped renewed', end: restart },
  {
    http: 'ssl_session_cache shared:S:1m; ssl_session_tickets off;',
    version: '1.23.2',
    want: 'kept dropped not renewed',
    end: restart,
  },
  // From then on the zone has the ticket keys.
  { http: 'ssl_session_cache shared:S:1m;', version: '1.30.4', want: 'kept dropped not renewed', end: restart },
  { http: 'ssl_session_ticket_key k;', want: 'kept kept renewed', end: `${newKey} reload nginx` },
  {
    http: 'ssl_session_ticket_key k;',
    version: '1.24.0',
    want: 'kept kept not renewed',
    end: `${newKey} reload nginx`,
  },
  {
    http: 'ssl_protocols TLSv1.2; ssl_session_ticket_key k; ssl_session_ticket_key k2; ssl_session_ticket_key k;',
    want: 'kept kept not renewed',
    end: `${newKey.replace('into k', 'into k and k2')} reload nginx`,
  },
  {
    http: 'ssl_session_ticket_key k; ssl_session_cache shared:S:1m;',
    want: 'kept kept renewed',
    end: `${newKey} restart nginx (a reload keeps the session cache "S")`,
  },
  {
    http: 'ssl_session_ticket_key k; ssl_session_tickets {{ x }};',
    want: 'kept kept perhaps renewed',
    end: `${newKey} reload nginx`,
  },
  {
    http: 'include /elsewhere;',
    want: 'unknown unknown perhaps renewed',
    end: 'restart nginx; where a ticket key file is in use, put a new key into it first',
  },
  {
    http: 'ssl_session_cache {{ x }}; ssl_session_ticket_key k;',
    want: 'kept kept renewed',
    end: `${newKey} reload nginx`,
  },
  { http: 'ssl_session_cache shared:{{ x }};', want: 'unknown dropped not renewed', end: 'restart nginx' },
  {
    http: 'ssl_session_store_by_lua_block { }',
    want: 'unknown unknown perhaps renewed',
    end: 'empty the store that ssl_session_store_by_lua_block writes sessions to, then restart nginx',
  },
])('$http on $version: $want', ({ http, version = '1.22.1', want, end }) => {
  const text = `events { }\nhttp { ssl_certificate a; ${http.includes('ssl_protocols') ? '' : 'ssl_protocols TLSv1.2 TLSv1.3; '}${http}\nserver { listen 443 ssl; } }\n`;
  const [listener] = openTexts({ 'nginx.conf': text }, { version }).configurations.flatMap(
    ({ listeners }) => listeners,
  );
  const { oldSessionsAfterReload, oldSessionsAfterRestart, oldSessions } = listener ?? {};
  const renewed = oldSessions && { true: 'renewed', false: 'not renewed', undefined: 'perhaps renewed' };
  expect(
    [oldSessionsAfterReload, oldSessionsAfterRestart, renewed?.[`${oldSessions?.isRenewed}`]].join(' ').trim(),
  ).toBe(want);
  expect(oldSessions?.end).toBe(end);
});

/** What new keys in the file end: tickets, and nothing of what a zone keeps until nginx is restarted. */
test.each([
  { http: 'ssl_session_cache shared:S:1m;', want: undefined },
  { http: 'ssl_session_ticket_key k;', want: ['dropped', 'dropped'] },
  { http: 'ssl_session_ticket_key k; ssl_session_cache shared:S:1m;', want: ['kept', 'dropped'] },
  // With a builtin cache beside it, freeing the old one takes the sessions out of the zone too.
  { http: 'ssl_session_ticket_key k; ssl_session_cache builtin shared:S:1m;', want: ['dropped', 'dropped'] },
  // TLS 1.3 alone with tickets: nothing is put into the zone.
  {
    http: 'ssl_protocols TLSv1.3; ssl_session_ticket_key k; ssl_session_cache shared:S:1m;',
    want: ['dropped', 'dropped'],
  },
  { http: 'ssl_session_ticket_key k; ssl_session_cache {{ x }};', want: ['unknown', 'dropped'] },
  { http: 'ssl_session_ticket_key k; ssl_session_tickets {{ x }};', want: ['dropped', 'dropped'] },
  {
    // Where tickets are off the zone has everything, and the keys have nothing to do with it.
    http: 'ssl_session_ticket_key k; ssl_session_tickets {{ x }}; ssl_session_cache shared:S:1m;',
    want: ['unknown', 'dropped'],
  },
  { http: 'include /elsewhere;', want: ['unknown', 'dropped'] },
  { http: 'ssl_session_ticket_key k; ssl_session_store_by_lua_block { }', want: undefined },
])('$http with new keys: $want', ({ http, want }) => {
  const protocols = http.includes('ssl_protocols') ? '' : 'ssl_protocols TLSv1.2 TLSv1.3; ';
  const text = `events { }\nhttp { ssl_certificate a; ${protocols}${http}\nserver { listen 443 ssl; } }\n`;
  const [listener] = openTexts({ 'nginx.conf': text }, { version: '1.22.1' }).configurations.flatMap(
    ({ listeners }) => listeners,
  );
  if (!listener?.oldSessions) return expect.fail('nothing is said of old sessions');
  const { withNewKeys } = listener.oldSessions;
  expect(withNewKeys && [withNewKeys.afterReload, withNewKeys.afterRestart]).toEqual(want);
});
