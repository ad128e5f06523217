import { type Listener, lastingName } from '../listener.js';
import { type Location, positionOf } from '../source.js';
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
  return [rule, at.file.path, lineText(at), ...listenerNames(listeners).slice(0, mostListeners)].join('|');
}

/** A line may be very long; what a person would compare is at its beginning. */
const longestLine = 200;

/** The line that a place begins on, without the blanks around it and with one blank for each run of them. */
export function lineText({ file, span }: Location): string {
  const { column } = positionOf(file, span.start);
  const start = span.start - (column - 1);
  const lineEnd = file.text.indexOf('\n', start);
  return visible(file.text.slice(start, Math.min(lineEnd === -1 ? file.text.length : lineEnd, start + longestLine)));
}

/** What listeners are known by, each once: their addresses and names, without numbers of lines. */
export function listenerNames(listeners: readonly Listener[]): readonly string[] {
  const names = listeners.map((listener) =>
    visible([listener.address ?? '', lastingName(listener), listener.profile ?? ''].join(' ')),
  );
  return [...new Set(names)];
}

function visible(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
