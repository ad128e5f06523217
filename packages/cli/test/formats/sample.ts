import type {
  Configuration,
  Finding,
  Lifetime,
  LintReport,
  Listener,
  Location,
  Mechanism,
  Problem,
  SourceFile,
} from '@shortfuse/core';
import { fingerprintsOf, rules } from '@shortfuse/core';
import { lintCheckstyle } from '../../src/lint/formats/checkstyle.js';
import type { FormatContext } from '../../src/lint/formats/context.js';
import { lintGithub } from '../../src/lint/formats/github.js';
import { lintGitlab } from '../../src/lint/formats/gitlab.js';
import { lintJunit } from '../../src/lint/formats/junit.js';
import { lintMarkdown } from '../../src/lint/formats/markdown.js';
import { lintRdjson } from '../../src/lint/formats/rdjson.js';
import { lintSarif } from '../../src/lint/formats/sarif.js';

export const formats = {
  sarif: lintSarif,
  github: lintGithub,
  gitlab: lintGitlab,
  junit: lintJunit,
  checkstyle: lintCheckstyle,
  rdjson: lintRdjson,
  markdown: lintMarkdown,
} as const;

export type ForgeFormat = keyof typeof formats;

/** Where the samples lie: in a folder of a repository, one level below its top. */
export const context: FormatContext = { version: '1.2.3', cwd: '/work tree/site/deploy', root: '/work tree/site' };

export function fileOf(path: string, text: string, encoding: SourceFile['encoding'] = 'utf-8'): SourceFile {
  return { path, text, encoding };
}

/** The first occurrence of `words` in a file. */
export function placeOf(file: SourceFile, words: string): Location {
  const start = file.text.indexOf(words);
  if (start === -1) throw new Error(`no ${words} in ${file.path}`);
  return { file, span: { start, end: start + words.length } };
}

export function listenerOf(name: string, at: Location, seconds: number | undefined): Listener {
  const lifetime: Lifetime =
    seconds === undefined
      ? { seconds, origin: { kind: 'unknown', why: 'a template fills it in', at } }
      : { seconds, origin: { kind: 'explicit', at } };
  const mechanism: Mechanism = { enabled: true, lifetimes: [lifetime] };
  return {
    server: 'nginx',
    address: '[::]:443',
    name,
    definedAt: at,
    mechanisms: { sessionId: mechanism, ticketTls12: mechanism, ticketTls13: mechanism },
    governing: lifetime,
    oldSessionsAfterReload: 'dropped',
    oldSessionsAfterRestart: 'dropped',
    ignored: [],
    notes: [],
  };
}

export function configurationOf(...listeners: Listener[]): Configuration {
  return {
    server: 'nginx',
    label: 'nginx.conf',
    extent: 'complete',
    assumptions: [],
    files: [...new Set(listeners.map(({ definedAt }) => definedAt.file))],
    listeners,
    problems: [],
    unattached: [],
  };
}

export function findingOf(at: Location, more: Partial<Finding> = {}): Finding {
  return {
    rule: 'lifetime-above-target',
    severity: 'error',
    at,
    message: 'sessions of shop.example ([::]:443) last 1 d (86400 s), the target is 1 min (60 s)',
    why: 'a client that resumes a session which the firewall never saw breaks when inspection is switched on',
    help: 'write "60s" instead of "1d", or run shortfuse patch',
    related: [],
    listeners: [],
    ...more,
  };
}

export function reportOf(findings: readonly Finding[], more: Partial<LintReport> = {}): LintReport {
  return {
    targetSeconds: 60,
    findings,
    fingerprints: fingerprintsOf(findings),
    problems: [],
    pathProblems: [],
    configurations: [],
    rules: rules.filter(({ severity }) => severity !== 'off'),
    summary: {
      files: 3,
      listeners: 4,
      errors: findings.filter(({ severity }) => severity === 'error').length,
      warnings: findings.filter(({ severity }) => severity === 'warning').length,
      suppressed: 0,
      baselined: 0,
    },
    ...more,
  };
}

const shop = fileOf(
  'conf.d/shop & söhne.conf',
  'server {\r\n\tlisten [::]:443 ssl;\r\n\tserver_name shop.example; # 🛒 "große" Tüte\r\n\tssl_session_timeout 1d;\r\n}\r\n',
);
const main = fileOf('nginx.conf', 'http {\n    include conf.d/*.conf;\n    ssl_session_timeout {{ timeout }};\n}\n');
const broken = fileOf('conf.d/broken.conf', 'server {\n  listen 443 ssl\n}\n');

const timeout = placeOf(shop, '1d');

/** A site with one of everything that the formats have to say, and with characters that each of them has to escape. */
export function siteReport(): LintReport {
  const listener = listenerOf('shop.example', timeout, 86_400);
  const unknown = listenerOf('api.example', placeOf(main, '{{ timeout }}'), undefined);
  const calm = listenerOf('calm.example', placeOf(main, 'http'), 30);
  const unread: Problem = {
    severity: 'error',
    at: placeOf(broken, '}'),
    message: 'directive "listen" is not terminated by ";"',
    help: 'put a ; at the end of line 2',
  };
  return reportOf(
    [
      findingOf(timeout, {
        listeners: [listener],
        related: [{ at: placeOf(shop, 'listen [::]:443 ssl;'), message: 'shop.example ([::]:443) is defined here' }],
        fix: [{ file: shop, edit: { span: timeout.span, before: '1d', after: '60s' } }],
      }),
      findingOf(placeOf(main, '{{ timeout }}'), {
        rule: 'lifetime-unknown',
        severity: 'warning',
        message: 'nobody knows how long sessions last: {{ timeout }} is a placeholder | of a <template> & "more"',
        why: 'what is not known may be longer than the target\u001b[31m',
        help: 'render the template first: `jinja2 nginx.conf @ops #12 100% $host _and_ *so* on`',
        listeners: [unknown],
      }),
    ],
    {
      problems: [unread],
      pathProblems: [{ path: 'nowhere', message: 'No such file or directory', help: 'name a path that exists' }],
      configurations: [configurationOf(listener, unknown, calm)],
      patched: [configurationOf(listenerOf('shop.example', timeout, 60), unknown, calm)],
    },
  );
}
