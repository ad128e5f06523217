import { wordsOf } from './words.js';

/** Is a condition true? `why` says what would settle it. */
export type Truth = { readonly kind: 'true' | 'false' } | { readonly kind: 'unknown'; readonly why: string };

/** What is known at the point of reading where a condition stands. */
export interface Knowledge {
  module(name: string): Truth;
  defined(name: string): Truth;
  /** As told; undefined where nobody said, but it is a 2.4. */
  readonly version: string | undefined;
}

/** Decides `<IfModule …>`, `<IfDefine …>` and `<IfVersion …>`; `argument` is what stands before the `>`. */
export function decide(name: 'ifmodule' | 'ifdefine' | 'ifversion', argument: string, known: Knowledge): Truth {
  const trimmed = argument.trim();
  const isNegated = trimmed.startsWith('!');
  const rest = isNegated ? trimmed.slice(1) : trimmed;
  const truth =
    name === 'ifversion'
      ? versionTruth(rest, known.version)
      : name === 'ifmodule'
        ? known.module(wordsOf(rest)[0]?.value ?? '')
        : known.defined(wordsOf(rest)[0]?.value ?? '');
  return isNegated ? negated(truth) : truth;
}

function negated(truth: Truth): Truth {
  return truth.kind === 'unknown' ? truth : { kind: truth.kind === 'true' ? 'false' : 'true' };
}

/** Versions of 2.4 that stand for all where nobody says which one runs: what is alike for the ends is known. */
const ends = ['2.4.6', '2.4.99'];

function versionTruth(argument: string, version: string | undefined): Truth {
  const outcomes = (version === undefined ? ends : [version]).map((each) => compareVersion(argument, each));
  const [first] = outcomes;
  if (first !== undefined && outcomes.every((outcome) => outcome === first)) return { kind: first ? 'true' : 'false' };
  return {
    kind: 'unknown',
    why: `<IfVersion ${argument}> depends on httpd's version: give it as servers.apache.version`,
  };
}

/** Source: start_ifversion in httpd's modules/metadata/mod_version.c. Undefined where the comparison cannot be read. */
function compareVersion(argument: string, version: string): boolean | undefined {
  const words = wordsOf(argument).map(({ value }) => value);
  const [operator = '=', wanted = ''] = words.length > 1 ? words : ['=', words[0] ?? ''];
  if (operator === '~' || (/^=?=?$/.test(operator) && wanted.startsWith('/'))) {
    const pattern = wanted.replace(/^\/(.*)\/$/s, '$1');
    // Only what means the same in every dialect and cannot take long.
    return /^\^?(?:[\w.]|\\\.)*\$?$/.test(pattern) ? new RegExp(pattern).test(version) : undefined;
  }
  if (!/^\d+(?:\.\d+){0,2}$/.test(wanted)) return undefined;
  const order = compareParts(version, wanted);
  switch (operator) {
    case '=':
    case '==':
      return order === 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    default:
      return undefined;
  }
}

/** Missing parts count as 0, as mod_version has them. */
function compareParts(version: string, wanted: string): number {
  const have = version.split('.').map(Number);
  const want = wanted.split('.').map(Number);
  for (let i = 0; i < 3; i++) {
    const difference = (have[i] || 0) - (want[i] || 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/** The names of a module in `<IfModule>`: its identifier and its source file. */
export function moduleNames(identifier: string, path: string): readonly string[] {
  const base = /([^/\\]*?)\.[^./\\]*$/.exec(path)?.[1] ?? '';
  const stem = base.startsWith('mod_') ? base.slice(4) : base.replace(/^lib/, '');
  const byPath =
    stem === ''
      ? []
      : stem.startsWith('mpm_')
        ? [`${stem.slice(4)}.c`, `mpm_${stem.slice(4)}.c`]
        : [`mod_${stem.replace(/^(php)\d.*$/, '$1')}.c`];
  const byIdentifier = /^(?!mpm_)(\w+)_module$/.exec(identifier)?.[1];
  return [identifier, ...byPath, ...(byIdentifier === undefined ? [] : [`mod_${byIdentifier}.c`])];
}
