import type { DirectiveSpec } from './settings.js';
import { readCache, readFlag, readProtocols, readTimeout } from './values.js';

export interface DirectiveProblem {
  /** In httpd's words. */
  readonly message: string;
  readonly help: string;
  /** It does not count where it stands, whatever its value. */
  readonly isMisplaced?: true;
}

/**
 * What httpd refuses about a directive, in the order of its checks. `rest` is the line after the name.
 * Source: invoke_cmd in httpd's server/config.c and the handlers in mod_ssl's ssl_engine_config.c.
 */
export function checkDirective(
  spec: DirectiveSpec,
  values: readonly string[],
  rest: string,
  context: 'main' | 'host' | 'directory',
  inside: string,
): DirectiveProblem | undefined {
  const { name } = spec;
  if (context === 'directory') {
    if (spec.perDirectory) return undefined;
    // Other directives with these names stand in sections of other modules.
    if (!name.startsWith('SSLSession') && name !== 'SSLEngine') return undefined;
    return {
      message: `${name} not allowed in <${inside}> context`,
      help: `move it out of <${inside}>`,
      isMisplaced: true,
    };
  }
  const count = countProblem(spec, values, rest);
  if (count !== undefined)
    return { message: count, help: /#/.test(rest) ? 'a comment needs a line of its own' : 'write one value' };
  if (spec.mainOnly && context === 'host')
    return {
      message: `${name} cannot occur within <VirtualHost> section`,
      help: 'move it to the main server',
      isMisplaced: true,
    };
  const [value = ''] = values;
  switch (name) {
    case 'SSLSessionCacheTimeout':
      return readTimeout(value).kind === 'refused'
        ? { message: `${name}: Invalid argument`, help: 'write a number of seconds, 0 or more' }
        : undefined;
    case 'SSLSessionCache': {
      const cache = readCache(value);
      return cache.kind === 'refused'
        ? { message: `${name}: ${cache.why}`, help: 'write shmcb:PATH(BYTES) with at least 8192 bytes' }
        : undefined;
    }
    case 'SSLSessionTickets':
      return readFlag(value) === undefined
        ? { message: `${name} must be On or Off`, help: 'write on or off' }
        : undefined;
    case 'SSLEngine':
      return readFlag(value) === undefined && value.toLowerCase() !== 'optional'
        ? { message: 'Argument must be On or Off', help: 'write on or off' }
        : undefined;
    case 'SSLProtocol': {
      const protocols = readProtocols(values);
      return 'illegal' in protocols
        ? {
            message: `${name}: Illegal protocol '${protocols.illegal}'`,
            help: 'write protocols such as TLSv1.2 or all -TLSv1',
          }
        : undefined;
    }
    default:
      return undefined;
  }
}

function countProblem(
  { name, takes, help }: DirectiveSpec,
  values: readonly string[],
  rest: string,
): string | undefined {
  switch (takes) {
    case 'one':
      // An empty word in quotes counts as missing.
      return values.length === 1 && values[0] !== '' ? undefined : `${name} takes one argument, ${help}`;
    case 'flag':
      // Further words are not looked at.
      return values.length > 0 ? undefined : `${name} must be On or Off`;
    case 'two':
      return values.length === 2 ? undefined : `${name} takes two arguments, ${help}`;
    case 'words':
      return name === 'Listen' && (values.length === 0 || values.length > 2) && rest !== undefined
        ? 'Listen requires 1 or 2 arguments.'
        : undefined;
  }
}
