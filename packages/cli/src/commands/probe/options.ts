import { readDuration, type Seconds } from '@shortfuse/core';
import {
  isHostName,
  ladder,
  type Place,
  readAges,
  readPlace,
  type StarttlsProtocol,
  starttlsProtocols,
} from '@shortfuse/probe';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ReadingOptions } from '../../args.js';

/** `--connect [HOST[:PORT]=]ADDRESS[:PORT]` */
export interface ConnectOption {
  /** What is reached elsewhere: a HOST, or the address of a listener; undefined for all. */
  readonly from: Place | undefined;
  readonly to: Place;
}

export interface ProbeOptions extends ReadingOptions {
  readonly format: 'text' | 'json';
  /** false: send none. */
  readonly servername?: string | false;
  readonly connect?: readonly ConnectOption[];
  readonly starttls?: StarttlsProtocol;
  readonly timeout?: Seconds;
  readonly verify?: boolean;
  readonly cert?: string;
  readonly key?: string;
  readonly wait?: boolean;
  readonly ages?: Ages;
  readonly rate?: number;
  readonly before?: string;
  readonly after?: string;
  readonly against?: readonly string[];
}

/** The ages of `--ages`; of the ladder a mechanism climbs only as far as it is accepted. */
export interface Ages {
  readonly seconds: readonly Seconds[];
  readonly isLadder: boolean;
}

/** Adds what `probe` has besides the options of every command. */
export function addProbeOptions(command: Command): Command {
  return command
    .addOption(new Option('--format <name>', 'how to print').choices(['text', 'json']).default('text'))
    .option('--servername <name>', 'the name to send in SNI (default: HOST, unless it is an address)', serverName)
    .option('--no-servername', 'send no name: the default server of the address answers')
    .option('--connect <[host[:port]=]address[:port]>', 'connect there instead; can be repeated', gatherConnects)
    .addOption(
      new Option('--starttls <protocol>', 'begin without TLS, in this protocol').choices([...starttlsProtocols]),
    )
    .option('--timeout <duration>', 'how long one connection may take (default: 5s)', timeout)
    .option('--verify', 'stop at a certificate that is not valid for HOST; otherwise none is checked')
    .option('--cert <file>', 'show this client certificate (PEM), with --key')
    .option('--key <file>', 'the key of the client certificate (PEM)')
    .option('--wait', 'measure how long sessions are really accepted')
    .option('--ages <list>', 'the ages to try with --wait, such as 0,30,55 or 0-12, or: ladder', ages)
    .option('--rate <number>', 'connections a second to one server at the start of --wait (default: 5)', rate)
    .option('--before <file>', 'before a reload: keep sessions in FILE, which then holds secrets')
    .option('--after <file>', 'after it: offer the sessions of FILE, and remove FILE')
    .option('--against <path...>', 'compare with the configuration in these files and folders');
}

export const probeHelp = `
HOST is a name or an address; several are probed at the same time. The port is
443 unless written behind it or given by --starttls. About 15 connections are
made to each server, one after the other, in three seconds.
No certificate is checked unless --verify is there. NODE_EXTRA_CA_CERTS=FILE
adds trusted authorities.
A DURATION is 60, 60s, 5m, 1h30m or 1d.

With --against, HOSTs stand before it or are left out: then every listener in
the files is probed, those on a wildcard address under their name. --connect
maps addresses: --connect 0.0.0.0:443=10.0.0.7:8443.

Exit status:
  0  answered; no session is known to outlive the target
  1  a mechanism outlives the target, or the server is not as its files say
  2  no answer, wrong usage, or files that cannot be read

Examples:
  shortfuse probe shop.example
  shortfuse probe --wait shop.example
  shortfuse probe --connect 10.0.0.7 --connect www.example=10.0.0.8:8443 shop.example www.example
  shortfuse probe --before sessions.json shop.example   (then reload the server)
  shortfuse probe --after sessions.json
  shortfuse probe --against /etc/nginx
  shortfuse probe shop.example --against deploy/nginx
  shortfuse probe --starttls smtp mail.example:587`;

function serverName(text: string): string {
  if (!isHostName(text)) throw new InvalidArgumentError('Write a host name; --no-servername sends none.');
  return text;
}

function gatherConnects(text: string, before: readonly ConnectOption[] = []): readonly ConnectOption[] {
  const at = text.lastIndexOf('=');
  const to = readPlace(text.slice(at + 1));
  const from = at === -1 ? undefined : readListenerPlace(text.slice(0, at));
  if (!to || (at !== -1 && !from))
    throw new InvalidArgumentError(
      'Write ADDRESS[:PORT], or HOST[:PORT]=ADDRESS[:PORT]; IPv6 with a port as [::1]:443.',
    );
  return [...before, { from, to }];
}

/** As {@link readPlace}; `*` stands for every address, as in configurations. */
function readListenerPlace(text: string): Place | undefined {
  const any = /^\*(?::(\d{1,5}))?$/.exec(text);
  if (any) return { host: '*', port: any[1] === undefined ? undefined : Number(any[1]) };
  return readPlace(text);
}

function timeout(text: string): Seconds {
  const seconds = readDuration(text);
  if (seconds === undefined || seconds < 1 || seconds > 600)
    throw new InvalidArgumentError('Write a duration from 1s to 10m.');
  return seconds;
}

function ages(text: string): Ages {
  if (text === 'ladder') return { seconds: ladder, isLadder: true };
  const seconds = readAges(text);
  if (!seconds)
    throw new InvalidArgumentError('Write up to 64 ages such as 0,30,55,1h, a range such as 0-12, or: ladder.');
  return { seconds, isLadder: false };
}

function rate(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 100)
    throw new InvalidArgumentError('Write a whole number from 1 to 100.');
  return number;
}
