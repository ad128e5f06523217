/** What `shortfuse explain node` prints: a screenful. */
export const explanation = `Node.js: what governs how long TLS sessions can be resumed

The lifetime is sessionTimeout, in seconds, of the options that the server is made
with. One number covers session IDs, TLS 1.2 tickets and TLS 1.3 tickets. Where it
is not set, servers accept 7200 s; the manual's 300 s is wrong.

What decides
  The options of https.createServer, tls.createServer, http2.createSecureServer
  (or new Server), Fastify's https, NestJS's httpsOptions, hapi's tls. The last
  writer of the property counts: later properties and spreads win.
  setSecureContext with a number replaces it, without one the old one stays.
  Session IDs work only with both a newSession and a resumeSession listener.

Traps
  0, null, undefined and NaN do not switch resumption off: they mean 7200 s, and
  so does Number(process.env.X) with X unset. Text, fractions and numbers above
  2147483647 stop the server.
  The number of a context for one name (addContext, SNICallback) never counts.
  SSL_OP_NO_TICKET is the only way to switch tickets off.
  server.timeout, keepAliveTimeout, cookies and http2SessionTimeout are other
  things; so is sessionTimeout of a client.

After a change
  A restart makes new ticket keys and drops old sessions, unless ticketKeys are
  fixed: then old tickets keep their old lifetime. Workers of a cluster share the
  keys of the primary: restart that.

Where to set 60 s
  Where the number is written, if nothing else uses it; else in the options.
  Pulumi: cacheTimeout of the profile that states it (see explain f5).

Not read
  Development servers of vite and webpack, Deno.serve, Bun.serve, new TLSSocket,
  values from the environment, packages and path aliases.

Sources
  https://nodejs.org/api/tls.html; lib/_tls_wrap.js; measured on Node 20, 22, 24
`;
