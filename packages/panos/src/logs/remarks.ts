import { column, type LogKind } from './columns.js';
import type { LogFacts } from './read-log.js';

/** A remark that scripts look for. */
export type LogWarning =
  | { readonly kind: 'empty' | 'no-end-reason'; readonly file: string }
  | { readonly kind: 'truncated' | 'rejected'; readonly file: string; readonly rows: number }
  | { readonly kind: 'duplicates'; readonly rows: number };

/** A log that could not be used. */
export interface LogError {
  readonly file: string;
  readonly line: number;
  readonly why: string;
  readonly help: string;
}

/** What is wrong with a file as a whole. A file without header in which no row has a Type is no log. */
export function errorsOf(
  { name, rows, ofKind, otherTypes, header, firstRecord, error }: LogFacts,
  kind: LogKind,
): LogError[] {
  if (error) return [{ file: name, line: error.line, why: error.why, help: error.help }];
  if (header !== undefined || rows === 0 || ofKind > 0 || otherTypes.size > 0) return [];
  return [{ file: name, line: 1, why: `not a ${kind} log`, help: helpFor(firstRecord) }];
}

/** Where times are compared in UTC and a firewall's clock was not told. */
export function unknownClock(
  serial: string,
  { file, line }: { readonly file: string; readonly line: number },
): LogError {
  if (serial === '')
    return {
      file,
      line,
      why: 'a row without serial number: whose clock its times are of is not known',
      help: 'give --enabled-at without an offset, on the clock of the firewall',
    };
  return {
    file,
    line,
    why: `the clock of firewall ${serial} is not known`,
    help: `add --clock ${serial}=+00:00 with the time zone that it is set to, or give --enabled-at without an offset`,
  };
}

/** In the order in which scripts expect them. */
export function warningsOf({ name, rows, header, rejected }: LogFacts, kind: LogKind, cap: number): LogWarning[] {
  const warnings: LogWarning[] = [];
  if (rows === 0) warnings.push({ kind: 'empty', file: name });
  if (rows === cap) warnings.push({ kind: 'truncated', file: name, rows });
  const reason = kind === 'traffic' ? column.endReason : column.errorIndex;
  if (header?.[reason] === -1) warnings.push({ kind: 'no-end-reason', file: name });
  const count = rejectedRows(rejected);
  if (count > 0) warnings.push({ kind: 'rejected', file: name, rows: count });
  return warnings;
}

export function rejectedRows(rejected: LogFacts['rejected']): number {
  return [...rejected.values()].reduce((sum, { count }) => sum + count, 0);
}

/** `start`: the first characters of the file, a byte each. */
function helpFor(start: string): string {
  const found = wrongFiles.find(({ starts }) => starts.test(start));
  const wanted = 'export the log as CSV from the web interface (Monitor > Logs), or give the syslog lines';
  return found ? `${found.what}; ${found.help ?? wanted}` : wanted;
}

const wrongFiles: readonly { readonly starts: RegExp; readonly what: string; readonly help?: string }[] = [
  { starts: /^(?:\x1f\x8b|PK\x03\x04|BZh|\xfd7zXZ|\x28\xb5\x2f\xfd)/, what: 'this is an archive', help: 'unpack it' },
  { starts: /^(?:\xff\xfe|\xfe\xff)/, what: 'this is UTF-16', help: 'save it as UTF-8' },
  { starts: /\bCEF:\d\|/, what: 'this is CEF, which lacks columns' },
  { starts: /\bLEEF:\d/, what: 'this is LEEF, which lacks columns' },
  { starts: /^\s*<(?:!doctype html|html)/i, what: 'this is a web page, perhaps of a login that ran out' },
  { starts: /^\s*<(?:\?xml|config|response)/i, what: 'this is XML' },
];
