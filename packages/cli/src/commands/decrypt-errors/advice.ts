import type { FailureReport } from '@shortfuse/panos';

/**
 * What to do next, in whole sentences. Sources: the knowledge base on session end reasons, "Decryption Log Errors" and
 * "Decryption Troubleshooting Workflow Examples" of the PAN-OS Administrator's Guide; docs/decrypt-errors.md.
 */
export function adviceFor(report: FailureReport): string[] {
  const { verdict, destinations } = report;
  switch (verdict) {
    case 'flat':
      return [
        'Failures stay: old sessions that run out are not the cause, and waiting does not help.',
        ...causesOf(report),
      ];
    case 'decaying':
      return destinations.every(({ verdict: one, recovered }) => one !== 'decaying' || recovered)
        ? ['Failures died out, as those of sessions from before the switch do: the last 15 minutes are as before.']
        : [
            'Failures die out, as those of sessions from before the switch do when they run out.',
            'Wait, keep the short lifetime, and look again with a newer log.',
          ];
    case 'too-little-data':
      return [
        destinations.length === 0
          ? 'No session of a kind that counts was found: that is no proof that nothing failed.'
          : 'It takes 30 sessions, half an hour and, where some failed, 10 failures to judge a destination. Look again with a newer log, or name the servers that are inspected with --destination.',
      ];
    default:
      return [
        'No more sessions fail than before.',
        'That does not show that they are decrypted: a server that the firewall excluded after an error passes unread. `show session all filter ssl-decrypt yes count yes` on the firewall tells.',
      ];
  }
}

const causes: Readonly<Record<string, string>> = {
  'decrypt-error':
    'decrypt-error: all causes that have no reason of their own, such as lack of resources or the HSM; the decryption log (10.0 and later) tells more.',
  'decrypt-unsupport-param':
    'decrypt-unsupport-param: look at the TLS versions and ciphers of the decryption profile and of the server.',
  'decrypt-cert-validation':
    'decrypt-cert-validation: look whether the rule has every certificate that the server sends, and whether the server asks clients for theirs: such sessions cannot be inspected.',
  Certificate: 'Certificate: look whether the rule has every certificate that the server sends, and its key.',
  Cipher: 'Cipher: look at the ciphers of the decryption profile and of the server.',
  Version: 'Version: look at the TLS versions of the decryption profile and of the server.',
  Resume:
    'Resume: sessions are still resumed that the firewall has not seen; look whether the lifetime on the server is what it should be, and whether tickets outlive it.',
};

/** By the failures of the destinations that stay, the most frequent cause first. */
function causesOf({ destinations }: FailureReport): string[] {
  const counts = new Map<string, number>();
  for (const { verdict, tally } of destinations)
    if (verdict === 'flat')
      for (const [name, count] of tally.after.failures) counts.set(name, (counts.get(name) ?? 0) + count);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .flatMap(([name]) => causes[name] ?? [])
    .slice(0, 3);
}
