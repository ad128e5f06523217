/** What the analysis needs from a row. Indexes into {@link Columns}. */
export const column = {
  type: 0,
  subtype: 1,
  serial: 2,
  generated: 3,
  destination: 4,
  natDestination: 5,
  sessionId: 6,
  repeatCount: 7,
  port: 8,
  natPort: 9,
  protocol: 10,
  started: 11,
  sequence: 12,
  endReason: 13,
  errorIndex: 14,
  proxyType: 15,
  received: 16,
} as const;

type ColumnName = keyof typeof column;

/** Where each {@link column} stands in a row, counted from 0; -1 where the log has none. */
export type Columns = Int32Array;

/** `traffic`: every session, logged when it ends. `decryption`: failed handshakes, PAN-OS 10.0 and later. */
export type LogKind = 'traffic' | 'decryption';

interface ColumnFact {
  /** How headers call it: the web interface first, then the XML interface; without case, blanks and punctuation. */
  readonly names: readonly string[];
  /** Its column in a log without header, counted from 1 as the manual does; 0 where that log has none. */
  readonly traffic: number;
  readonly decryption: number;
  /** How people are told that it is missing. */
  readonly title: string;
}

/**
 * Source: "Traffic Log Fields" and "Decryption Log Fields" of the PAN-OS Administrator's Guide; a web interface export has
 * the columns of syslog in the same order. Up to PAN-OS 12.1 versions have only appended columns.
 */
const facts: Readonly<Record<ColumnName, ColumnFact>> = {
  type: { names: ['type'], traffic: 4, decryption: 4, title: 'Type' },
  subtype: { names: ['threatcontenttype', 'subtype'], traffic: 5, decryption: 5, title: 'Threat/Content Type' },
  serial: { names: ['serial', 'serialnumber'], traffic: 3, decryption: 3, title: 'Serial #' },
  generated: {
    names: ['generatetime', 'generatedtime', 'timegenerated'],
    traffic: 7,
    decryption: 7,
    title: 'Generate Time',
  },
  destination: { names: ['destinationaddress', 'dst'], traffic: 9, decryption: 9, title: 'Destination address' },
  natDestination: {
    names: ['natdestinationip', 'natdestination', 'natdst'],
    traffic: 11,
    decryption: 11,
    title: 'NAT Destination IP',
  },
  sessionId: { names: ['sessionid'], traffic: 23, decryption: 23, title: 'Session ID' },
  repeatCount: { names: ['repeatcount', 'repeatcnt'], traffic: 24, decryption: 24, title: 'Repeat Count' },
  port: { names: ['destinationport', 'dport'], traffic: 26, decryption: 26, title: 'Destination Port' },
  natPort: { names: ['natdestinationport', 'natdport'], traffic: 28, decryption: 28, title: 'NAT Destination Port' },
  protocol: { names: ['ipprotocol', 'protocol', 'proto'], traffic: 30, decryption: 30, title: 'IP Protocol' },
  started: { names: ['starttime', 'start'], traffic: 36, decryption: 0, title: 'Start Time' },
  sequence: { names: ['seqno', 'sequenceno', 'sequencenumber'], traffic: 40, decryption: 0, title: 'seqno' },
  endReason: { names: ['sessionendreason'], traffic: 47, decryption: 0, title: 'Session End Reason' },
  errorIndex: { names: ['errorindex'], traffic: 0, decryption: 46, title: 'Error Index' },
  proxyType: { names: ['proxytype'], traffic: 0, decryption: 49, title: 'Proxy Type' },
  received: { names: ['receivetime'], traffic: 2, decryption: 2, title: 'Receive Time' },
};

const names = Object.keys(column) as readonly ColumnName[];

/** Without these no row of the log can be counted. */
const required: Readonly<Record<LogKind, readonly ColumnName[]>> = {
  traffic: ['type', 'subtype', 'generated', 'destination', 'repeatCount', 'port', 'protocol', 'endReason'],
  decryption: ['type', 'generated', 'destination', 'repeatCount', 'port', 'errorIndex', 'proxyType'],
};

/** Without these it can be counted, but not in full. */
const wanted: Readonly<Record<LogKind, readonly ColumnName[]>> = {
  traffic: ['serial', 'natDestination', 'natPort', 'sessionId', 'started', 'sequence'],
  decryption: ['serial', 'natDestination', 'natPort'],
};

/** So many known names make a row a header: no data row has them by chance. */
export const fewestColumns = 4;

const columnByName = new Map(names.flatMap((name) => facts[name].names.map((known) => [known, name] as const)));

/** The columns of a log without a header. */
export function columnsByPosition(kind: LogKind): Columns {
  return Int32Array.from(names, (name) => facts[name][kind] - 1);
}

/**
 * The columns that a header names, or undefined where `fields` are no header. Case, blanks and punctuation of names do not
 * matter; of two columns with one name the first counts.
 */
export function columnsOfHeader(fields: readonly string[]): Columns | undefined {
  const columns = new Int32Array(names.length).fill(-1);
  let known = 0;
  for (const [at, field] of fields.entries()) {
    // Padding and other columns repeat; names that are longer than any known one are not looked at.
    if (field.length > 80) continue;
    const name = columnByName.get(field.toLowerCase().replace(/[^a-z0-9]/g, ''));
    if (name === undefined || columns[column[name]] !== -1) continue;
    columns[column[name]] = at;
    known++;
  }
  return known >= fewestColumns ? columns : undefined;
}

/** The titles of columns that a header lacks. */
export function missingColumns(
  columns: Columns,
  kind: LogKind,
): { readonly required: readonly string[]; readonly wanted: readonly string[] } {
  const missing = (list: readonly ColumnName[]): string[] =>
    list.filter((name) => columns[column[name]] === -1).map((name) => facts[name].title);
  return { required: missing(required[kind]), wanted: missing(wanted[kind]) };
}
