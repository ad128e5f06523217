import { type FileEdit, type Location, type Remedies, type RemedyFinder, replace, type Span } from '@shortfuse/core';

/** What may switch TLS 1.2 session tickets on at a listener. */
export interface TicketSwitches {
  /** Commands; `word` is the `enable` in one, unless it is not plain and only running it would tell. */
  readonly on: readonly (Location & { readonly word: Span; readonly isPlain: boolean })[];
  /** A script that makes or enables a ticket key for the whole machine. */
  readonly keyAt: Location | undefined;
}

/** No lifetime can be set for a ticket of Schannel: the only way is to switch tickets off. */
export function ticketRemedies({ on, keyAt }: TicketSwitches): RemedyFinder {
  return ({ allowDisable }): Remedies => {
    const why = 'TLS 1.2 session tickets are on, and nothing sets how long Schannel accepts one';
    const [first] = on;
    if (!first)
      return {
        kind: 'refused',
        why: `${why}: ${keyAt ? 'this gives the machine a key for them' : 'they are switched on outside these files'}`,
        help: 'take the key out of use for the rollout, with Disable-TlsSessionTicketKey -ServiceAccountName System, and the script out of these files; no session is then resumed by a ticket',
        ...(keyAt ? { at: keyAt } : {}),
      };
    const at: Location = { file: first.file, span: first.span };
    const strange = on.find(({ isPlain }) => !isPlain);
    if (strange) {
      const place: Location = { file: strange.file, span: strange.span };
      return {
        kind: 'refused',
        why: `whether TLS 1.2 session tickets are on, only running it would tell, and nothing sets how long Schannel accepts one`,
        help: 'write enablesessionticket=disable there by hand for the rollout',
        at: place,
      };
    }
    if (!allowDisable)
      return {
        kind: 'refused',
        why,
        help: 'run the patch with --allow-disable, which writes enablesessionticket=disable there: sessions are then resumed from the session cache only. A binding that exists is changed by "netsh http update", not by "add"',
        at,
      };
    const edits = on.map(({ file, word }): FileEdit => ({ file, edit: replace(file.text, word, 'disable') }));
    return { kind: 'remedies', remedies: [{ edits, disables: true }] };
  };
}
