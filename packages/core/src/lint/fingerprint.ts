import { positionOf } from '../source.js';
import type { Finding } from './finding.js';

/**
 * Names findings so that a finding keeps its name when lines move: by the rule, the file, the text of the line without the
 * blanks around it, and the listeners concerned. Equal ones of one run are numbered in their order.
 * The name is readable text; whoever needs a fixed length hashes it.
 */
export function fingerprintsOf(findings: readonly Finding[]): readonly string[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const name = nameOf(finding);
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return count === 0 ? name : `${name}#${count + 1}`;
  });
}

/** More listeners than this are not named: the first ones tell findings of one line apart. */
const mostListeners = 3;

function nameOf({ rule, at, listeners }: Finding): string {
  const { file, span } = at;
  const { column } = positionOf(file, span.start);
  const start = span.start - (column - 1);
  // Lines may be very long; what a person would compare is at their beginning and at the place itself.
  const lineEnd = file.text.indexOf('\n', start);
  const line = file.text.slice(start, Math.min(lineEnd === -1 ? file.text.length : lineEnd, start + 200)).trim();
  const names = [...new Set(listeners.map(({ address, name }) => `${address ?? ''} ${name}`.trim()))];
  return [rule, file.path, line, ...names.slice(0, mostListeners)].map((part) => part.replace(/\s+/g, ' ')).join('|');
}
