import type { IgnoredSetting, Lifetime, Listener, Location, Mechanism, Note, SourceFile } from '@shortfuse/core';
import { type HttpsTarget, isBindingOf, type SslBinding } from './http-sys.js';
import type { MachineLifetime } from './lifetime.js';
import { type Binding, readBindingInformation, type Site } from './sites.js';
import { type TicketSwitches, ticketRemedies } from './tickets.js';

/** A change of a certificate binding, with the file it is in. */
export interface PlacedBinding {
  readonly file: SourceFile;
  readonly binding: SslBinding;
}

export interface ListenerContext {
  readonly machine: MachineLifetime;
  readonly bindings: readonly PlacedBinding[];
  /** The file that holds the sites. */
  readonly fileOf: (site: Site, binding: Binding) => SourceFile;
  readonly ignoredAt: (site: Site) => readonly IgnoredSetting[];
  /** Windows Server 2022 and later speak TLS 1.3 as a server. */
  readonly hasTls13: boolean;
}

/** Does the site offer TLS at this binding: https, or ftp with a certificate? */
export function speaksTls({ protocol }: Binding, { hasFtpCertificate }: Site): boolean {
  return protocol === 'https' || (protocol === 'ftp' && hasFtpCertificate);
}

/** The listener of one TLS binding of a site. */
export function listenerOf(site: Site, binding: Binding, context: ListenerContext): Listener {
  const { machine, hasTls13 } = context;
  const parts = readBindingInformation(binding.information);
  const switches =
    parts && binding.protocol === 'https'
      ? switchesOf({ ...parts, sslFlags: binding.sslFlags }, context.bindings)
      : { withoutSessionIds: undefined, tickets: undefined, ticketsOn: [] };
  const { withoutSessionIds } = switches;
  const governing: Lifetime = withoutSessionIds
    ? { seconds: 0, origin: { kind: 'explicit', at: withoutSessionIds } }
    : machine.lifetime;
  const isOff = governing.seconds === 0;
  const session: Mechanism = isOff ? off : { enabled: true, lifetimes: [governing] };
  const hasTickets = switches.tickets ?? machine.ticketKeyAt !== undefined;
  const ticketTls12: Mechanism =
    hasTickets === false
      ? off
      : {
          enabled: hasTickets === 'unknown' ? undefined : true,
          lifetimes: [ticketLifetime(machine, { on: switches.ticketsOn, keyAt: machine.ticketKeyAt })],
        };
  return {
    server: 'iis',
    address: parts ? `${parts.ip}:${parts.port}` : null,
    name: `${site.name}/${binding.protocol}/${binding.information}`,
    definedAt: { file: context.fileOf(site, binding), span: binding.span },
    mechanisms: {
      sessionId: session,
      ticketTls12,
      // Schannel's TLS 1.3 tickets refer to an entry of the session cache (microsoft/msquic pull 1325), so they end with it.
      ticketTls13: hasTls13 && !isOff ? { enabled: true, lifetimes: [governing], renewal: 'unknown' } : off,
    },
    governing,
    oldSessionsAfterReload: 'unknown',
    ...(isOff && hasTickets === false ? { oldSessionsAfterRestart: 'dropped' as const } : oldSessionsOf(hasTickets)),
    ignored: context.ignoredAt(site),
    notes: notesFor(machine, governing, { withoutSessionIds, hasTickets }, hasTls13),
  };
}

/**
 * The session cache is in the memory of LSASS (tls-registry-settings.md), so a restart of the machine empties it. A ticket is
 * the client's and as good as its key; where that is kept, and whether a ticket is handed out anew, is documented nowhere.
 */
function oldSessionsOf(hasTickets: boolean | 'unknown'): Pick<Listener, 'oldSessionsAfterRestart' | 'oldSessions'> {
  return hasTickets === false
    ? {
        oldSessionsAfterRestart: 'dropped',
        oldSessions: {
          isRenewed: undefined,
          end: 'restart the machine (shutdown /r /t 0; every service on it is away for minutes), or HTTP.sys and what depends on it (Restart-Service HTTP -Force)',
        },
      }
    : {
        oldSessionsAfterRestart: 'unknown',
        oldSessions: {
          isRenewed: undefined,
          end: 'take the ticket key out of use (Disable-TlsSessionTicketKey -ServiceAccountName System, or enablesessionticket=disable) and restart the machine',
        },
      };
}

const off: Mechanism = { enabled: false, lifetimes: [] };

/**
 * No documentation says how long a TLS 1.2 ticket of Schannel lives. It cannot be shown to end sooner than the lifetime that
 * Schannel gives every credential by default (dwSessionLifespan, 10 h), so a shorter ServerCacheTime proves nothing for it.
 */
function ticketLifetime({ lifetime }: MachineLifetime, switches: TicketSwitches): Lifetime {
  const remedies = ticketRemedies(switches);
  if (lifetime.origin.kind === 'default') return { ...lifetime, remedies };
  const last = switches.on.at(-1);
  const at = last ? { file: last.file, span: last.span } : switches.keyAt;
  const why =
    'TLS 1.2 session tickets are on, and no documentation says how long Schannel accepts one; switch them off for the rollout';
  return { seconds: undefined, origin: { kind: 'unknown', why, ...(at ? { at } : {}) }, remedies };
}

interface Switches {
  /** Where resumption by session ID is forbidden. */
  readonly withoutSessionIds: Location | undefined;
  /** Undefined where no script says anything of tickets at this binding. */
  readonly tickets: boolean | 'unknown' | undefined;
  /** What may have switched them on and was not surely undone since. */
  readonly ticketsOn: TicketSwitches['on'];
}

/** Replays the scripts in their order for one https binding. What may not be applied does not make the lifetime shorter. */
function switchesOf(target: HttpsTarget, bindings: readonly PlacedBinding[]): Switches {
  let withoutSessionIds: Location | undefined;
  let tickets: Switches['tickets'];
  let ticketsOn: TicketSwitches['on'][number][] = [];
  for (const { file, binding } of bindings) {
    const isOurs = isBindingOf(binding, target);
    if (!isOurs && binding.target !== undefined) continue;
    const isSure = isOurs && binding.condition === undefined;
    const at = { file, span: binding.span };
    if (binding.action !== 'update' && isSure) {
      withoutSessionIds = undefined;
      tickets = binding.action === 'add' ? false : undefined;
      ticketsOn = [];
    }
    if (binding.action === 'delete') continue;
    if (isSure && binding.disablesSessionId === true) withoutSessionIds = at;
    else if (isOurs && binding.disablesSessionId !== undefined) withoutSessionIds = undefined;
    if (binding.enablesTickets === undefined || (binding.enablesTickets === false && !isSure)) continue;
    tickets = isSure ? binding.enablesTickets : 'unknown';
    if (isSure) ticketsOn = [];
    if (binding.enablesTickets === false) continue;
    const { span, ticketsSwitch } = binding;
    const isPlain = binding.enablesTickets === true && ticketsSwitch !== undefined;
    ticketsOn.push({ file, span, word: ticketsSwitch ?? span, isPlain });
  }
  return { withoutSessionIds, tickets, ticketsOn };
}

function notesFor(
  machine: MachineLifetime,
  governing: Lifetime,
  { withoutSessionIds, hasTickets }: { withoutSessionIds: Location | undefined; hasTickets: boolean | 'unknown' },
  hasTls13: boolean,
): Note[] {
  const notes: Note[] = [];
  if (governing.origin.kind === 'default' && !governing.origin.at)
    notes.push({
      code: 'not-in-this-file',
      text: 'applicationHost.config has no setting for it: the lifetime is the registry value ServerCacheTime, which no file here sets',
    });
  if (machine.lifetime.seconds !== 0)
    notes.push({
      code: 'old-sessions-unknown',
      text: 'after a change, sessions from before may be resumed for as long as they were given until the machine is restarted: no documentation says when Schannel reads ServerCacheTime again',
    });
  if (withoutSessionIds && hasTls13)
    notes.push({
      code: 'tls13-untested',
      text: 'disablesessionid is documented for session IDs only; test with TLS 1.3 that nothing is resumed',
    });
  if (withoutSessionIds || hasTickets === true)
    notes.push({
      code: 'netsh-support',
      text: 'an older Windows that does not know these parameters of netsh makes no binding and reports success; check with "netsh http show sslcert"',
    });
  if (hasTickets !== false)
    notes.push({
      code: 'ticket-lifetime',
      text: 'TLS 1.2 session tickets are on here, and no documentation says how long one lives; switch them off for the rollout',
    });
  return notes;
}
