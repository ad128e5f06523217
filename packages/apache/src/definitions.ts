import { moduleNames, type Truth } from './conditions.js';
import type { EvaluateOptions, Level } from './evaluation.js';
import { builtInModules } from './settings.js';
import { hasPlaceholder } from './template.js';

interface Variable {
  readonly value: string;
  readonly doubt: string | undefined;
}

/** The modules that are loaded and the names that are defined at the point of reading. */
export class Definitions {
  readonly #modules = new Map<string, string | undefined>();
  readonly #variables = new Map<string, Variable>();
  readonly #defined = new Map<string, string | undefined>();
  #loads = 0;

  /** `main`: where includes that are not at hand leave gaps, in which anything could be loaded and defined. */
  constructor(
    readonly options: EvaluateOptions,
    readonly main: Level,
  ) {
    for (const name of builtInModules) this.#modules.set(name, undefined);
    for (const [name, value] of options.defines) {
      this.#defined.set(name, undefined);
      // `-D NAME` defines a name for <IfDefine>, and no variable.
      if (value !== '') this.#variables.set(name.toLowerCase(), { value, doubt: undefined });
    }
  }

  /** How many LoadModule lines were read. */
  get loads(): number {
    return this.#loads;
  }

  /** Variables are known in any letter case. */
  variable(name: string): Variable | undefined {
    return this.#variables.get(name.toLowerCase());
  }

  load(identifier: string, path: string, doubt: string | undefined): void {
    this.#loads++;
    for (const name of moduleNames(identifier, path))
      if (doubt === undefined || !this.#modules.has(name)) this.#modules.set(name, doubt);
  }

  /** Without a value the variable is empty. */
  define(name: string, value: string, doubt: string | undefined): void {
    this.#defined.set(name, doubt);
    this.#variables.set(name.toLowerCase(), {
      value,
      doubt: doubt ?? (hasPlaceholder(value) ? 'a template or build step fills in the value' : undefined),
    });
  }

  undefine(name: string): void {
    this.#defined.delete(name);
    this.#variables.delete(name.toLowerCase());
  }

  isLoaded(name: string): Truth {
    if (this.#modules.has(name)) {
      const doubt = this.#modules.get(name);
      return doubt === undefined ? { kind: 'true' } : { kind: 'unknown', why: doubt };
    }
    const stem = name.replace(/^mod_(\w+)\.c$/, '$1').replace(/^(\w+)_module$/, '$1');
    if (this.options.assumesModules) {
      if (/^(?:ssl|socache_\w+)$/.test(stem) && stem !== name) return { kind: 'true' };
      // Debian's files name these as alternatives to mod_ssl; loading both is a mistake.
      if (/^(?:gnutls|nss)$/.test(stem) && stem !== name) return { kind: 'false' };
      return {
        kind: 'unknown',
        why: `<IfModule ${name}>: no LoadModule line is among the files; give the main file too`,
      };
    }
    const [gap] = this.main.gaps;
    if (gap)
      return { kind: 'unknown', why: `<IfModule ${name}>: "${gap.path}" is not among the files and may load it` };
    return { kind: 'false' };
  }

  isDefined(name: string): Truth {
    if (this.#defined.has(name)) {
      const doubt = this.#defined.get(name);
      return doubt === undefined ? { kind: 'true' } : { kind: 'unknown', why: doubt };
    }
    const settles = `say --define ${name} where httpd is started with -D ${name}`;
    if (this.options.fragments && this.options.defines.size === 0)
      return { kind: 'unknown', why: `<IfDefine ${name}> depends on the command line or the main file; ${settles}` };
    const [gap] = this.main.gaps;
    if (gap)
      return {
        kind: 'unknown',
        why: `<IfDefine ${name}>: "${gap.path}" is not among the files and may define it; ${settles}`,
      };
    return { kind: 'false' };
  }
}
