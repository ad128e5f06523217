/** What `shortfuse explain apache` prints: a screenful. */
export const explanation = `Apache httpd: what governs how long TLS sessions can be resumed

The lifetime is SSLSessionCacheTimeout, 300 s where it is not set, in the virtual
host or in the main server. Which host's value counts depends on the mechanism.

What decides, for a client that asks for the name of host V at an address whose
first host is F (the first one read; ServerName plays no part)
  session ID           V, where an SSLSessionCache is set
  TLS 1.2 ticket       F
  TLS 1.3 ticket       F for the first, V for the second where there is a cache
  tickets off in F or V, with a cache: V for all of them
  F alone decides whether the address speaks TLS; its tickets off go for all.

Traps
  The value is read by atoi: 5m is 5, 1h is 1, off and an undefined \${X} are 0.
  0 is 7200 s for tickets; with a cache it breaks TLS 1.3 connections.
  SSLSessionCache none does not undo an SSLSessionCache before it.
  A key file in the first host only makes handshakes of the others fail.
  A TLS 1.3 client that keeps coming back is never cut off without a key file.

After a change
  A reload makes caches (shmcb, dbm) and automatic ticket keys anew: old sessions
  die. A ticket key file, memcache and redis keep them for their old lifetime.
  Never remove SSLSessionCache by a reload: httpd 2.4 dies of it.

Where to set 60 s
  In the main server, and in every virtual host that has a value of its own: with
  a cache both F and V count.

Sources
  https://httpd.apache.org/docs/2.4/mod/mod_ssl.html
  httpd: modules/ssl/ssl_engine_kernel.c, ssl_engine_config.c, server/vhost.c
  OpenSSL: ssl/statem/statem_srvr.c; measured on httpd 2.4.71 with OpenSSL 3.0
`;
