import { isIP } from 'node:net';
import { type MechanismName, mechanismNames } from '@shortfuse/core';
import { type Endpoint, isHostName } from './endpoint.js';
import { type ClientSession, clientSession, secretBytes } from './session.js';
import { starttlsProtocols } from './starttls.js';
import type { Stock, StockedMechanism } from './stock.js';

const format = 'shortfuse-sessions';

/**
 * `stocks` as JSON. The text holds the secrets of the sessions: whoever has it and a record of their connections can read
 * what was said after the resumption. A client certificate is not part of it.
 */
export function writeStocks(stocks: readonly Stock[]): string {
  const value = {
    format,
    version: 1,
    stocks: stocks.map(({ endpoint, takenAtMs, mechanisms }) => {
      const { clientCertificate: _, ...reached } = endpoint;
      return { endpoint: reached, takenAtMs, mechanisms: mapMechanisms(mechanisms, writeStocked) };
    }),
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function writeStocked({ sessions, ...rest }: StockedMechanism): unknown {
  return {
    ...rest,
    sessions: sessions.map((session) => ({
      receivedAtMs: session.receivedAtMs,
      secret: Buffer.from(secretBytes(session)).toString('base64'),
    })),
  };
}

function mapMechanisms<From, To>(
  mechanisms: Readonly<Partial<Record<MechanismName, From>>>,
  change: (value: From) => To,
): Partial<Record<MechanismName, To>> {
  const mapped: Partial<Record<MechanismName, To>> = {};
  for (const name of mechanismNames) {
    const value = mechanisms[name];
    if (value !== undefined) mapped[name] = change(value);
  }
  return mapped;
}

/** Reads what {@link writeStocks} wrote. `undefined` for any other text. Never throws. */
export function readStocks(text: string): readonly Stock[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || value['format'] !== format || value['version'] !== 1) return undefined;
  return allOf(value['stocks'], readStock);
}

function readStock(value: unknown): Stock | undefined {
  if (!isRecord(value)) return undefined;
  const { takenAtMs, mechanisms } = value;
  const endpoint = readEndpoint(value['endpoint']);
  if (!endpoint || typeof takenAtMs !== 'number' || !isRecord(mechanisms)) return undefined;
  const read: Partial<Record<MechanismName, StockedMechanism>> = {};
  for (const name of mechanismNames) {
    if (mechanisms[name] === undefined) continue;
    const stocked = readStocked(mechanisms[name]);
    if (!stocked) return undefined;
    read[name] = stocked;
  }
  return { endpoint, takenAtMs, mechanisms: read };
}

function readEndpoint(value: unknown): Endpoint | undefined {
  const address = readPlace(value);
  if (!address || !isRecord(value)) return undefined;
  const { servername, connectTo, starttls, limitMs } = value;
  const mapped = connectTo === undefined ? undefined : readPlace(connectTo);
  if (connectTo !== undefined && !mapped) return undefined;
  const protocol = starttlsProtocols.find((name) => name === starttls);
  if (starttls !== undefined && !protocol) return undefined;
  return {
    ...address,
    servername: typeof servername === 'string' ? servername : undefined,
    connectTo: mapped,
    starttls: protocol,
    limitMs: typeof limitMs === 'number' && limitMs > 0 ? limitMs : undefined,
  };
}

function readPlace(value: unknown): { host: string; port: number } | undefined {
  if (!isRecord(value)) return undefined;
  const { host, port } = value;
  const isPort = typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65_535;
  return typeof host === 'string' && (isHostName(host) || isIP(host) !== 0) && isPort ? { host, port } : undefined;
}

function readStocked(value: unknown): StockedMechanism | undefined {
  if (!isRecord(value)) return undefined;
  const { announcedSeconds, keyName, isUncertain, legacy } = value;
  const sessions = allOf(value['sessions'], readSecret);
  if (!sessions) return undefined;
  return {
    announcedSeconds: typeof announcedSeconds === 'number' ? announcedSeconds : undefined,
    keyName: typeof keyName === 'string' ? keyName : undefined,
    isUncertain: isUncertain === true,
    legacy: legacy === true,
    sessions,
  };
}

function readSecret(value: unknown): ClientSession | undefined {
  if (!isRecord(value)) return undefined;
  const { receivedAtMs, secret } = value;
  if (typeof receivedAtMs !== 'number' || typeof secret !== 'string') return undefined;
  return clientSession(Buffer.from(secret, 'base64'), receivedAtMs);
}

function allOf<T>(value: unknown, read: (each: unknown) => T | undefined): readonly T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const all = value.map(read);
  return all.every((each) => each !== undefined) ? all : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
