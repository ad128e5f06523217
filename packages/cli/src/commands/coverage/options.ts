import { type Command, Option } from 'commander';
import type { ReadingOptions } from '../../args.js';

export interface CoverageOptions extends ReadingOptions {
  readonly format: 'text' | 'json';
  /** A file that lists the listeners, in place of PATHs. */
  readonly listeners?: string;
}

export function addCoverageOptions(command: Command): Command {
  return command
    .argument('[PATH...]', 'the files of the servers; - is standard input (default: .)')
    .option('--listeners <file>', 'take the listeners from this JSON file instead of from PATHs')
    .addOption(new Option('--format <name>', 'how to print').choices(['text', 'json']).default('text'));
}

export const coverageHelp = `
PANOS is a running configuration: XML of a firewall or of Panorama, or set
commands (set cli config-output-format set, then show in configuration mode).
Of a firewall that Panorama manages take the merged configuration, or the export
of Panorama. Nothing of it leaves this machine, and no secret is printed.

Rules are compared with the addresses that servers bind. Where a server binds
every address, "hosts" of the configuration file says which ones it has:
  "hosts": { "shop.example": ["203.0.113.10"], "*:8443": ["203.0.113.11:443"] }
The file of --listeners is a list of
  { "server", "name", "addresses": ["203.0.113.10:443"], "lifetimeSeconds" }

Exit status:
  0  every covered listener is at the target
  1  a covered listener is above it, or its lifetime is unknown; or one is not
     known to be left alone: its address is not known, or a rule names what no
     file resolves
  2  wrong usage, or a file that cannot be read; the rest is reported

Examples:
  shortfuse coverage running-config.xml
  shortfuse coverage panorama.xml nginx apache
  shortfuse coverage fw1.xml --listeners hosts.json --format json`;
