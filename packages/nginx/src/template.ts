/**
 * Tags of template languages in a file that becomes an nginx configuration only when it is rendered: Jinja and Liquid
 * (`{% %}`, `{{ }}`, `{# #}`), Go, Handlebars and Mustache (`{{ }}`), ERB, EPP, EJS and etlua (`<% %>`).
 */

/**
 * What a tag means for the text around it.
 * `output`: it stands for text. `statement`: for none. `comment`: for none, and it may stand between words.
 */
export interface Tag {
  readonly end: number;
  readonly role: 'output' | 'statement' | 'comment';
  /** How it changes the nesting, in order. */
  readonly steps: readonly TagStep[];
}

/** `condition`: what follows is not in every rendered file, up to the matching `close`. `group`: it is, up to there. */
export type TagStep = 'condition' | 'group' | 'close';

const percent = 37;
const lessThan = 60;
const openBrace = 123;
const hash = 35;

/** Does `text` hold anything that looks like a tag? Quick, and true for some files that are no templates. */
export function mayHaveTags(text: string): boolean {
  return text.includes('{{') || text.includes('{%') || text.includes('<%');
}

/** The offsets of tags that are surely meant as such: whole on one line and, in double braces, without `;` or braces. */
export function* clearTags(text: string): Generator<number> {
  for (const { index } of text.matchAll(/\{\{[^\n;{}]*\}\}|\{%[^\n%]*%\}|<%[^\n%]*%>/g)) yield index;
}

/** Finds the tags of one text. All of its work together takes time in proportion to the text. */
export class TagReader {
  readonly #text: string;
  /** The last search for each closer: from where, and what was found. */
  readonly #searches = new Map<string, { readonly from: number; readonly found: number }>();
  readonly #hasJinja: boolean;
  /** Before this offset, strings and braces inside tags are not looked at: they do not balance. */
  #unbalancedBefore = 0;

  constructor(text: string) {
    this.#text = text;
    this.#hasJinja = text.includes('{%');
  }

  /** The tag that begins at `start` and ends not after `limit`, if one does. */
  at(start: number, limit = this.#text.length): Tag | undefined {
    const text = this.#text;
    const first = text.charCodeAt(start);
    const second = text.charCodeAt(start + 1);
    if (first === lessThan) return second === percent ? this.#tag(start, '%>', limit, readCode) : undefined;
    if (first !== openBrace) return undefined;
    if (second === percent) return this.#tag(start, '%}', limit, readJinja);
    if (second === hash) return this.#hasJinja ? this.#tag(start, '#}', limit, () => comment) : undefined;
    // `{{%` is a brace of nginx before a statement.
    if (second !== openBrace || (this.#hasJinja && text.charCodeAt(start + 2) === percent)) return undefined;
    const end = this.#doubleBraceEnd(start, limit);
    return end > limit ? undefined : { end, ...readBraces(text.slice(start + 2, end - 2)) };
  }

  #tag(start: number, closer: string, limit: number, read: (inner: string) => Meaning): Tag | undefined {
    const close = this.#find(closer, start + 2);
    return close + 2 > limit ? undefined : { end: close + 2, ...read(this.#text.slice(start + 2, close)) };
  }

  /** Beyond `limit` where no tag ends before it. */
  #doubleBraceEnd(start: number, limit: number): number {
    const text = this.#text;
    const opener = /^\{\{[-~]?\s?(?:\/\*|!--)/.exec(text.slice(start, start + 8))?.[0];
    if (opener) return this.#find('}}', this.#find(opener.endsWith('*') ? '*/' : '--', start + opener.length) + 2) + 2;
    if (start >= this.#unbalancedBefore) {
      const end = balancedEnd(text, start + 2, limit);
      if (end !== undefined) return end;
      // Looking as far again from the next tag, and the next, would take too long.
      this.#unbalancedBefore = limit;
    }
    return this.#find('}}', start + 2) + 2;
  }

  /** The next `closer` from `from` on; infinity where there is none. */
  #find(closer: string, from: number): number {
    const last = this.#searches.get(closer);
    if (last && last.from <= from && from <= last.found) return last.found;
    const index = this.#text.indexOf(closer, from);
    const found = index === -1 ? Number.POSITIVE_INFINITY : index;
    this.#searches.set(closer, { from, found });
    return found;
  }
}

/**
 * The offset after the `}}` that ends a tag whose content begins at `start`, strings and inner braces skipped; undefined where
 * none ends before `limit`.
 */
function balancedEnd(text: string, start: number, limit: number): number | undefined {
  let depth = 0;
  for (let i = start; i < limit; i++) {
    const char = text[i];
    if (char === '{') depth++;
    else if (char === '}') {
      if (depth > 0) depth--;
      else if (text[i + 1] === '}') return i + 2 > limit ? undefined : i + 2;
    } else if (char === '"' || char === "'" || char === '`') {
      i++;
      while (i < limit && text[i] !== char) i += text[i] === '\\' && char !== '`' ? 2 : 1;
    }
  }
  return undefined;
}

type Meaning = Omit<Tag, 'end'>;

const output: Meaning = { role: 'output', steps: [] };
const statement: Meaning = { role: 'statement', steps: [] };
const comment: Meaning = { role: 'comment', steps: [] };
const condition: Meaning = { role: 'statement', steps: ['condition'] };
const group: Meaning = { role: 'statement', steps: ['group'] };
const close: Meaning = { role: 'statement', steps: ['close'] };

const jinjaConditions = new Set('if for unless case macro call while tablerow ifchanged'.split(' '));
const jinjaGroups = new Set(
  'block with filter autoescape raw trans spaceless capture comment load_yaml load_json load_text verbatim apply embed'.split(
    ' ',
  ),
);

function readJinja(inner: string): Meaning {
  const code = inner.replace(/^[-+~]/, '').trimStart();
  const word = /^\w*/.exec(code)?.[0] ?? '';
  if (word.startsWith('end')) return close;
  if (jinjaConditions.has(word)) return condition;
  if (jinjaGroups.has(word) || (word === 'set' && !code.includes('='))) return group;
  return statement;
}

function readBraces(inner: string): Meaning {
  const code = inner.replace(/^[-~]/, '').trimStart();
  if (/^(?:!|\/\*)/.test(code)) return comment;
  if (/^(?:#|\^\s*\w|(?:if|range|with|define)\s+\S)/.test(code)) return condition;
  if (/^block\s+\S/.test(code)) return group;
  if (/^(?:\/|end\s*[-~]?$)/.test(code)) return close;
  if (/^(?:\^|else\b|break\b|continue\b|\$\w*\s*:?=[^=])/.test(code)) return statement;
  return output;
}

/** ERB and its kin: the code between `<%` and `%>` is Ruby, Puppet, JavaScript or Lua. */
function readCode(inner: string): Meaning {
  if (inner.startsWith('#')) return comment;
  const isOutput = inner.startsWith('=');
  const code = inner.replace(/^[-=_]+/, '').replace(/[-_]$/, '');
  const steps = code.split(/[;\n]/).flatMap((line) => stepsOf(line.trim()));
  if (isOutput && steps.length === 0) return output;
  if (steps.length > 0) return { role: 'statement', steps };
  // `<%-` writes its value in EJS and etlua, and runs code in ERB.
  const runs =
    /^\s*(?:else|elsif|elseif|elif|when|next|break|local|var|let|const|require|include)\b|^[^=]*[^=!<>]=[^=~>]/;
  return inner.startsWith('-') && !runs.test(code) ? output : statement;
}

function stepsOf(line: string): TagStep[] {
  if (line.startsWith('#') || line.startsWith('//')) return [];
  const steps: TagStep[] = [];
  if (/^(?:\}|end\b)/.test(line)) steps.push('close');
  const opens =
    /^(?:if|unless|case|while|until|for|begin|def)\b|=\s*(?:if|unless|case|begin)\b|\bdo(?:\s*\|[^|]*\|)?$|\{(?:\s*\|[^|]*\|)?$/;
  if (opens.test(line) && !/\S\s+end$/.test(line)) steps.push('condition');
  return steps;
}
