import { readDuration } from '@shortfuse/core';
import { isHostName, ladder, type Place, readAges, readPlace } from '@shortfuse/probe';
import { UsageError } from '../../exit.js';
import type { ConnectOption, ParsedOptions, ProbeOptions } from './options.js';

/** The options with their values understood. @throws UsageError for one that is not, in commander's words */
export function parseOptions(written: ProbeOptions): ParsedOptions {
  const { connect, timeout, ages, rate, ...plain } = written;
  if (typeof plain.servername === 'string' && !isHostName(plain.servername))
    throw invalid('--servername <name>', plain.servername, 'Write a host name; --no-servername sends none.');
  return {
    ...plain,
    ...(connect ? { connect: connect.map(readConnect) } : {}),
    ...(timeout === undefined ? {} : { timeout: readTimeout(timeout) }),
    ...(ages === undefined ? {} : { ages: readAgesOption(ages) }),
    ...(rate === undefined ? {} : { rate: readRate(rate) }),
  };
}

function invalid(option: string, value: string, advice: string): UsageError {
  return new UsageError(`error: option '${option}' argument '${value}' is invalid. ${advice}`);
}

function readConnect(text: string): ConnectOption {
  const at = text.lastIndexOf('=');
  const to = readPlace(text.slice(at + 1));
  const from = at === -1 ? undefined : readListenerPlace(text.slice(0, at));
  if (!to || (at !== -1 && !from))
    throw invalid(
      '--connect <[host[:port]=]address[:port]>',
      text,
      'Write ADDRESS[:PORT], or HOST[:PORT]=ADDRESS[:PORT]; IPv6 with a port as [::1]:443.',
    );
  return { from, to };
}

/** As {@link readPlace}; `*` stands for every address, as in configurations. */
function readListenerPlace(text: string): Place | undefined {
  const any = /^\*(?::(\d{1,5}))?$/.exec(text);
  if (any) return { host: '*', port: any[1] === undefined ? undefined : Number(any[1]) };
  return readPlace(text);
}

function readTimeout(text: string): number {
  const seconds = readDuration(text);
  if (seconds === undefined || seconds < 1 || seconds > 600)
    throw invalid('--timeout <duration>', text, 'Write a duration from 1s to 10m.');
  return seconds;
}

function readAgesOption(text: string): NonNullable<ParsedOptions['ages']> {
  if (text === 'ladder') return { seconds: ladder, isLadder: true };
  const seconds = readAges(text);
  if (!seconds)
    throw invalid('--ages <list>', text, 'Write up to 64 ages such as 0,30,55,1h, a range such as 0-12, or: ladder.');
  return { seconds, isLadder: false };
}

function readRate(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 100)
    throw invalid('--rate <number>', text, 'Write a whole number from 1 to 100.');
  return number;
}
