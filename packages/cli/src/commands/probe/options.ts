import type { Seconds } from '@shortfuse/core';
import type { Place, StarttlsProtocol } from '@shortfuse/probe';
import { type Command, Option } from 'commander';
import type { ReadingOptions } from '../../args.js';

/** `--connect [HOST[:PORT]=]ADDRESS[:PORT]` */
export interface ConnectOption {
  /** What is reached elsewhere: a HOST, or the address of a listener; undefined for all. */
  readonly from: Place | undefined;
  readonly to: Place;
}

/** The options that are taken as they are written. */
interface PlainOptions extends ReadingOptions {
  readonly format: 'text' | 'json';
  /** false: send none. */
  readonly servername?: string | false;
  readonly starttls?: StarttlsProtocol;
  readonly verify?: boolean;
  readonly cert?: string;
  readonly key?: string;
  readonly wait?: boolean;
  readonly before?: string;
  readonly after?: string;
  readonly against?: readonly string[];
}

/**
 * As the command line has them. What needs the probe to be understood is understood when it is called, because loading it
 * takes longer than every other command needs to start.
 */
export interface ProbeOptions extends PlainOptions {
  readonly connect?: readonly string[];
  readonly timeout?: string;
  readonly ages?: string;
  readonly rate?: string;
}

export interface ParsedOptions extends PlainOptions {
  readonly connect?: readonly ConnectOption[];
  readonly timeout?: Seconds;
  readonly ages?: Ages;
  /** Connections a second. */
  readonly rate?: number;
}

/** The ages of `--ages`; of the ladder a mechanism climbs only as far as it is accepted. */
export interface Ages {
  readonly seconds: readonly Seconds[];
  readonly isLadder: boolean;
}

export const protocols = ['smtp', 'imap', 'pop3', 'ldap', 'postgres'] as const satisfies readonly StarttlsProtocol[];

/** Adds what `probe` has besides the options of every command. */
export function addProbeOptions(command: Command): Command {
  return command
    .addOption(new Option('--format <name>', 'how to print').choices(['text', 'json']).default('text'))
    .option('--servername <name>', 'the name to send in SNI (default: HOST, unless it is an address)')
    .option('--no-servername', 'send no name: the default server of the address answers')
    .option('--connect <[host[:port]=]address[:port]>', 'connect there instead; can be repeated', gather)
    .addOption(new Option('--starttls <protocol>', 'begin without TLS, in this protocol').choices(protocols))
    .option('--timeout <duration>', 'how long one connection may take (default: 5s)')
    .option('--verify', 'stop at a certificate that is not valid for HOST; otherwise none is checked')
    .option('--cert <file>', 'show this client certificate (PEM), with --key')
    .option('--key <file>', 'the key of the client certificate (PEM)')
    .option('--wait', 'measure how long sessions are really accepted')
    .option('--ages <list>', 'the ages to try with --wait, such as 0,30,55 or 0-12, or: ladder')
    .option('--rate <number>', 'connections a second to one server at the start of --wait (default: 5)')
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

/** Collects the values of an option that can be repeated. */
export function gather(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
