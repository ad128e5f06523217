import type { SourceFile } from '@shortfuse/core';
import { type ApacheFile, LineKind, nameOf } from './tree.js';

/** Endings of files that look alike in places and are something else. */
const otherLanguages =
  /\.(?:[cm]?[jt]sx?|json[c5]?|ya?ml|xml|toml|sh|bash|zsh|fish|ps1|bat|cmd|tf|hcl|reg|vue|svelte|proto|gradle|groovy|scala|dart|cs|vb|fs|exs?|hs|clj|vim|el|tex|bib|diff|patch|log|service|nix|cue|dockerfile|tcl|zig|nim|jl|mm?|graphql|config|csproj|sln|pp|asp|htaccess)$/i;

/** Directives and sections that begin lines in httpd's files and hardly anywhere else. */
const telling =
  /^[ \t]*(?:<(?:VirtualHost|IfModule|IfDefine|Macro|Directory|Location)[ \t][^\n]*>|(?:SSLEngine|SSLSession\w+|SSLCertificate\w+|SSLProtocol|SSLCipherSuite|SSLOpenSSLConfCmd|LoadModule|IncludeOptional|ServerRoot|DocumentRoot|ServerAlias)[ \t]+\S|Listen[ \t]+[\w.[\]:]+[ \t\r]*(?:https?[ \t\r]*)?$)/im;

/** The head of a file is enough for a look; a longer one that says nothing there is no configuration. */
const headUnits = 1 << 20;

/** Could this file have a say about TLS sessions? A cheap look before parsing; {@link roleOf} tells more. */
export function looksLikeApache(file: SourceFile, named: boolean): boolean {
  if (!named && (otherLanguages.test(file.path) || /(?:^|\/)\.htaccess$/.test(file.path))) return false;
  const head = file.text.slice(0, headUnits);
  if (telling.test(head)) return true;
  return named && /^[ \t]*(?:Include|Define|Use|ServerName|SSL\w+)[ \t]+\S/im.test(head) && !/;[ \t\r]*$/m.test(head);
}

/**
 * What a file is, by its name and the directives in it.
 * - `main`: httpd can be started with it
 * - `fragment`: has virtual hosts or addresses
 * - `snippet`: has TLS settings that could stand in the main server or in a host
 * - `other`: nothing that matters here
 */
export type Role = 'main' | 'fragment' | 'snippet' | 'other';

const mainOnly = new Set(['pidfile', 'defaultruntimedir', 'mutex', 'user', 'group']);

export function roleOf(tree: ApacheFile): Role {
  const { lines, file } = tree;
  let mainSigns = 0;
  let hasHosts = false;
  let hasSettings = false;
  for (let i = 0; i < lines.count; i++) {
    const kind = lines.kinds[i];
    if (kind !== LineKind.directive && kind !== LineKind.open) continue;
    const name = nameOf(tree, i);
    if (name === 'serverroot') mainSigns += 2;
    else if (mainOnly.has(name)) mainSigns++;
    else if (name === '<virtualhost' || name === 'listen') hasHosts = true;
    else if (name.startsWith('ssl')) hasSettings = true;
  }
  const base = file.path.split('/').at(-1) ?? '';
  if (/^(?:httpd2?|apache2?)\.conf(?:\.(?:in|erb|epp|j2|jinja2?|tmpl|template|tpl|default|dist))?$/i.test(base))
    return 'main';
  if (mainSigns >= 2) return 'main';
  return hasHosts ? 'fragment' : hasSettings ? 'snippet' : 'other';
}
