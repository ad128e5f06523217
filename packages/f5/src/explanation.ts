/** What `shortfuse explain f5` prints: a screenful. */
export const explanation = `F5 BIG-IP: what governs how long TLS sessions can be resumed

The lifetime is a property of the client-ssl profile on the virtual server:
cache-timeout for session IDs, 3600 s in /Common/clientssl, and where
session-ticket is enabled, session-ticket-timeout for tickets. The longer counts.

What decides
  For each property by itself, the nearest profile along defaults-from that states
  it. Without defaults-from the parent is /Common/clientssl. Factory profiles are
  not in bigip.conf; they are in profile_base.conf or come with the version.
  Several client-ssl profiles on one virtual server: each keeps its own cache.

Traps
  server-ssl has properties of the same names and is the other side.
  cache-size 0 and authenticate always switch the session cache off; the latter
  switches tickets off, too.
  session-ticket-timeout 0 is undocumented; it is taken for "as cache-timeout".
  indefinite is no value of cache-timeout. 0 is undocumented as well.
  An iRule with SSL::profile picks another profile at run time.

After a change
  New handshakes use the new value at once. Nothing documented flushes what was
  issued before: wait for the old cache-timeout or ticket lifetime, or restart
  tmm, which interrupts all traffic.

Where to set 60 s
  In the profile that states the value, else in every attached profile. A factory
  profile is the parent of everything: attach a child of it instead.

Sources
  https://docs.cloud.f5.com/docs-v2/api/ssl-client-profile
  https://community.f5.com/kb/technicalarticles/tls-caching-explained-on-big-ip/280884
  https://github.com/F5Networks/f5-appsvcs-extension (schema of TLS_Server)
`;
