import { ts } from 'ts-morph';
import { bare } from './expressions.js';
import { meaningOf } from './meaning.js';
import { decide, type Shape } from './objects.js';
import type { Hidden, Reader } from './reader.js';
import { evaluate } from './values.js';

/** What the options of a TLS context say about protocol versions and tickets. `undefined`: that is not known. */
export interface ContextOptions {
  /** SSL_OP_NO_TICKET: no tickets in TLS 1.2, and tickets that are never accepted in TLS 1.3. */
  readonly noTicket: boolean | undefined;
  /** Is TLS 1.3 possible? */
  readonly tls13: boolean | undefined;
  /** Is any version before 1.3 possible? */
  readonly tls12: boolean | undefined;
  /** The expression that switches tickets off. */
  readonly noTicketAt: ts.Node | undefined;
  /** What keeps one of them from being known. */
  readonly hidden: Hidden | undefined;
}

export const plainContext: ContextOptions = {
  noTicket: false,
  tls13: true,
  tls12: true,
  noTicketAt: undefined,
  hidden: undefined,
};

/** Bits of OpenSSL's options. Source: `crypto.constants` of Node 20, 22 and 24. */
const bits = { SSL_OP_NO_TICKET: 0x4000, SSL_OP_NO_TLSv1_3: 0x20000000 } as const;

interface Flags {
  readonly noTicket: boolean;
  readonly noTls13: boolean;
}

/** Reads `secureOptions`, `minVersion`, `maxVersion` and `secureProtocol`. */
export function contextOptions(reader: Reader, shape: Shape): ContextOptions {
  const secure = decide(shape, 'secureOptions', 'ignore');
  const at = secure.kind === 'set' ? secure.entry.value : undefined;
  const flags: Flags | undefined =
    secure.kind === 'absent' ? { noTicket: false, noTls13: false } : at ? flagsOf(reader, at) : undefined;
  const highest = wordIn(reader, shape, 'maxVersion');
  const lowest = wordIn(reader, shape, 'minVersion');
  const protocol = wordIn(reader, shape, 'secureProtocol');
  return {
    noTicket: flags?.noTicket,
    noTicketAt: flags?.noTicket ? at : undefined,
    tls13: all(
      flags && !flags.noTls13,
      highest === undefined ? undefined : highest === '' || highest === 'TLSv1.3',
      // Each of these has 1.2 or less as its highest version; TLS_method has all. Source: src/crypto/crypto_context.cc.
      protocol === undefined ? undefined : protocol === '' || /^TLS(?:_server|_client)?_method$/.test(protocol),
    ),
    tls12: lowest === undefined ? undefined : lowest !== 'TLSv1.3',
    hidden: hiddenIn(reader, shape),
  };
}

/** The first option of interest that is not known. */
function hiddenIn(reader: Reader, shape: Shape): Hidden | undefined {
  for (const key of ['secureOptions', 'minVersion', 'maxVersion', 'secureProtocol']) {
    const decision = decide(shape, key, 'ignore');
    if (decision.kind === 'hidden') return decision;
    if (decision.kind !== 'set' || !decision.entry.value) continue;
    const value = evaluate(reader, decision.entry.value);
    const isKnown = key === 'secureOptions' ? flagsOf(reader, decision.entry.value) !== undefined : false;
    if (value.kind === 'hidden' && !isKnown) return { why: `${key}: ${value.why}`, at: value.at };
  }
  return undefined;
}

/** False where one is; undefined where none is and one is not known. */
function all(...parts: readonly (boolean | undefined)[]): boolean | undefined {
  return parts.includes(false) ? false : parts.includes(undefined) ? undefined : true;
}

/** A text option: empty where it is absent, undefined where it is not known. */
function wordIn(reader: Reader, shape: Shape, key: string): string | undefined {
  const decision = decide(shape, key, 'ignore');
  if (decision.kind === 'absent') return '';
  if (decision.kind === 'hidden' || !decision.entry.value) return undefined;
  const value = evaluate(reader, decision.entry.value);
  if (value.kind === 'text') return value.value;
  return value.kind === 'unset' ? '' : undefined;
}

/** The flags in `constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_TLSv1_3` and in plain numbers; undefined where one part is not known. */
function flagsOf(reader: Reader, node: ts.Expression): Flags | undefined {
  let noTicket = false;
  let noTls13 = false;
  const stack: ts.Expression[] = [node];
  for (let next = stack.pop(), left = 200; next; next = stack.pop(), left--) {
    const inner = bare(next);
    if (left <= 0) return undefined;
    if (ts.isBinaryExpression(inner) && inner.operatorToken.kind === ts.SyntaxKind.BarToken) {
      stack.push(inner.left, inner.right);
      continue;
    }
    const meaning = meaningOf(reader, inner);
    if (meaning.kind === 'package' && /^(?:crypto|constants|tls|https)$/.test(meaning.module)) {
      const name = meaning.path.at(-1) ?? '';
      if (!/^SSL_OP_\w+$/.test(name)) return undefined;
      noTicket ||= name === 'SSL_OP_NO_TICKET';
      noTls13 ||= name === 'SSL_OP_NO_TLSv1_3';
      continue;
    }
    if (meaning.kind === 'expression' && bare(meaning.node) !== inner) {
      stack.push(meaning.node);
      continue;
    }
    const value = evaluate(reader, inner);
    if (value.kind === 'unset') continue;
    if (value.kind !== 'number') return undefined;
    noTicket ||= (value.value & bits.SSL_OP_NO_TICKET) !== 0;
    noTls13 ||= (value.value & bits.SSL_OP_NO_TLSv1_3) !== 0;
  }
  return { noTicket, noTls13 };
}
