import type { Word } from './tree.js';

/** What `ssl_session_cache` directives of one block say together. */
export interface WrittenCache {
  /** The last of `off`, `none`, `builtin`; undefined where none of them is written. */
  readonly builtin: 'off' | 'none' | 'on' | undefined;
  readonly zone: Zone | undefined;
}

export interface Zone {
  readonly name: string;
  readonly bytes: number;
}

/** What is in effect: where sessions are kept. */
export interface SessionCache {
  /** `off`: no session ID is given out. `none`: one is given out and never found. `kept`: see the other two. */
  readonly kind: 'off' | 'none' | 'kept';
  /** Kept in the memory of each worker. */
  readonly builtin: boolean;
  /** Kept in this shared zone. */
  readonly zone: Zone | undefined;
}

export type CacheResult =
  | { readonly ok: true; readonly cache: WrittenCache }
  /** In nginx's words. */
  | { readonly ok: false; readonly message: string };

const pageBytes = 4096;

/** Reads the words of one `ssl_session_cache` directive. Source: ngx_http_ssl_session_cache in nginx 1.22.1. */
export function readCache(words: readonly Word[]): CacheResult {
  let builtin: WrittenCache['builtin'];
  let zone: Zone | undefined;
  for (const { value, placeholder } of words) {
    const shared = /^shared:([^:]+):(.*)$/s.exec(value);
    if (value === 'off' || value === 'none') builtin = value;
    else if (value === 'builtin' || /^builtin:\d+$/.test(value)) builtin = 'on';
    else if (shared) {
      const bytes = readSize(shared[2] ?? '');
      if (bytes === undefined && !placeholder) return { ok: false, message: `invalid session cache "${value}"` };
      if (bytes !== undefined && bytes < 8 * pageBytes)
        return { ok: false, message: `session cache "${value}" is too small` };
      zone = { name: shared[1] ?? '', bytes: bytes ?? 0 };
    } else return { ok: false, message: `invalid session cache "${value}"` };
  }
  return { ok: true, cache: { builtin, zone } };
}

/** Several directives in one block add up; the last of `off`, `none` and `builtin` counts, and the last zone. */
export function combineCaches(caches: readonly WrittenCache[]): WrittenCache {
  return caches.reduce((all, next) => ({ builtin: next.builtin ?? all.builtin, zone: next.zone ?? all.zone }), {
    builtin: undefined,
    zone: undefined,
  });
}

/**
 * Merges what a server block and the block around it say, part by part, as ngx_http_ssl_merge_srv_conf does: a zone alone
 * excludes the builtin cache at its own level, so `shared` outside and `builtin` inside are both in use.
 */
export function mergeCaches(own: WrittenCache | undefined, outer: WrittenCache | undefined): SessionCache {
  const mode = modeOf(own) ?? modeOf(outer) ?? 'none';
  const zone = own?.zone ?? outer?.zone;
  if (mode === 'off' || mode === 'none') return { kind: mode, builtin: false, zone: undefined };
  return { kind: 'kept', builtin: mode === 'on', zone };
}

function modeOf(cache: WrittenCache | undefined): 'off' | 'none' | 'on' | 'zone only' | undefined {
  return cache?.builtin ?? (cache?.zone ? 'zone only' : undefined);
}

/** `512`, `32k`, `10M`, in bytes. Source: ngx_parse_size; `g` is not known to it. */
function readSize(text: string): number | undefined {
  const match = /^(\d+)([kKmM]?)$/.exec(text);
  if (!match) return undefined;
  const unit = (match[2] ?? '').toLowerCase();
  const bytes = Number(match[1]) * (unit === 'k' ? 1024 : unit === 'm' ? 1024 * 1024 : 1);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
