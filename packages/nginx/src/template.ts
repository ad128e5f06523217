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
  /** Closers that were looked for and are nowhere in the rest of the text. */
  readonly #missing = new Set<string>();
  readonly #hasJinja: boolean;
  #quotesBalance = true;

  constructor(text: string) {
    this.#text = text;
    this.#hasJinja = text.includes('{%');
  }

  /** The tag that begins at `start`, if one does. */
  at(start: number): Tag | undefined {
    const text = this.#text;
    const first = text.charCodeAt(start);
    const second = text.charCodeAt(start + 1);
    if (first === lessThan && second === percent) {
      const close = this.#find('%>', start + 2);
      return close === -1 ? undefined : { end: close + 2, ...readCode(text.slice(start + 2, close)) };
    }
    if (first !== openBrace) return undefined;
    if (second === percent) {
      const close = this.#find('%}', start + 2);
      return close === -1 ? undefined : { end: close + 2, ...readJinja(text.slice(start + 2, close)) };
    }
    if (second === hash && this.#hasJinja) {
      const close = this.#find('#}', start + 2);
      return close === -1 ? undefined : { end: close + 2, role: 'comment', steps: [] };
    }
    // `{{%` is a brace of nginx before a statement.
    if (second !== openBrace || (text.charCodeAt(start + 2) === percent && this.#hasJinja)) return undefined;
    const end = this.#doubleBraceEnd(start);
    return end === -1 ? undefined : { end, ...readBraces(text.slice(start + 2, end - 2)) };
  }

  #doubleBraceEnd(start: number): number {
    const text = this.#text;
    const comment = /^\{\{[-~]?\s?(?:\/\*|!--)/.exec(text.slice(start, start + 8))?.[0];
    if (comment) {
      const inner = this.#find(comment.endsWith('*') ? '*/' : '--', start + comment.length);
      const close = inner === -1 ? -1 : this.#find('}}', inner + 2);
      return close === -1 ? -1 : close + 2;
    }
    if (this.#quotesBalance) {
      const end = balancedEnd(text, start + 2);
      if (end !== -1) return end;
      // Looking so far again and again would take too long: from here on, quotes and braces inside tags are not looked at.
      this.#quotesBalance = false;
    }
    const close = this.#find('}}', start + 2);
    return close === -1 ? -1 : close + 2;
  }

  #find(closer: string, from: number): number {
    if (this.#missing.has(closer)) return -1;
    const found = this.#text.indexOf(closer, from);
    if (found === -1) this.#missing.add(closer);
    return found;
  }
}

/** The offset after the `}}` that ends a tag whose content begins at `start`, strings and inner braces skipped; else -1. */
function balancedEnd(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const char = text[i];
    if (char === '{') depth++;
    else if (char === '}') {
      if (depth > 0) depth--;
      else if (text[i + 1] === '}') return i + 2;
    } else if (char === '"' || char === "'" || char === '`') {
      let close = i + 1;
      while (close < text.length && text[close] !== char) close += text[close] === '\\' && char !== '`' ? 2 : 1;
      if (close >= text.length) return -1;
      i = close;
    }
  }
  return -1;
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
