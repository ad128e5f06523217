import { findRow } from './prefix.js';

/** The records that a piece of a log completed, in their order. Valid only until the next piece is given. */
export interface RecordBlock {
  readonly bytes: Uint8Array;
  readonly count: number;
  /** Record i is `bytes[starts[i], ends[i])`, without its line end. Empty lines are left out. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Whether a field of the record is in quotes, so that commas do not tell where fields end. */
  readonly quoted: readonly Quoting[];
  /** Line on which the record starts, counted from 1. */
  readonly lines: readonly number[];
}

/** `unclosed`: a quoted field was never closed, so that its end is a guess. `tooLong`: cut off, see {@link longestRecord}. */
export type Quoting = 'no' | 'yes' | 'unclosed' | 'tooLong';

/** Of a longer record only the start is kept; no firewall writes one. Bytes. */
const longestRecord = 1 << 20;

/** A record whose quoted fields run over line ends ends here at the latest; otherwise one stray quote would hide a log. */
const longestOverLines = 1 << 16;

const pieceLength = 1 << 18;

const quote = 0x22;
const comma = 0x2c;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Splits a log into records as it arrives. */
export interface RecordSplitter {
  /** Takes the next bytes, cut anywhere. */
  push(bytes: Uint8Array): void;
  /** The input is over: what is left is the last record. */
  end(): void;
  /** Lines that were begun. */
  lines(): number;
}

/**
 * Splits CSV into records in one pass: a record ends at a line end outside of quotes. Quotes count where a field starts with
 * one. Logs are cut off, at either end and within lines, so a stray quote must not hide the rows after it: a quoted field is
 * taken for one that was never closed, and its record ends with its first line, where a further line has a Type of its own
 * and starts as rows of firewalls do, or the record has had a Type already; and after {@link longestOverLines}. Memory stays
 * below a few MB whatever comes. NULs and any other bytes are characters like others. Never throws.
 */
export function splitRecords(handle: (block: RecordBlock) => void): RecordSplitter {
  let buffer = searchable(pieceLength * 2);
  let filled = 0;
  /** Where the unfinished record starts, and the line of it that is not yet looked at. */
  let recordStart = 0;
  let lineStart = 0;
  /** Up to here no line end was found. */
  let searched = 0;
  /** Where the first line of a record over several lines ends; -1 while it has only one. */
  let firstLineEnd = -1;
  /** Whether a line of it has a Type. */
  let hasHadType = false;
  let isOpen = false;
  /** Below this place quotes do not carry records over line ends any more: it was tried and came to nothing. */
  let distrustUntil = 0;
  /** The start of this line was given away as a record that is too long; the rest is dropped. */
  let isDropping = false;
  let recordLine = 1;
  let line = 1;

  let starts: number[] = [];
  let ends: number[] = [];
  let quoted: Quoting[] = [];
  let lines: number[] = [];

  function emit(start: number, end: number, quoting: Quoting): void {
    if (end > start && buffer[end - 1] === carriageReturn) end--;
    if (isBlank(buffer, start, end)) return;
    starts.push(start);
    ends.push(end);
    quoted.push(quoting);
    lines.push(recordLine);
  }

  function startRecord(at: number, atLine: number): void {
    recordStart = at;
    recordLine = atLine;
    firstLineEnd = -1;
    isOpen = false;
  }

  /** Ends a record that a stray quote keeps open with its first line, and reads the lines after it again. */
  function giveUp(upTo: number): void {
    emit(recordStart, firstLineEnd, 'unclosed');
    distrustUntil = upTo;
    line = recordLine + 1;
    lineStart = firstLineEnd + 1;
    searched = lineStart;
    startRecord(lineStart, line);
  }

  /** Looks at all whole lines of the buffer. `isLast`: what is left without line end is a line, too. */
  function scan(isLast: boolean): void {
    const view = buffer.subarray(0, filled);
    let nextQuote = -1;
    while (lineStart < filled) {
      let lineEnd = view.indexOf(lineFeed, searched);
      if (lineEnd === -1) {
        if (!isLast) {
          searched = filled;
          return;
        }
        lineEnd = filled;
      }
      if (isDropping) {
        isDropping = false;
        line++;
        lineStart = lineEnd + 1;
        searched = lineStart;
        startRecord(lineStart, line);
        continue;
      }
      if (nextQuote < lineStart) {
        const found = view.indexOf(quote, lineStart);
        nextQuote = found === -1 ? filled : found;
      }
      const hasQuote = nextQuote < lineEnd;
      if (isOpen && hasType(view.subarray(lineStart, lineEnd))) {
        if (hasHadType || findRow(buffer, lineStart, lineEnd) !== -1) {
          giveUp(lineStart);
          nextQuote = -1;
          continue;
        }
        hasHadType = true;
      }
      // Most lines have no quote and end here.
      if (!isOpen && !hasQuote) emit(lineStart, lineEnd, 'no');
      else {
        isOpen = hasQuote ? isOpenAfter(buffer, lineStart, lineEnd, isOpen) : isOpen;
        if (isOpen && lineEnd < filled && lineStart >= distrustUntil) {
          if (firstLineEnd === -1) {
            firstLineEnd = lineEnd;
            hasHadType = hasType(view.subarray(recordStart, lineEnd));
          }
          if (lineEnd - recordStart > longestOverLines) {
            giveUp(lineEnd + 1);
            nextQuote = -1;
            continue;
          }
          line++;
          lineStart = lineEnd + 1;
          searched = lineStart;
          continue;
        }
        // The input ends within quotes that were opened lines ago.
        if (isOpen && firstLineEnd !== -1) break;
        emit(recordStart, lineEnd, isOpen ? 'unclosed' : 'yes');
      }
      line++;
      lineStart = lineEnd + 1;
      searched = lineStart;
      startRecord(lineStart, line);
    }
    if (isLast && isOpen && firstLineEnd !== -1) {
      giveUp(filled);
      // Once: no line is trusted to run on any more.
      scan(true);
    }
  }

  function flush(): void {
    if (starts.length > 0) handle({ bytes: buffer, count: starts.length, starts, ends, quoted, lines });
    starts = [];
    ends = [];
    quoted = [];
    lines = [];
  }

  /** Makes room for `length` bytes more, by moving the unfinished record to the front. */
  function makeRoom(length: number): void {
    if (filled + length <= buffer.length) return;
    const kept = filled - recordStart;
    const target = kept + length > buffer.length ? searchable((kept + length) * 2) : buffer;
    target.set(buffer.subarray(recordStart, filled));
    buffer = target;
    lineStart -= recordStart;
    searched -= recordStart;
    if (firstLineEnd !== -1) firstLineEnd -= recordStart;
    distrustUntil = Math.max(0, distrustUntil - recordStart);
    recordStart = 0;
    filled = kept;
  }

  /** A line without end must not fill the memory. */
  function cutLongLine(): void {
    if (filled - lineStart <= longestRecord && !isDropping) return;
    if (!isDropping) {
      if (firstLineEnd !== -1) giveUp(filled);
      else {
        emit(recordStart, recordStart + longestRecord, 'tooLong');
        isDropping = true;
      }
      flush();
    }
    if (isDropping) {
      filled = lineStart;
      searched = lineStart;
    }
  }

  return {
    push(bytes) {
      for (let at = 0; at < bytes.length; at += pieceLength) {
        const piece = bytes.subarray(at, at + pieceLength);
        makeRoom(piece.length);
        buffer.set(piece, filled);
        filled += piece.length;
        scan(false);
        flush();
        cutLongLine();
      }
    },
    end() {
      scan(true);
      flush();
    },
    lines: () => line,
  };
}

/** Bytes whose `indexOf` is the fastest there is: Node's own takes a quarter of the time of the language's. */
function searchable(length: number): Uint8Array {
  return typeof Buffer === 'undefined' ? new Uint8Array(length) : Buffer.alloc(length);
}

/** Whether a quoted field is open at the end of a line, as csv-parse with `relax_quotes` sees it. */
function isOpenAfter(bytes: Uint8Array, start: number, end: number, isOpen: boolean): boolean {
  let atFieldStart = !isOpen;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (isOpen) {
      if (byte !== quote) continue;
      if (at + 1 < end && bytes[at + 1] === quote) at++;
      else isOpen = false;
    } else if (byte === quote && atFieldStart) isOpen = true;
    atFieldStart = byte === comma;
  }
  return isOpen;
}

const types = ['TRAFFIC', 'DECRYPTION'].map((word) => Uint8Array.from(word, (char) => char.charCodeAt(0)));

/** Whether a line holds a field `TRAFFIC` or `DECRYPTION`. */
function hasType(line: Uint8Array): boolean {
  return types.some((word) => {
    const first = word[0] ?? 0;
    for (let at = line.indexOf(first); at !== -1; at = line.indexOf(first, at + 1)) {
      const after = at + word.length;
      if (
        after <= line.length &&
        word.every((byte, i) => line[at + i] === byte) &&
        (at === 0 || isDelimiter(line[at - 1])) &&
        (after === line.length || isDelimiter(line[after]))
      )
        return true;
    }
    return false;
  });
}

function isDelimiter(byte: number | undefined): boolean {
  return byte === comma || byte === quote;
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== 0x20 && bytes[at] !== 0x09) return false;
  return true;
}
