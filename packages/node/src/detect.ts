import type { SourceFile } from '@shortfuse/core';
import { isSourceName } from './sources.js';

/** Modules of Node.js whose functions make TLS servers, as they are written in imports and calls of `require`. */
const tlsModule = /['"`](?:node:)?(?:https|tls|http2)['"`]/;
/** The functions and classes that do, as they are called, imported or taken out of a module: not as a word in a text. */
const maker = /\bcreate(?:Secure)?Server\b|[{.,]\s*Server\b|\bServer\s*[,}(]/;
const frameworkModule = /['"`](?:fastify|@nestjs\/core|@nestjs\/platform-fastify|@hapi\/hapi|hapi)['"`]/;
const pulumiModule = /['"`]@pulumi\/f5bigip(?:\/[\w/]+)?['"`]/;
const relativeModule = /['"`]\.{1,2}\/[^'"`\n]*['"`]/;

/**
 * May this text by itself make a TLS listener? By strings in it, in time proportional to its length and without the parser:
 * of the thousands of sources in a repository only those that pass are parsed at once.
 */
export function isTelling(text: string): boolean {
  return namesModule(text) || mayPassOn(text);
}

/** Does the text name a module whose functions make TLS servers, and something to make one with? */
export function namesModule(text: string): boolean {
  // Words that most sources do not have are looked for before patterns.
  const hasHttps = text.includes('https');
  const hasTls = text.includes('tls');
  if ((hasHttps || hasTls || text.includes('http2')) && tlsModule.test(text) && maker.test(text)) return true;
  if ((hasHttps || hasTls) && frameworkModule.test(text)) return true;
  return text.includes('@pulumi/f5bigip') && pulumiModule.test(text);
}

/** May the function come from another file, which passes it on under its own name? */
function mayPassOn(text: string): boolean {
  return (text.includes('createServer') || text.includes('createSecureServer')) && relativeModule.test(text);
}

/**
 * In a folder every source is taken: any of them may hold the number that a server uses, or another use of it. A single file
 * that a person names is only taken where it can make a listener.
 */
export function claims(file: SourceFile, named: boolean): boolean {
  return isSourceName(file.path) && (!named || isTelling(file.text));
}
