import { type Lifetime, positionOf } from '@shortfuse/core';
import type { ServerBlock } from './evaluate.js';
import type { Surroundings } from './lookup.js';
import type { TlsState } from './mechanisms.js';

export interface ListenerOptions {
  readonly version: string;
  /** The main file is not among the files. */
  readonly fragments: boolean;
}

/** What a server block has in effect, worked out once for all its addresses. */
export interface Resolved extends Surroundings {
  readonly state: TlsState;
  readonly timeout: Lifetime;
}

/** The first name of a server block; empty where it has none. */
export function nameOf(server: ServerBlock): string {
  return server.written.get('server_name')?.[0]?.words[0]?.value ?? '';
}

/** Where a server block begins, as people write it. */
export function shownPlace({ at }: ServerBlock): string {
  return `${at.file.path}:${positionOf(at.file, at.span.start).line}`;
}
