import type { Fate, Listener } from '@shortfuse/core';
import type { EffectiveProfile } from './effective.js';

type Fates = Required<Pick<Listener, 'oldSessionsAfterReload' | 'oldSessionsAfterRestart' | 'oldSessions'>>;

/**
 * What becomes of sessions from before a change. Nothing that F5 publishes says whether a changed profile drops what the cache
 * holds, and no command is documented that empties it. The cache, in which tickets are looked up, too, is memory of the traffic
 * process (tmm); with session-mirroring the peer has a copy. Source: DevCentral, TLS caching explained.
 */
export function fateOfOldSessions(profile: EffectiveProfile | undefined): Fates {
  const mirroring = profile?.['session-mirroring'].value;
  const isMirrored = mirroring === undefined ? undefined : mirroring === 'enabled';
  const afterRestart: Fate = isMirrored === false ? 'dropped' : 'unknown';
  const restart = 'restart tmm (tmsh restart sys service tmm), which cuts every connection through the device';
  return {
    oldSessionsAfterReload: 'unknown',
    oldSessionsAfterRestart: afterRestart,
    oldSessions: {
      // A session in the cache ends its time after the full handshake; of tickets nobody says whether they are renewed.
      isRenewed: profile?.['session-ticket'].value === 'disabled' ? false : undefined,
      end:
        isMirrored === false
          ? restart
          : `${restart}, on the standby unit as well${isMirrored ? '' : ' if session-mirroring is enabled'}: it keeps a copy of the sessions`,
    },
  };
}
