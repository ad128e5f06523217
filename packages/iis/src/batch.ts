import type { Span } from '@shortfuse/core';
import { readCommand, readSslCert, type ScriptResult } from './command-line.js';
import type { SslBinding } from './http-sys.js';
import { linesOf } from './reg-file.js';
import type { RegistryFact, Word } from './registry.js';

/**
 * Reads the reg.exe and netsh calls of a batch file, or of a script for `netsh -f`, line by line. `^` continues a line; `&`,
 * `&&`, `||` and `|` part commands. What stands behind `if` or `for`, or in their parentheses, is conditional.
 */
export function readBatch(text: string): ScriptResult {
  const facts: RegistryFact[] = [];
  const bindings: SslBinding[] = [];
  const lines = linesOf(text);
  const blocks: string[] = [];
  let jump: string | undefined;
  for (let i = 0; i < lines.length; i++) {
    const first = lines[i] ?? { start: 0, end: 0 };
    let end = first.end;
    while (text.charAt(end - 1) === '^' && end > first.start && i + 1 < lines.length) end = lines[++i]?.end ?? end;
    const line = { start: first.start, end };
    const shown = text.slice(line.start, Math.min(line.end, line.start + 4000));
    if (/^\s*@?\s*(?:rem\b|::|#)/i.test(shown)) {
      if (/\breg(?:\.exe)?\s+add\b/i.test(shown) && /servercachetime/i.test(shown))
        facts.push({ value: 'ServerCacheTime', effect: { kind: 'ignored', why: 'comment' }, span: line });
      continue;
    }
    const control = /^\s*@?\s*(?:\)\s*)?(if|for|else)\b/i.exec(shown)?.[1]?.toLowerCase();
    const condition = whatDecides(control, blocks, jump);
    if (control === undefined && blocks.length === 0)
      jump ??= /^\s*@?\s*(goto|exit)\b/i.exec(shown)?.[1]?.toLowerCase();
    for (const words of commandsOf(text, line)) {
      const found = readCommand(words, spanOf(words), condition);
      const binding = found ? undefined : readSslCert(words, spanOf(words), condition);
      if (found) {
        facts.push(...found.facts);
        bindings.push(...found.bindings);
      } else if (binding) bindings.push(binding);
    }
    if (/^\s*\)/.test(shown)) blocks.pop();
    if (/\(\s*$/.test(shown.trimEnd().slice(-2))) blocks.push(control ?? '(');
  }
  return { facts, bindings };
}

function whatDecides(
  control: string | undefined,
  blocks: readonly string[],
  jump: string | undefined,
): string | undefined {
  if (control !== undefined) return `it is behind "${control}"`;
  if (blocks.length > 0) return `it is in a block behind "${blocks.at(-1)}"`;
  return jump === undefined ? undefined : `a "${jump}" stands before it`;
}

function spanOf(words: readonly Word[]): Span {
  return { start: words[0]?.span.start ?? 0, end: words.at(-1)?.span.end ?? 0 };
}

/** The commands of a line from the program's name on, so that what `if exist x` says before it does not matter. */
function commandsOf(text: string, line: Span): Word[][] {
  const commands: Word[][] = [[]];
  for (const word of wordsOf(text, line)) {
    if (word === 'next') commands.push([]);
    else commands.at(-1)?.push(word);
  }
  return commands.flatMap((words) => {
    // What is printed is not run.
    if (/^[@(]*echo\.?$/i.test(words[0]?.text ?? '')) return [];
    const at = words.findIndex(({ text }, i) => {
      const program = /(?:^|[\\/(@])(reg|netsh)(?:\.exe)?$/i.exec(text)?.[1]?.toLowerCase();
      if (program === 'reg') return /^(?:add|delete)$/i.test(words[i + 1]?.text ?? '');
      return program === 'netsh' || (/^http$/i.test(text) && /^sslcert$/i.test(words[i + 2]?.text ?? ''));
    });
    const [program, ...rest] = at === -1 ? [] : words.slice(at);
    return program ? [[{ ...program, text: program.text.replace(/^[(@]+/, '') }, ...rest]] : [];
  });
}

/** Words as cmd.exe parts them; quotes are taken away, `%…%` and `!…!` make a word open. */
function* wordsOf(text: string, { start, end }: Span): Generator<Word | 'next'> {
  const piece = /\^?\r?\n|[ \t\r]+|&&?|\|\|?|(?:"[^"\r\n]*"?|\^[\s\S]|[^\s"&|^])+|[\s\S]/g;
  piece.lastIndex = start;
  for (let match = piece.exec(text); match && match.index < end; match = piece.exec(text)) {
    const [raw] = match;
    if (/^[&|]/.test(raw)) yield 'next';
    if (/^(?:[\s&|]|\^\r?\n)/.test(raw) || raw === '^') continue;
    const plain = raw
      .replace(/"/g, '')
      .replace(/\^\r?\n/g, '')
      .replace(/\^(.)/g, '$1');
    const from = match.index + (raw.startsWith('"') ? 1 : 0);
    const to = match.index + raw.length - (raw.length > 1 && raw.endsWith('"') ? 1 : 0);
    yield {
      text: plain,
      span: { start: Math.min(from, to), end: Math.min(to, end) },
      isOpen: /%[^%\s]+%|%%?~?\w|![^!\s]+!|\{\{|<%/.test(plain),
    };
  }
}
