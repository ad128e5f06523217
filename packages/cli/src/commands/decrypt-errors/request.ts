import { statSync } from 'node:fs';
import { isIP } from 'node:net';
import { type FailureRequest, type LogFile, type Moment, readMoment, readOffset } from '@shortfuse/panos';
import { UsageError } from '../../exit.js';
import { openLog } from './log-file.js';
import type { DecryptErrorsOptions } from './options.js';

/** Rows that an export of the web interface has at most, unless the firewall is set otherwise. */
const defaultCap = 65_535;

const timeHelp = 'write 2026/03/10 02:00:00 on the clock of the firewall, or with an offset 2026-03-10T02:00:00+01:00';

/** What the options ask for. @throws UsageError */
export function requestOf(logs: readonly string[], options: DecryptErrorsOptions): FailureRequest {
  const { before = [], after = [], decryptionLog = [] } = options;
  const all = [...before, ...after, ...logs, ...decryptionLog];
  if (all.length === 0)
    throw usage('no log to read', 'name --before LOG and --after LOG, or LOG with --enabled-at TIME');
  if (all.filter((path) => path === '-').length > 1) throw usage('standard input can be read only once');
  const enabledAt = moment('--enabled-at', options.enabledAt);
  const clocks = new Map((options.clock ?? []).map(clock));
  if (clocks.size > 0 && enabledAt && enabledAt.offset === undefined)
    throw usage('--clock needs an --enabled-at with an offset', 'write it such as 2026-03-10T02:00:00+01:00');
  const common = { clocks, cap: options.cap ?? defaultCap, destinations: (options.destination ?? []).map(destination) };
  if (decryptionLog.length > 0) {
    if (all.length > decryptionLog.length)
      throw usage('traffic logs and decryption logs cannot be counted together', 'run the command once for each');
    return { ...common, kind: 'decryption', logs: files(decryptionLog), ...span(options, enabledAt) };
  }
  if (options.from !== undefined || options.until !== undefined)
    throw usage(
      '--from and --until are the span of a --decryption-log',
      'a traffic log tells its span by its sessions',
    );
  if (enabledAt === undefined) {
    if (logs.length > 0)
      throw usage(
        `${logs[0]}: is it from before the switch or after?`,
        'add --enabled-at TIME, or name logs with --before and --after',
      );
    if (before.length === 0 || after.length === 0)
      throw usage('without --enabled-at, a log of each side is needed', 'name --before LOG and --after LOG');
    for (const path of after) checkReadTwice(path);
  }
  return {
    ...common,
    kind: 'traffic',
    logs: [
      ...files(before).map(({ file }) => ({ file, side: 'before' as const })),
      ...files(after).map(({ file }) => ({ file, side: 'after' as const })),
      ...files(logs),
    ],
    ...(enabledAt === undefined ? {} : { enabledAt }),
  };
}

function files(paths: readonly string[]): { readonly file: LogFile }[] {
  return paths.map((path) => ({ file: openLog(path) }));
}

function span(
  options: DecryptErrorsOptions,
  enabledAt: Moment | undefined,
): { readonly enabledAt: Moment; readonly from?: Moment; readonly until: Moment } {
  const from = moment('--from', options.from);
  const until = moment('--until', options.until);
  if (enabledAt === undefined || until === undefined)
    throw usage(
      '--decryption-log needs --enabled-at and --until',
      'the log holds failures only: its last one does not tell until when it was kept',
    );
  const moments = from ? [enabledAt, from, until] : [enabledAt, until];
  if (new Set(moments.map(({ offset }) => offset === undefined)).size > 1)
    throw usage('--enabled-at, --from and --until have to be on the same clock', 'give all of them an offset, or none');
  const at = ({ seconds, offset = 0 }: Moment): number => seconds - offset;
  if (at(until) <= at(enabledAt)) throw usage('--until is not after --enabled-at');
  if (from && at(from) > at(enabledAt)) throw usage('--from is after --enabled-at');
  return { enabledAt, until, ...(from ? { from } : {}) };
}

function moment(option: string, text: string | undefined): Moment | undefined {
  if (text === undefined) return undefined;
  const read = readMoment(text);
  if (read === undefined) throw usage(`${option} ${text}: no time`, timeHelp);
  return read;
}

function clock(text: string): [serial: string, offset: number] {
  const at = text.lastIndexOf('=');
  const offset = readOffset(text.slice(at + 1));
  if (at < 1 || offset === undefined)
    throw usage(`--clock ${text}: no clock`, 'write a serial number, = and the offset from UTC: 001801000101=+01:00');
  return [text.slice(0, at), offset];
}

/** An address, with or without port, as firewalls write it. */
function destination(text: string): string {
  const [, bracketed, port = ''] = /^\[([^\]]*)\](:\d{1,5})?$/.exec(text) ?? [];
  const [, plain, plainPort = ''] = bracketed === undefined ? (/^([^:]+)(:\d{1,5})?$/.exec(text) ?? []) : [];
  const address = bracketed ?? plain ?? text;
  const family = isIP(address);
  if (family === 0 || (bracketed !== undefined && family === 4))
    throw usage(`--destination ${text}: no address`, 'write 203.0.113.10, 203.0.113.10:443 or [2001:db8::25]:443');
  const lower = address.toLowerCase();
  return bracketed !== undefined && port !== '' ? `[${lower}]${port}` : `${lower}${plainPort}`;
}

/** The first row of a log tells where its time starts: that needs one reading, and counting another. */
function checkReadTwice(path: string): void {
  const stats = path === '-' ? undefined : statSync(path, { throwIfNoEntry: false });
  if (path === '-' || (stats && !stats.isFile() && !stats.isDirectory()))
    throw usage(`--after ${path} can be read only once`, 'add --enabled-at TIME, or save it to a file');
}

function usage(what: string, help?: string): UsageError {
  return new UsageError(help === undefined ? `error: ${what}` : `error: ${what}\n  help: ${help}`);
}
