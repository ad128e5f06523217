import { countFailures, type FailureReport, type LogFile, readMoment, type TrafficRequest } from '../src/index.js';

export const switchedOn = '2026/03/10 02:00:00';

/** A row of a traffic log, 47 columns, with what differs from a session that ended well at ten past two. */
export interface RowWish {
  readonly type?: string;
  readonly subtype?: string;
  readonly serial?: string;
  readonly generated?: string;
  readonly received?: string;
  readonly started?: string;
  readonly destination?: string;
  readonly natDestination?: string;
  readonly rule?: string;
  readonly session?: string;
  readonly repeat?: string;
  readonly port?: string;
  readonly natPort?: string;
  readonly protocol?: string;
  readonly sequence?: string;
  readonly reason?: string;
}

let sequence = 0;

export function row(wish: RowWish = {}): string {
  sequence++;
  const generated = wish.generated ?? '2026/03/10 02:10:00';
  const fields = [
    ['1', wish.received ?? generated, wish.serial ?? '0018', wish.type ?? 'TRAFFIC', wish.subtype ?? 'end', '2560'],
    [generated, '192.0.2.1', wish.destination ?? '203.0.113.10', '0.0.0.0', wish.natDestination ?? '0.0.0.0'],
    [
      wish.rule ?? 'allow-web',
      '',
      '',
      'ssl',
      'vsys1',
      'untrust',
      'dmz',
      'ethernet1/1',
      'ethernet1/2',
      'fwd',
      generated,
    ],
    [wish.session ?? '4711', wish.repeat ?? '1', '40000', wish.port ?? '443', '0', wish.natPort ?? '0', '0x40001c'],
    [wish.protocol ?? 'tcp', 'allow', '930', '500', '400', '12', wish.started ?? generated, '2', 'any', '0'],
    [wish.sequence ?? String(sequence), '0x8000000000000000', 'Germany', 'Germany', '0', '7', '5'],
    [wish.reason ?? 'tcp-fin'],
  ];
  return fields.flat().join(',');
}

/** The header of the web interface, with the columns of {@link row}. */
export const header = [
  'Domain,Receive Time,Serial #,Type,Threat/Content Type,Config Version,Generate Time,Source address',
  'Destination address,NAT Source IP,NAT Destination IP,Rule,Source User,Destination User,Application,Virtual System',
  'Source Zone,Destination Zone,Inbound Interface,Outbound Interface,Log Action,Time Logged,Session ID,Repeat Count',
  'Source Port,Destination Port,NAT Source Port,NAT Destination Port,Flags,IP Protocol,Action,Bytes,Bytes Sent',
  'Bytes Received,Packets,Start Time,Elapsed Time (sec),Category,Padding,seqno,actionflags,Source Country',
  'Destination Country,cpadding,pkts_sent,pkts_received,session_end_reason',
].join(',');

/** A log that comes in these pieces each time it is read. */
export function logOf(name: string, pieces: readonly (string | Uint8Array)[]): LogFile {
  return {
    name,
    async *read() {
      yield* pieces;
    },
  };
}

/** What is counted in one log for both sides, unless told otherwise. */
export function count(text: string | Uint8Array, more: Partial<TrafficRequest> = {}): Promise<FailureReport> {
  const enabledAt = readMoment(switchedOn);
  if (!enabledAt) throw new Error('no time');
  return countFailures({
    kind: 'traffic',
    logs: [{ file: logOf('a.csv', [text]) }],
    enabledAt,
    clocks: new Map(),
    cap: 65_535,
    destinations: [],
    ...more,
  });
}
