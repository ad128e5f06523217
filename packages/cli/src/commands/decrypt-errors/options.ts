import { type Command, InvalidArgumentError, Option } from 'commander';

export interface DecryptErrorsOptions {
  readonly format: 'text' | 'json';
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  readonly decryptionLog?: readonly string[];
  readonly enabledAt?: string;
  readonly from?: string;
  readonly until?: string;
  readonly clock?: readonly string[];
  readonly cap?: number;
  readonly destination?: readonly string[];
  readonly output?: string;
  readonly quiet?: boolean;
  readonly color?: boolean;
}

/** Adds what `decrypt-errors` understands. Times and clocks are read by the command, which knows how firewalls write them. */
export function addDecryptErrorsOptions(command: Command): Command {
  return command
    .addOption(new Option('--format <name>', 'how to print').choices(['text', 'json']).default('text'))
    .option('--before <log>', 'a traffic log from before the switch; can be repeated', gather)
    .option('--after <log>', 'a traffic log from after it; can be repeated', gather)
    .option('--enabled-at <time>', 'when inspection was switched on: decides which session is before and which after')
    .option(
      '--clock <serial=offset>',
      'the time zone of a firewall, such as 001801000101=+01:00; can be repeated',
      gather,
    )
    .option('--destination <address[:port]>', 'count only this server, after NAT; can be repeated', gather)
    .option('--cap <rows>', 'how many rows an export may have (default: 65535)', rows)
    .option('--decryption-log <log>', 'a decryption log (PAN-OS 10.0 and later) instead; can be repeated', gather)
    .option('--from <time>', 'where the span of a decryption log starts')
    .option('--until <time>', 'where it ends')
    .option('--output <file>', 'write the result to a file')
    .option('--quiet', 'print only errors on standard error')
    .option('--color', 'use colours even where the output is no terminal')
    .option('--no-color', 'use no colours');
}

export const decryptErrorsHelp = `
A LOG is a traffic log as CSV, exported from the web interface, or as syslog
lines; with gzip or without, of any size; - is standard input. Sessions count by
Repeat Count, for each destination, where they ended with decrypt-error,
decrypt-unsupport-param or decrypt-cert-validation.

A TIME is 2026/03/10 02:00:00 on the clock of the firewall, or has an offset, as
in 2026-03-10T02:00:00+01:00; then --clock tells the time zone of each firewall.

Verdicts, for each destination and the worst of all:
  none             no more failures than before
  decaying         they die out, as sessions from before the switch do
  flat             they stay, so that something else is wrong
  too-little-data  less than 30 sessions, half an hour or 10 failures

Exit status:
  0  every destination: none, or decaying and back at the level of before for
     the last 15 minutes
  1  flat, still decaying, or too little data to tell
  2  wrong usage, or a log that cannot be read

Examples:
  shortfuse decrypt-errors --before mon.csv --after tue.csv --enabled-at "2026/03/10 02:00:00"
  zcat fw-1.log.*.gz | shortfuse decrypt-errors - --enabled-at "2026/03/10 02:00:00"
  shortfuse decrypt-errors --decryption-log dec.csv --enabled-at "2026/03/10 02:00:00" \\
    --from "2026/03/10 01:00:00" --until "2026/03/10 03:00:00"`;

function gather(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function rows(text: string): number {
  const count = Number(text);
  if (!/^\d{1,15}$/.test(text) || count === 0) throw new InvalidArgumentError('Write a number of rows, such as 65535.');
  return count;
}
