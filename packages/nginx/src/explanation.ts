/** What `shortfuse explain nginx` prints: a screenful. */
export const explanation = `nginx: what governs how long TLS sessions can be resumed

The lifetime is ssl_session_timeout, 300 s where it is not set. It covers session
IDs, TLS 1.2 tickets and TLS 1.3 tickets alike.

What decides
  The default server of the address and port: the one marked default_server, else
  the first that nginx reads there. Its own value counts, else that of http,
  stream or mail. Values in the other server blocks of the address are dead text,
  and so are their session cache and ticket keys.

Traps
  ssl_session_timeout 0 is 7200 s for tickets, not off.
  ssl_session_cache off does not stop resumption: tickets stay on.
  ssl_session_tickets off with a shared cache still resumes, by the cache.
  A catch-all server that nobody looks at often is the default server.
  Variables are not expanded, milliseconds are refused, 1h30m must not be 30m1h.
  Before 1.23.2 a TLS 1.3 client that keeps coming back is never cut off.

After a change
  A reload makes new ticket keys, and old tickets die. It keeps a shared session
  cache (from 1.23.2 with its ticket keys) and a ticket key file: what these hold
  lives its old lifetime on. A restart drops all but tickets of a key file.

Where to set 60 s
  In the default server, or in http where every server that inherits may change.

Sources
  https://nginx.org/en/docs/http/ngx_http_ssl_module.html
  https://nginx.org/en/docs/http/server_names.html, request processing
  nginx: src/event/ngx_event_openssl.c, src/core/ngx_parse.c
  OpenSSL: ssl/ssl_sess.c, ssl/t1_lib.c; measured on nginx 1.22.1 to 1.30.4
`;
