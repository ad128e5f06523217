import type { ts } from 'ts-morph';
import type { Maker } from './makers.js';
import { decide, shapeOf } from './objects.js';
import type { Reader } from './reader.js';
import type { MethodCall } from './server-uses.js';
import { evaluate } from './values.js';

/**
 * The address that a server listens at: `host:port`, `*:port` where no host is given, `unix:PATH`. Null where there is no
 * `listen` that tells, or several that differ.
 */
export function addressOf(reader: Reader, maker: Maker, methods: readonly MethodCall[]): string | null {
  const addresses = new Set(
    methods.filter(({ name }) => name === 'listen').map(({ call }) => listenAddress(reader, maker, call)),
  );
  const [only] = addresses;
  return addresses.size === 1 && only !== undefined ? only : maker.kind === 'hapi' ? hapiAddress(reader, maker) : null;
}

function listenAddress(reader: Reader, { kind }: Maker, { arguments: given }: ts.CallExpression): string | null {
  const [first, second] = given;
  if (!first) return null;
  // Fastify listens on localhost unless told otherwise, Node on every address. Source: their manuals.
  const anywhere = kind === 'fastify' ? 'localhost' : '*';
  const value = evaluate(reader, first);
  if (value.kind === 'number' || value.kind === 'text') {
    if (value.kind === 'text' && !/^\d+$/.test(value.value)) return `unix:${value.value}`;
    return joined(hostOf(reader, second, anywhere), Number(value.value));
  }
  if (value.kind !== 'other' || value.what !== 'an object') return null;
  const shape = shapeOf(reader, first);
  const path = known(reader, decide(shape, 'path', 'count'));
  if (typeof path === 'string') return `unix:${path}`;
  const port = known(reader, decide(shape, 'port', 'count'));
  const host = known(reader, decide(shape, 'host', 'count'));
  if (port === null || port === undefined || host === null) return null;
  return joined(host === undefined ? anywhere : String(host), Number(port));
}

/** The value of a decision: null where it is not known, undefined where there is none. */
function known(reader: Reader, decision: ReturnType<typeof decide>): string | number | null | undefined {
  if (decision.kind === 'absent') return undefined;
  if (decision.kind === 'hidden' || !decision.entry.value) return null;
  const value = evaluate(reader, decision.entry.value);
  if (value.kind === 'number' || value.kind === 'text') return value.value;
  return value.kind === 'unset' ? undefined : null;
}

/** The host is the second argument where that is a text; a function or a backlog there means every address. */
function hostOf(reader: Reader, node: ts.Expression | undefined, anywhere: string): string | undefined {
  if (!node) return anywhere;
  const value = evaluate(reader, node);
  if (value.kind === 'text') return value.value;
  return value.kind === 'hidden' ? undefined : anywhere;
}

function joined(host: string | undefined, port: number): string | null {
  if (host === undefined || host === '' || !Number.isInteger(port) || port < 0 || port > 65_535) return null;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function hapiAddress(reader: Reader, { outer }: Maker): string | null {
  if (!outer) return null;
  const port = known(reader, decide(outer, 'port', 'count'));
  const host = known(reader, decide(outer, 'host', 'count'));
  return typeof port === 'number' && host !== null ? joined(host === undefined ? '*' : String(host), port) : null;
}
