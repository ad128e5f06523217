import type { Span } from '@shortfuse/core';
import { type Block, isLook } from './powershell-syntax.js';
import { type RegistryFact, readNumber } from './registry.js';
import { obstacle, type Slot, slotsFor } from './spelling.js';

/** No script has more blocks in each other that look at the value. */
const mostGuards = 20;

/**
 * What an `if` that looks at the value before it is set makes of a patch. `if (… -ne 3600000) { … 3600000 }` needs the new
 * number in both places, or a machine with the old value would keep it. One that only sets the value where there is none cannot
 * change it.
 */
export function guarded(
  text: string,
  block: Block | undefined,
  facts: readonly RegistryFact[],
): readonly RegistryFact[] {
  if (!facts.some(({ written }) => written?.rewrite.kind === 'slots')) return facts;
  const guards = guardsAround(block);
  if (guards.length === 0) return facts;
  return facts.map((fact): RegistryFact => {
    const { written, effect } = fact;
    if (written?.rewrite.kind !== 'slots') return fact;
    const slots: Slot[] = [...written.rewrite.slots];
    let { start } = written.statement;
    for (const guard of guards) {
      const compared = comparedIn(text, guard);
      if (compared === 'presence') continue;
      const isOurs = compared !== 'other' && effect.kind === 'set' && compared.number === effect.number;
      if (!isOurs || guards.length > mostGuards) {
        const why = `the "if" around it looks at the value first: ${shortened(text.slice(guard.start, guard.end))}`;
        const help = 'see that it also replaces a value that is there already, and write the new number by hand';
        return { ...fact, written: { ...written, rewrite: obstacle(why, help) } };
      }
      slots.push({ span: compared.span, number: 'decimal' });
      start = Math.min(start, guard.start);
    }
    return {
      ...fact,
      written: { ...written, statement: { start, end: written.statement.end }, rewrite: slotsFor(...slots) },
    };
  });
}

/** The conditions that look at the key or the value, innermost first. */
function guardsAround(block: Block | undefined): Span[] {
  const guards: Span[] = [];
  for (let next = block; next && guards.length <= mostGuards; next = next.parent) {
    const [, first] = next.head;
    const last = next.head.at(-1);
    if (next.kind === 'script' && isLook(next.head) && first && last)
      guards.push({ start: first.span.start, end: last.span.end });
  }
  return guards;
}

/** What a condition compares the value with: one number that it must not be; `presence`: it looks whether the key is there. */
function comparedIn(
  text: string,
  { start, end }: Span,
): { readonly number: number; readonly span: Span } | 'presence' | 'other' {
  const guard = text.slice(start, Math.min(end, start + 500));
  if (/test-path/i.test(guard) && !/servercachetime|-not\b|!|-(?:eq|ne|and|or)\b/i.test(guard)) return 'presence';
  const [, before, written = ''] = /^(\(.*servercachetime['"]?\)?\s+-ne\s+)(0x[0-9a-f]+|\d+)\s*\)$/is.exec(guard) ?? [];
  const number = readNumber(written);
  if (before === undefined || number === undefined || /-(?:and|or|eq|not)\b|!/i.test(before)) return 'other';
  const from = start + before.length;
  return { number, span: { start: from, end: from + written.length } };
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 100 ? `${line.slice(0, 97)}...` : line;
}
