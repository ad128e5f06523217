/** What `shortfuse explain panos` prints: a screenful. */
export const explanation = `PAN-OS: what SSL Inbound Inspection does to sessions that are resumed

A resumed handshake has no certificate and no key exchange. A firewall that did
not see the full one before cannot decrypt it, and the client's visit breaks.
In brackets: how sure that is.

By release
  10.0 and older  Class A. RSA key exchange is decrypted passively: shorten, end
                  old sessions, wait, then switch on. [high]
  10.1 to 11.0    Became a proxy somewhere here; taken for class A. [low]
  11.1 and later  Class B. A proxy with sessions of its own: an old ticket should
                  lead to a full handshake; do the cheap part anyway. [medium]
  not known       Taken for class A. show system info tells sw-version.

What to check
  Unsupported modes: where the decryption profile lets them pass, a server that
  failed goes undecrypted for 12 hours, without any error: silence is no proof.
  [high]
  HA: the peer does not take decrypted sessions over, but for passive RSA. After
  failover, reboot or rule changes it starts again: keep 300 s on class A. [high]
  Caches on the firewall do not matter: the secrets were never there. End old
  sessions at the servers. [high]
  Certificates: the rule has to name each one that the server sends. [high]
  Sessions with client certificates are never decrypted inbound. [high]
  From 9.1.12 on a ClientHello cut short is denied: new failures on the same
  day that are not about resumption. [high]

What a rule covers
  Address and port before NAT; the first match decides, so that a no-decrypt
  rule above hides servers. shortfuse coverage works it out. [medium]

Back out at once, until the next reboot [medium: try it before the day]
  set system setting ssl-decrypt skip-ssl-decrypt yes

Sources
  https://docs.paloaltonetworks.com/pan-os, administrator's guides 8.0 to 12.1:
  SSL Inbound Inspection, Decryption and HA, Changes to Default Behavior (9.1)
  https://knowledgebase.paloaltonetworks.com, kA10g000000ClEZCA0, ClHGCA0
`;
