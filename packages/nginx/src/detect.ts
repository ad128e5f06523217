import type { SourceFile } from '@shortfuse/core';
import { isBlock, type NginxFile, nameOf } from './tree.js';

/** Endings of files that look alike in places and are something else. */
const otherLanguages =
  /\.(?:[cm]?[jt]sx?|json[c5]?|ya?ml|xml|toml|ini|sh|bash|zsh|fish|ps1|bat|cmd|tf|hcl|reg|vue|svelte|proto|gradle|groovy|scala|dart|cs|vb|fs|ex|exs|hs|clj|lisp|vim|el|tex|bib|diff|patch|log|service|socket|nix|cue|dockerfile|tcl|zig|nim|r|jl|m|mm|graphql|prisma|thrift|config|csproj|sln)$/i;

/** Directives and blocks that begin statements in nginx files and hardly anywhere else. */
const telling =
  /(?:^|[\s;{}])(?:(?:server|http|stream|mail|events)\s*\{|ssl_(?:session|certificate|protocols|ciphers|prefer|conf|reject)\w*\s|listen\s[^;\n]*;)/;

/** Lines that only httpd's files have, or an F5 device's, which both have words and braces in common with nginx. */
const otherServers =
  /^[ \t]*<\/?(?:VirtualHost|IfModule|IfDefine|Directory|Location)\b|^#TMSH-VERSION|^(?:ltm|sys|net|auth|cm|apm|gtm|cli|security|asm|pem|wom|analytics) [^;\n]*\{/m;

/** Could this file have a say about TLS listeners? A cheap look before parsing; {@link roleOf} tells more. */
export function looksLikeNginx(file: SourceFile, named: boolean): boolean {
  if (!named && otherLanguages.test(file.path)) return false;
  if (otherServers.test(file.text)) return false;
  return (
    telling.test(file.text) ||
    (named && /[;}]\s*(?:#[^\n]*\s*)?$/.test(file.text.trimEnd()) && !/^\s*[<{[]/.test(file.text))
  );
}

/**
 * What a file is, by the directives at its top.
 * - `main`: has an http, stream or mail block, or an events block: nginx can be started with it
 * - `fragment`: has servers or other things of an http, stream or mail block
 * - `snippet`: TLS settings or other directives that could stand in several blocks
 * - `other`: no nginx file, or nothing that matters here
 */
export type Role =
  | { readonly kind: 'main' | 'snippet' | 'other' }
  | { readonly kind: 'fragment'; readonly of: 'http' | 'stream' | 'mail' };

const mainBlocks = new Set(['http', 'stream', 'mail', 'events']);
const httpOnly = new Set(
  'location root index return rewrite try_files error_page add_header charset client_max_body_size access_log'.split(
    ' ',
  ),
);

export function roleOf(tree: NginxFile): Role {
  const { directives } = tree;
  let hasServer = false;
  let hasHttpThings = false;
  let hasSettings = false;
  for (let i = 0; i < directives.count; i = directives.next[i] ?? directives.count) {
    const name = nameOf(tree, i);
    const block = isBlock(tree, i);
    if (block && mainBlocks.has(name)) return { kind: 'main' };
    if (block && name === 'server') hasServer = true;
    if (block && (name === 'upstream' || name === 'map' || name === 'geo')) hasHttpThings = true;
    if (name === 'limit_req_zone' || name === 'log_format') hasHttpThings = true;
    if (!block && (name.startsWith('ssl_') || name === 'listen' || name === 'server_name' || name === 'ssl'))
      hasSettings = true;
  }
  if (hasServer) return { kind: 'fragment', of: protocolOf(tree) };
  const folder = tree.file.path.split('/').slice(-3, -1).join('/');
  // Packages include these folders at the top of http.
  if ((hasSettings || hasHttpThings) && /(?:^|\/)(?:conf\.d|http\.d|http-conf[\w.-]*)$/.test(folder))
    return { kind: 'fragment', of: 'http' };
  return hasSettings ? { kind: 'snippet' } : { kind: 'other' };
}

/** http, unless what stands in the server blocks says otherwise. */
function protocolOf(tree: NginxFile): 'http' | 'stream' | 'mail' {
  const { directives, file } = tree;
  let speaksMail = false;
  for (let i = 0; i < directives.count; i++) {
    const parent = directives.parent[i] ?? -1;
    if (parent === -1 || directives.parent[parent] !== -1) continue;
    const name = nameOf(tree, i);
    if (httpOnly.has(name)) return 'http';
    if (name === 'protocol' || name === 'starttls' || name === 'smtp_auth') speaksMail = true;
  }
  if (speaksMail) return 'mail';
  return /(?:^|[/._-])stream/i.test(file.path) ? 'stream' : /(?:^|\/)mail[./]/i.test(file.path) ? 'mail' : 'http';
}
