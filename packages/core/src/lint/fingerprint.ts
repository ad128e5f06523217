import { lastingName } from '../listener.js';
import { positionOf, type SourceFile } from '../source.js';
import type { Finding } from './finding.js';

/**
 * Names findings so that a finding keeps its name when lines move: by the rule, the file, the text of the line without the
 * blanks around it, and the listeners concerned. Equal ones of one run are numbered in their order.
 * `pathOf` says what a file is called, where that is not the path that people are shown.
 * The name is readable text; whoever needs a fixed length hashes it.
 */
export function fingerprintsOf(
  findings: readonly Finding[],
  pathOf: (file: SourceFile) => string = ({ path }) => path,
): readonly string[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const name = nameOf(finding, pathOf);
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return count === 0 ? name : `${name}#${count + 1}`;
  });
}

/** More listeners than this are not named: the first ones tell findings of one line apart. */
const mostListeners = 3;

function nameOf({ rule, at, listeners }: Finding, pathOf: (file: SourceFile) => string): string {
  const { file, span } = at;
  const { column } = positionOf(file, span.start);
  const start = span.start - (column - 1);
  // Lines may be very long; what a person would compare is at their beginning and at the place itself.
  const lineEnd = file.text.indexOf('\n', start);
  const line = file.text.slice(start, Math.min(lineEnd === -1 ? file.text.length : lineEnd, start + 200)).trim();
  const names = [...new Set(listeners.map((listener) => `${listener.address ?? ''} ${lastingName(listener)}`.trim()))];
  return [rule, pathOf(file), line, ...names.slice(0, mostListeners)]
    .map((part) => part.replace(/\s+/g, ' '))
    .join('|');
}
