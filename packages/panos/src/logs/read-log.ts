import { type Columns, column, columnsByPosition, columnsOfHeader, fewestColumns, type LogKind } from './columns.js';
import { type Fields, fieldsBeforeQuotes, readFields } from './fields.js';
import { startOfRow } from './prefix.js';
import { type RecordBlock, splitRecords } from './records.js';
import { type CountedRow, type Judgement, judgeRow, judgeType, type Rejection, textOf } from './rows.js';

/** A log that can be read from its start, more than once where it has to be. Rejections of the iteration are reported. */
export interface LogFile {
  /** What people call it. */
  readonly name: string;
  /** Bytes, or text, cut anywhere; not compressed. */
  read(): AsyncIterable<Uint8Array | string>;
}

/** What was found in a file, whatever its rows say. */
export interface LogFacts {
  readonly name: string;
  /** Rows besides headers and empty lines. */
  rows: number;
  /** Rows of the kind that was asked for, before their subtype and protocol are looked at. */
  ofKind: number;
  /** Those of them that are passed over for their subtype, protocol or proxy type. */
  passed: number;
  /** Rows of other logs by their Type; the first ten types. */
  readonly otherTypes: Map<string, number>;
  /** Why rows could not be counted: how many, and the line of the first. */
  readonly rejected: Map<Rejection, { count: number; readonly line: number }>;
  /** The columns that the first header names; undefined where there is none and positions apply. */
  header: Columns | undefined;
  /** The start of the first record, a character for each byte: it tells what a wrong file is. */
  firstRecord: string;
  /** The file could not be read to its end, or reading was stopped. */
  error: { readonly line: number; readonly why: string; readonly help: string } | undefined;
}

/**
 * Is shown every row that counts. `address`: it does not, its destination is no address. `stop`: why nothing more must be read.
 */
export type RowVisitor = (
  row: CountedRow,
  fields: Fields,
  columns: Columns,
  line: number,
) => 'address' | { readonly stop: string; readonly help: string } | undefined;

const mostOtherTypes = 10;
/** Headers that differ from the one before; in a file with more they are rows that cannot be read. */
const mostHeaders = 100;
/** More than any log has. */
const mostColumns = 1000;
const encoder = new TextEncoder();

/**
 * Reads a log from start to end, in one pass and with a few MB of memory, and shows each row that counts to `visit`. Rejects
 * never: what goes wrong is in the facts.
 */
export async function readLog(file: LogFile, kind: LogKind, needsStart: boolean, visit: RowVisitor): Promise<LogFacts> {
  const facts: LogFacts = {
    name: file.name,
    rows: 0,
    ofKind: 0,
    passed: 0,
    otherTypes: new Map(),
    rejected: new Map(),
    header: undefined,
    firstRecord: '',
    error: undefined,
  };
  let columns = columnsByPosition(kind);
  let wanted = fieldsWanted(columns);
  let isFirst = true;
  /** Whether `columns` are those of a header. */
  let isHeader = false;
  let changes = 0;
  const row: CountedRow = { generated: 0, sideTime: 0, weight: 0, failure: undefined, port: 0, address: -1 };

  const splitter = splitRecords((block) => {
    // A header in the middle, as where files were put together, changes how the rest of its block is read.
    for (let next = 0; next < block.count && facts.error === undefined; ) next = readBlock(block, next);
  });

  /** Reads records of a block from number `first`. Gives the number to go on with after the columns have changed. */
  function readBlock(given: RecordBlock, first: number): number {
    // Only the first record may be a header whose names stand in capitals, as Types do.
    const firstOfAll = isFirst ? 0 : -1;
    const block = rowsOf(given, first);
    const judgedByStart = (index: number): Judgement | undefined =>
      block.quoted[index] === 'no' || index === firstOfAll
        ? undefined
        : skippable(judgeType(fieldsBeforeQuotes(block, index), kind, columns));
    const reader = readFields(block, (index) => index >= first && judgedByStart(index) === undefined);
    for (let index = first; index < block.count; index++) {
      const line = block.lines[index] ?? 0;
      const early = block.quoted[index] === 'tooLong' ? 'tooLong' : judgedByStart(index);
      if (early !== undefined) {
        note(early, fieldsBeforeQuotes(block, index), line);
        continue;
      }
      const fields = reader.fields(index, wanted);
      if (fields === undefined) {
        note('quotes', undefined, line);
        continue;
      }
      let judgement = judgeRow(fields, kind, columns, needsStart, row);
      if (judgement === 'type' || index === firstOfAll) {
        const header =
          changes < mostHeaders && mayBeHeader(fields) ? headerOf(reader.fields(index, mostColumns)) : undefined;
        if (header) {
          facts.header ??= header;
          if (isHeader && header.every((at, which) => at === columns[which])) continue;
          changes++;
          isHeader = true;
          columns = header;
          wanted = fieldsWanted(columns);
          return index + 1;
        }
      }
      if (judgement === 'counts') {
        const outcome = visit(row, fields, columns, line);
        if (outcome === 'address') judgement = outcome;
        else if (outcome !== undefined) {
          facts.error = { line, why: outcome.stop, help: outcome.help };
          return block.count;
        }
      }
      note(judgement, fields, line);
    }
    return block.count;
  }

  /** The block without what stands before the rows of a log without header. */
  function rowsOf(block: RecordBlock, first: number): RecordBlock {
    let starts = block.starts;
    if (isFirst) {
      isFirst = false;
      starts = [afterByteOrderMark(block.bytes, block.starts[0] ?? 0, block.ends[0] ?? 0), ...block.starts.slice(1)];
      facts.firstRecord = textStart(block.bytes, starts[0] ?? 0, block.ends[0] ?? 0);
    }
    if (!isHeader)
      starts = starts.map((start, i) => (i < first ? start : startOfRow(block.bytes, start, block.ends[i] ?? 0)));
    return { ...block, starts };
  }

  function note(judgement: Judgement, fields: Fields | undefined, line: number): void {
    facts.rows++;
    if (judgement === 'otherType') {
      const type = fields ? textOf(fields, columns[column.type] ?? -1) : '';
      const known = facts.otherTypes.get(type);
      if (known !== undefined || facts.otherTypes.size < mostOtherTypes) facts.otherTypes.set(type, (known ?? 0) + 1);
      return;
    }
    if (!isUntyped(judgement)) facts.ofKind++;
    if (judgement === 'passed') facts.passed++;
    if (judgement === 'counts' || judgement === 'passed') return;
    const rejected = facts.rejected.get(judgement);
    if (rejected) rejected.count++;
    else facts.rejected.set(judgement, { count: 1, line });
  }

  const pieces = file.read()[Symbol.asyncIterator]();
  for (;;) {
    const next = await nextOf(pieces);
    if (next.kind === 'end') break;
    if (next.kind === 'failure') {
      splitter.end();
      facts.error ??= { line: splitter.lines(), why: next.why, help: 'check the file, or export it again' };
      return facts;
    }
    splitter.push(typeof next.piece === 'string' ? encoder.encode(next.piece) : next.piece);
    if (facts.error !== undefined) {
      await pieces.return?.();
      return facts;
    }
  }
  splitter.end();
  return facts;
}

type NextPiece =
  | { readonly kind: 'piece'; readonly piece: Uint8Array | string }
  | { readonly kind: 'failure'; readonly why: string }
  | { readonly kind: 'end' };

/** Only what the file throws is caught here: a fault of our own must not look like one of the file. */
async function nextOf(pieces: AsyncIterator<Uint8Array | string>): Promise<NextPiece> {
  try {
    const { done, value } = await pieces.next();
    return done ? { kind: 'end' } : { kind: 'piece', piece: value };
  } catch (error) {
    return { kind: 'failure', why: error instanceof Error ? error.message : String(error) };
  }
}

/** A row that quotes are not needed to judge: it is passed over. */
function skippable(judgement: Judgement): Judgement | undefined {
  return judgement === 'passed' || judgement === 'otherType' ? judgement : undefined;
}

/** Whether a row was refused before its Type was known. */
function isUntyped(judgement: Judgement): boolean {
  return judgement === 'type' || judgement === 'quotes' || judgement === 'tooLong';
}

/** So many fields of a row have to be found for all columns to be known. */
function fieldsWanted(columns: Columns): number {
  return Math.max(5, ...columns) + 1;
}

/** Most rows that are none have few fields. */
function mayBeHeader({ count }: Fields): boolean {
  return count >= fewestColumns;
}

function headerOf(fields: Fields | undefined): Columns | undefined {
  if (fields === undefined) return undefined;
  return columnsOfHeader(Array.from({ length: fields.count }, (_, i) => textOf(fields, i)));
}

function afterByteOrderMark(bytes: Uint8Array, start: number, end: number): number {
  return end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf
    ? start + 3
    : start;
}

const decoder = new TextDecoder('latin1');

function textStart(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.subarray(start, Math.min(end, start + 200)));
}
