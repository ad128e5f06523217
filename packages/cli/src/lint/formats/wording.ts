import {
  type Finding,
  type LintReport,
  type Location,
  type PathProblem,
  type Problem,
  positionOf,
  printable,
  type Severity,
  unreportedProblems,
} from '@shortfuse/core';

/** Where a person reads about a rule. */
export function rulePage(rule: string): string {
  return `https://github.com/shortfuse/shortfuse/blob/main/docs/rules/${rule}.md`;
}

export const homePage = 'https://github.com/shortfuse/shortfuse';

/** What stands in the place of a rule's name for what could not be read: no rule says it, and none can switch it off. */
export const readingId = 'reading';

/** Something that kept a text from being judged, as formats without a place for such things show it: like a finding. */
export interface Unread {
  readonly severity: Severity;
  readonly path: string;
  /** Absent where it is about the file as a whole. */
  readonly at?: Location;
  readonly message: string;
  readonly help: string;
}

/** What could not be read and what was read in part, as far as no finding says so. Paths first. */
export function unreadIn(report: LintReport): readonly Unread[] {
  return [...report.pathProblems.map(unreadPath), ...unreportedProblems(report).map(unreadPlace)];
}

/** The same whether or not a finding says so. */
export function allUnreadIn({ pathProblems, problems }: LintReport): readonly Unread[] {
  return [...pathProblems.map(unreadPath), ...problems.map(unreadPlace)];
}

function unreadPath({ path, message, help }: PathProblem): Unread {
  return { severity: 'error', path, message, help };
}

function unreadPlace({ severity, at, message, help }: Problem): Unread {
  return { severity, path: at.file.path, at, message, help };
}

/** A text of one line from a file that somebody else wrote may be of any length; a reader of reports wants its beginning. */
const longestText = 1000;

/** `text` on one line with everything visible in it, and not too long for the pages that show it. */
export function oneLine(text: string, longest: number = longestText): string {
  const visible = printable(text.replace(/[\r\n\t]+/g, ' ')).replace(/\p{Surrogate}/gu, '\ufffd');
  return cutAt(visible, longest);
}

/** No system takes longer ones. */
const longestPath = 4096;

/** A path with everything visible in it. */
export function pathText(path: string): string {
  return cutAt(printable(path).replace(/\p{Surrogate}/gu, '\ufffd'), longestPath);
}

/** The first `longest` units of `text`, the last of them `…` where more was cut off. */
export function cutAt(text: string, longest: number): string {
  if (text.length <= longest) return text;
  // Not between the halves of a surrogate pair.
  const cut = /[\ud800-\udbff]$/.test(text.slice(0, longest - 1)) ? longest - 2 : longest - 1;
  return `${text.slice(0, cut)}…`;
}

/** `why: …`, `help: …`, `see: …`: what there is to know besides the message, a line each, the most wanted first. */
export function detailLines({ why, help, related }: Finding, pathOf: (path: string) => string): readonly string[] {
  return [
    ...(why === '' ? [] : [`why: ${oneLine(why)}`]),
    ...(help === '' ? [] : [`help: ${oneLine(help)}`]),
    ...related.map(({ at, message }) => `see: ${placeText(at, pathOf)}: ${oneLine(message)}`),
  ];
}

/** `conf.d/shop.conf:3:5`. */
export function placeText(at: Location, pathOf: (path: string) => string): string {
  const { line, column } = positionOf(at.file, at.span.start);
  return `${pathText(pathOf(at.file.path))}:${line}:${column}`;
}

/** As a sentence: with a full stop, where it does not end like one. */
export function sentence(text: string): string {
  const line = oneLine(text).trimEnd();
  return line === '' || /[.!?…]$/.test(line) ? line : `${line}.`;
}

/** Message, reason and advice in one paragraph, for formats that have one text for all of it. */
export function paragraph({ message, why = '', help }: { message: string; why?: string; help: string }): string {
  const parts = [sentence(message)];
  if (why !== '') parts.push(`Why: ${sentence(why)}`);
  if (help !== '') parts.push(`Help: ${sentence(help)}`);
  return parts.join(' ');
}
