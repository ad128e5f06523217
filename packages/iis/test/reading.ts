import { type Configuration, decode, effectiveLifetime, positionOf, resolveAll } from '@shortfuse/core';
import { iis } from '../src/index.js';

/** An applicationHost.config with one https binding. */
export const host =
  '<?xml version="1.0"?>\n<configuration><system.applicationHost><sites>\n<site name="shop" id="1"><bindings>\n' +
  '<binding protocol="https" bindingInformation="*:443:" sslFlags="0"/>\n</bindings></site>\n' +
  '</sites></system.applicationHost></configuration>\n';

export const schannel = String.raw`HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL`;

/** A .reg file with these lines below the key. */
export function reg(...lines: readonly string[]): string {
  return ['Windows Registry Editor Version 5.00', '', `[${schannel}]`, ...lines, ''].join('\r\n');
}

export type Files = Readonly<Record<string, string | Uint8Array>>;

export function configurationsOf(files: Files, version?: string): readonly Configuration[] {
  const trees = Object.entries(files)
    .map(([path, content]) => decode(path, typeof content === 'string' ? new TextEncoder().encode(content) : content))
    .filter((file) => iis.claims(file, false))
    .map((file) => iis.parse(file));
  const options = { entries: [], defines: new Map<string, string>(), ...(version === undefined ? {} : { version }) };
  return resolveAll(iis, trees, options, ({ pattern }) => {
    const content = files[pattern];
    if (content === undefined) return { kind: 'missing' };
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    return { kind: 'files', files: [iis.parse(decode(pattern, bytes))] };
  });
}

/** The lifetime of every listener as `seconds source place`, `?` for unknown. */
export function lifetimes(configurations: readonly Configuration[]): string[] {
  return configurations.flatMap(({ listeners }) =>
    listeners.map((listener) => {
      const { seconds, decidedBy } = effectiveLifetime(listener);
      const { origin } = decidedBy;
      const at =
        'at' in origin && origin.at
          ? ` ${origin.at.file.path}:${positionOf(origin.at.file, origin.at.span.start).line}`
          : '';
      return `${seconds ?? '?'} ${origin.kind}${at}`;
    }),
  );
}

/** What one artefact beside {@link host} makes of its listener. */
export function lifetimeWith(path: string, content: string | Uint8Array, version?: string): string | undefined {
  return lifetimes(configurationsOf({ 'applicationHost.config': host, [path]: content }, version))[0];
}

/** The reason of an unknown lifetime. */
export function whyUnknown(path: string, content: string): string {
  const [listener] = configurationsOf({ 'applicationHost.config': host, [path]: content }).flatMap(
    ({ listeners }) => listeners,
  );
  const origin = listener ? effectiveLifetime(listener).decidedBy.origin : undefined;
  return origin?.kind === 'unknown' ? origin.why : '';
}

/** The warnings and errors, as `line: message`. */
export function complaintsWith(path: string, content: string | Uint8Array): string[] {
  return configurationsOf({ 'applicationHost.config': host, [path]: content })
    .flatMap(({ problems }) => problems)
    .map(({ at, message }) => `${positionOf(at.file, at.span.start).line}: ${message}`);
}
