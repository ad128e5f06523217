import { parse } from 'csv-parse/sync';
import type { Quoting, RecordBlock } from './records.js';

/** Fields beyond this many are not looked at: the logs have about 120. */
const mostFields = 1024;

/** One record taken apart: field i is `bytes[bounds[i], bounds[i + 1] - 1)`. Overwritten by the next record. */
export interface Fields {
  readonly bytes: Uint8Array;
  readonly bounds: Int32Array;
  /** At most as many as were asked for: whoever wants the first 47 learns only that there are 47 or more. */
  readonly count: number;
}

/** Takes records apart. */
export interface FieldReader {
  /**
   * The first `wanted` fields of record `index` of the block given to `read`; undefined where the library cannot make sense of
   * its quotes.
   */
  fields(index: number, wanted: number): Fields | undefined;
}

/**
 * Prepares a block of records: those with quotes go through csv-parse, all at once because each call of it costs as much as
 * eight records; `isNeeded` tells which of them can matter at all. Those without quotes end their fields at each comma.
 */
export function readFields(block: RecordBlock, isNeeded: (index: number) => boolean): FieldReader {
  const { bytes, count, starts, ends, quoted } = block;
  const hard = [...quoted.keys()].filter((i) => quoted[i] !== 'no' && quoted[i] !== 'tooLong' && isNeeded(i));
  const parsed = new Map(parseQuoted(block, hard).map((fields, i) => [hard[i] ?? -1, fields]));
  return {
    fields(index, wanted) {
      if (index >= count) return undefined;
      const kind: Quoting = quoted[index] ?? 'no';
      if (kind === 'no') return splitPlain(bytes, starts[index] ?? 0, ends[index] ?? 0, wanted);
      const fields = parsed.get(index);
      return fields && encodeFields(fields, wanted);
    },
  };
}

const plainBounds = new Int32Array(mostFields + 1);

function splitPlain(bytes: Uint8Array, start: number, end: number, wanted: number): Fields {
  const most = Math.min(wanted, mostFields);
  let count = 0;
  plainBounds[0] = start;
  for (let at = start; at < end; at++)
    if (bytes[at] === 0x2c) {
      count++;
      plainBounds[count] = at + 1;
      if (count === most) return { bytes, bounds: plainBounds, count };
    }
  count++;
  plainBounds[count] = end + 1;
  return { bytes, bounds: plainBounds, count };
}

/** The fields of a record that end before its first quote, which are as they are whatever the quotes mean. */
export function fieldsBeforeQuotes({ bytes, starts, ends }: RecordBlock, index: number): Fields {
  const start = starts[index] ?? 0;
  const quote = bytes.subarray(start, ends[index]).indexOf(0x22);
  const fields = splitPlain(bytes, start, quote === -1 ? (ends[index] ?? 0) : start + quote, mostFields);
  return quote === -1 || fields.count === mostFields ? fields : { ...fields, count: fields.count - 1 };
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const options = { relax_quotes: true, relax_column_count: true, record_delimiter: '\n' };

/** The fields of each record of `indexes`; undefined for one that csv-parse refuses. */
function parseQuoted(block: RecordBlock, indexes: readonly number[]): (readonly string[] | undefined)[] {
  if (indexes.length === 0) return [];
  const text = indexes
    .map((i) => {
      const record = decoder.decode(block.bytes.subarray(block.starts[i], block.ends[i]));
      return block.quoted[i] === 'unclosed' ? `${record}"` : record;
    })
    .join('\n');
  const records = parseText(text);
  // It sees the same records as splitRecords, which tests with random text prove. Were it otherwise for one, no other must
  // be taken for its neighbour.
  return records?.length === indexes.length ? records : indexes.map(() => undefined);
}

function parseText(text: string): string[][] | undefined {
  try {
    return parse(text, options);
  } catch {
    return undefined;
  }
}

let encoded = new Uint8Array(4096);
const encodedBounds = new Int32Array(mostFields + 1);
const encoder = new TextEncoder();

function encodeFields(fields: readonly string[], wanted: number): Fields {
  const count = Math.min(fields.length, wanted, mostFields);
  let room = count;
  for (let i = 0; i < count; i++) room += 3 * (fields[i] ?? '').length;
  if (encoded.length < room) encoded = new Uint8Array(room * 2);
  let at = 0;
  for (let i = 0; i < count; i++) {
    encodedBounds[i] = at;
    const field = fields[i] ?? '';
    const start = at;
    for (let k = 0; k < field.length; k++) {
      const code = field.charCodeAt(k);
      if (code > 0x7f) {
        at = start + encoder.encodeInto(field, encoded.subarray(start)).written;
        break;
      }
      encoded[at++] = code;
    }
    // As if a comma stood between.
    at++;
  }
  encodedBounds[count] = at;
  return { bytes: encoded, bounds: encodedBounds, count };
}
