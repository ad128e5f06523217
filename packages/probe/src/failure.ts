import { type Connection, type ConnectionError, unreadableSession } from './connection.js';
import { type Endpoint, sniOf, spellAddress } from './endpoint.js';

/** Why a server could not be asked, or not by one mechanism. */
export type FailureKind =
  | 'dns'
  | 'refused'
  | 'unreachable'
  | 'timeout'
  | 'silent'
  | 'closed'
  | 'not-tls'
  | 'starttls'
  | 'version'
  | 'client-certificate'
  | 'name'
  | 'certificate'
  | 'session'
  | 'handshake';

export interface Failure {
  readonly kind: FailureKind;
  /** What is, in one sentence without a full stop. */
  readonly message: string;
  /** What to do about it. */
  readonly help: string;
}

/** No other connection to this server would fare better, so the probe ends here. */
export function isFinal({ kind }: Failure): boolean {
  return kind !== 'version' && kind !== 'client-certificate' && kind !== 'handshake' && kind !== 'closed';
}

/** Errors of the network, by Node's code. */
function networkFailure({ code, message }: ConnectionError, endpoint: Endpoint): Failure | undefined {
  const at = endpoint.connectTo ?? endpoint;
  const where = spellAddress(at);
  const seconds = (endpoint.limitMs ?? 5000) / 1000;
  switch (code) {
    case 'ENOTFOUND':
      return {
        kind: 'dns',
        message: `no name server knows ${at.host}`,
        help: 'check the name, or say where to connect with --connect ADDRESS',
      };
    case 'EAI_AGAIN':
      return {
        kind: 'dns',
        message: `the name server does not answer for ${at.host}`,
        help: 'check the network, or say where to connect with --connect ADDRESS',
      };
    case 'ECONNREFUSED':
      return {
        kind: 'refused',
        message: `nothing listens at ${where}: the connection is refused`,
        help: 'check the port, and whether the server runs',
      };
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
      return {
        kind: 'unreachable',
        message: `there is no way to ${where} from here`,
        help: 'probe from a machine in that network, or name another address with --connect',
      };
    case 'ETIMEDOUT':
      return {
        kind: 'timeout',
        message: `no answer from ${where} within ${seconds} s`,
        help: 'a packet filter may drop the connection; try from another network, or a longer --timeout',
      };
    case 'ECONNRESET':
    case 'EPIPE':
      return {
        kind: 'closed',
        message: `${where} closes the connection at once`,
        help: 'a packet filter or an access list may stand between; try from another network',
      };
    default:
      return { kind: 'unreachable', message: `no connection to ${where}: ${message || code}`, help: '' };
  }
}

/** What a TLS alert or a fault in the handshake means, by the end of Node's code for it. */
const tlsFailures: readonly (readonly [codes: RegExp, failure: (endpoint: Endpoint) => Failure])[] = [
  [
    /CERTIFICATE_REQUIRED$/,
    () => ({
      kind: 'client-certificate',
      message: 'the server requires a client certificate',
      help: 'give one with --cert FILE and --key FILE',
    }),
  ],
  [
    /UNRECOGNIZED_NAME$/,
    (endpoint) => ({
      kind: 'name',
      message: `the server has no site for ${sniOf(endpoint) ?? 'a client that names none'}`,
      help: 'name one that it serves with --servername NAME',
    }),
  ],
  [
    /PROTOCOL_VERSION$|UNSUPPORTED_PROTOCOL$|VERSION_TOO_LOW$|NO_PROTOCOLS_AVAILABLE$/,
    () => ({ kind: 'version', message: 'the server does not speak this version of TLS', help: '' }),
  ],
  [
    /WRONG_VERSION_NUMBER$|PACKET_LENGTH_TOO_LONG$|HTTP_REQUEST$|RECORD_LAYER_FAILURE$|BAD_RECORD_TYPE$|UNEXPECTED_MESSAGE$/,
    (endpoint) => ({
      kind: 'not-tls',
      message: `what answers at ${spellAddress(endpoint.connectTo ?? endpoint)} is not TLS`,
      help: 'check the port; protocols that begin without TLS need --starttls',
    }),
  ],
];

/**
 * What an error means to a person; undefined for a connection without one. Whether a server that ends the handshake with a
 * bare "handshake failure" wants a client certificate, and what speaks at a port that is not TLS, takes another look.
 */
export function failureOf({ error }: Connection, endpoint: Endpoint): Failure | undefined {
  if (!error) return undefined;
  const where = spellAddress(endpoint.connectTo ?? endpoint);
  if (error.phase === 'connect') return networkFailure(error, endpoint);
  if (error.phase === 'starttls') {
    const why = error.code === 'STARTTLS_REFUSED' ? error.message : `${error.message} before TLS began`;
    return {
      kind: 'starttls',
      message: `${where} does not go over to TLS (${endpoint.starttls ?? ''}): ${why}`,
      help: 'check the port and the protocol; a port where TLS comes first needs no --starttls',
    };
  }
  if (error.code === unreadableSession)
    return {
      kind: 'session',
      message: `this version of Node.js (${process.version}) gives TLS sessions in a form that is not known here`,
      help: 'run it with another version of Node.js, or use a newer shortfuse',
    };
  if (error.code === 'ETIMEDOUT')
    return {
      kind: 'silent',
      message: `${where} takes connections and answers no TLS handshake within ${(endpoint.limitMs ?? 5000) / 1000} s`,
      help: 'the service may be stuck or not TLS; protocols that begin without TLS need --starttls',
    };
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE')
    return {
      kind: 'closed',
      message: `${where} closes the connection during the handshake`,
      help: `the service may begin without TLS (--starttls), or want ${endpoint.servername ? 'another' : 'a'} name (--servername NAME)`,
    };
  const known = tlsFailures.find(([codes]) => codes.test(error.code));
  if (known) return known[1](endpoint);
  return {
    kind: 'handshake',
    message: `the TLS handshake fails: ${reasonOf(error)}`,
    help: 'the server may want a client certificate (--cert and --key), another name, or ciphers that Node.js does not have',
  };
}

/** OpenSSL's reason out of `…:error:0A000410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure:../deps/…`. */
function reasonOf({ code, message }: ConnectionError): string {
  return /error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):/i.exec(message)?.[1] ?? (message || code);
}
