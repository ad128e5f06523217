import type {
  Audit,
  Configuration,
  IgnoredSetting,
  Lifetime,
  Listener,
  Location,
  Mechanism,
  Mechanisms,
  SourceFile,
} from '../src/index.js';

/** A file of `lines` lines, for places to point into. */
export function fileOf(path: string, lines = 60): SourceFile {
  return { path, text: '    ssl_session_timeout 1d;\n'.repeat(lines), encoding: 'utf-8' };
}

/** The word on `line` of a {@link fileOf}. */
export function placeIn(file: SourceFile, line: number): Location {
  const start = (line - 1) * 28 + 4;
  return { file, span: { start, end: start + 19 } };
}

export function explicit(seconds: number, at: Location): Lifetime {
  return { seconds, origin: { kind: 'explicit', at } };
}

export const off: Mechanism = { enabled: false, lifetimes: [] };

export function on(...lifetimes: Lifetime[]): Mechanism {
  return { enabled: true, lifetimes };
}

/** Tickets of both kinds for `lifetime`, no session IDs: what a server without a session cache does. */
export function tickets(lifetime: Lifetime): Mechanisms {
  return { sessionId: off, ticketTls12: on(lifetime), ticketTls13: on(lifetime) };
}

export function listenerOf(
  name: string,
  lifetime: Lifetime,
  definedAt: Location,
  more: Partial<Listener> = {},
): Listener {
  return {
    server: 'nginx',
    address: '*:443',
    name,
    definedAt,
    mechanisms: tickets(lifetime),
    governing: lifetime,
    oldSessionsAfterReload: 'dropped',
    oldSessionsAfterRestart: 'dropped',
    ignored: [],
    notes: [],
    ...more,
  };
}

export function configurationOf(listeners: readonly Listener[], more: Partial<Configuration> = {}): Configuration {
  const files = [...new Set(listeners.map(({ definedAt }) => definedAt.file))];
  return {
    server: 'nginx',
    label: 'nginx.conf',
    extent: 'complete',
    assumptions: [],
    files,
    listeners,
    problems: [],
    unattached: [],
    ...more,
  };
}

export function auditOf(...configurations: Configuration[]): Audit {
  return { targetSeconds: 60, configurations, pathProblems: [] };
}

/** A site such as a person has: some of everything that a report can say. */
export function siteSample(): Audit {
  const main = fileOf('nginx.conf');
  const shop = fileOf('conf.d/shop.conf');
  const intern = fileOf('conf.d/intern.conf');
  const snippet = fileOf('snippets/tls.conf');
  const inherited: Lifetime = { seconds: 300, origin: { kind: 'inherited', at: placeIn(main, 12) } };
  const byDefault: Lifetime = { seconds: 300, origin: { kind: 'default' } };
  const hidden: Lifetime = {
    seconds: undefined,
    origin: {
      kind: 'unknown',
      at: placeIn(intern, 30),
      why: 'the value is a placeholder of a template, {{ timeout }}',
    },
  };
  const day = explicit(86_400, placeIn(shop, 14));
  const minute = explicit(60, placeIn(intern, 8));
  const ignored: IgnoredSetting[] = [
    { at: placeIn(shop, 40), why: 'shop.example is the default server of *:443 and decides for every name there' },
  ];
  const shared: Mechanisms = {
    sessionId: on(day),
    ticketTls12: on(day),
    ticketTls13: { ...on(day), renewal: 'unbounded' },
  };
  return auditOf(
    configurationOf(
      [
        listenerOf('shop.example', day, placeIn(shop, 3), { mechanisms: shared, oldSessionsAfterReload: 'kept' }),
        listenerOf('blog.example', day, placeIn(shop, 33), {
          mechanisms: shared,
          oldSessionsAfterReload: 'kept',
          oldSessionsAfterRestart: 'kept',
          ignored,
        }),
        listenerOf('intern.example', minute, placeIn(intern, 3), { address: '10.0.0.1:8443' }),
        listenerOf('api.example', inherited, placeIn(intern, 20), {
          address: '[2001:db8::1]:443',
          mechanisms: { ...tickets(inherited), sessionId: on(day) },
        }),
        listenerOf('template.example', hidden, placeIn(intern, 25), { address: null }),
        listenerOf('', byDefault, placeIn(intern, 40), { address: 'unix:/run/nginx/tls.sock' }),
        listenerOf('off.example', byDefault, placeIn(intern, 50), {
          address: '*:9443',
          mechanisms: { sessionId: off, ticketTls12: off, ticketTls13: off },
        }),
      ],
      {
        assumptions: ['nginx 1.22.1 is assumed', '/etc/nginx on the server is this folder'],
        files: [main, shop, intern],
      },
    ),
    configurationOf([], {
      label: 'snippets',
      extent: 'fragments',
      files: [snippet],
      unattached: [{ at: placeIn(snippet, 5), name: 'ssl_session_timeout', written: '1d', seconds: 86_400 }],
    }),
  );
}
