import { readDuration, type Seconds } from '@shortfuse/core';
import { Command, InvalidArgumentError, Option } from 'commander';
import { addCoverageOptions, type CoverageOptions, coverageHelp } from './commands/coverage/options.js';
import {
  addDecryptErrorsOptions,
  type DecryptErrorsOptions,
  decryptErrorsHelp,
} from './commands/decrypt-errors/options.js';
import { addLintOptions, type LintOptions, lintHelp } from './commands/lint/options.js';
import { addProvingOptions, markHelp } from './commands/mark/options.js';
import { addProbeOptions, type ProbeOptions, probeHelp } from './commands/probe/options.js';
import { readDefine } from './define.js';
import type { ExitStatus } from './exit.js';
import { story } from './story.js';
import { version } from './version.js';

/** `--root SERVERPATH=DIR`, with the folder as it was written. */
export interface RootOption {
  readonly serverPath: string;
  readonly folder: string;
}

/** The options that every command which reads configurations has. */
export interface ReadingOptions {
  readonly target?: Seconds;
  readonly config?: string;
  readonly server?: readonly string[];
  readonly root?: readonly RootOption[];
  readonly define?: ReadonlyMap<string, string>;
  readonly output?: string;
  readonly quiet?: boolean;
  readonly color?: boolean;
  readonly stdinFilename?: string;
}

export interface AuditOptions extends ReadingOptions {
  readonly format: 'text' | 'json';
}

export interface PatchOptions extends ReadingOptions {
  readonly format: 'diff' | 'json';
  readonly write?: boolean;
  readonly outputDir?: string;
  readonly annotate?: boolean;
  readonly allowDisable?: boolean;
  readonly panos?: string;
  readonly includeShared?: boolean;
  readonly reason?: string;
  readonly ticket?: string;
  readonly for?: string;
  readonly until?: string;
  /** The lease; `true` where none is named. */
  readonly extend?: string | true;
  readonly finish?: string | true;
}

export interface RevertOptions {
  readonly format: 'diff' | 'json';
  readonly write?: boolean;
  readonly output?: string;
  readonly quiet?: boolean;
  readonly color?: boolean;
}

export interface StatusOptions {
  readonly format: 'text' | 'json';
  readonly now?: string;
  readonly panos?: string;
  readonly output?: string;
  readonly color?: boolean;
}

export interface MarkOptions {
  readonly at?: string;
  readonly server?: string;
  readonly newKeys?: boolean;
  readonly probe?: readonly string[];
  readonly sessions?: string;
  /** These are as `probe` has them. */
  readonly servername?: string | false;
  readonly connect?: readonly string[];
  readonly starttls?: ProbeOptions['starttls'];
  readonly cert?: string;
  readonly key?: string;
  readonly quiet?: boolean;
  readonly color?: boolean;
}

/** What each command does. Loaded only when it is called: `--help` and `--version` need none of it. */
export interface Commands {
  audit(paths: readonly string[], options: AuditOptions): Promise<ExitStatus>;
  lint(paths: readonly string[], options: LintOptions): Promise<ExitStatus>;
  patch(paths: readonly string[], options: PatchOptions): Promise<ExitStatus>;
  revert(lease: string | undefined, options: RevertOptions): Promise<ExitStatus>;
  status(lease: string | undefined, options: StatusOptions): Promise<ExitStatus>;
  mark(event: string, lease: string | undefined, options: MarkOptions): Promise<ExitStatus>;
  probe(hosts: readonly string[], options: ProbeOptions): Promise<ExitStatus>;
  coverage(panos: string, paths: readonly string[], options: CoverageOptions): Promise<ExitStatus>;
  decryptErrors(logs: readonly string[], options: DecryptErrorsOptions): Promise<ExitStatus>;
  explain(name: string | undefined): Promise<ExitStatus>;
}

/**
 * The whole command line. A command is an entry here, for its options, and a file under `commands/`, for what it does.
 * `finished` is told the exit status of the command that ran.
 */
export function createProgram(commands: Commands, finished: (status: ExitStatus) => void): Command {
  const program = new Command('shortfuse')
    .description(
      'Finds, shortens and restores the TLS session lifetime of web servers around the switch to TLS inspection.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('before', story)
    .showHelpAfterError('(shortfuse --help lists what there is)')
    .exitOverride();

  readingCommand('audit', 'every TLS listener, how long its sessions can be resumed, and where that comes from')
    .addOption(new Option('--format <name>', 'how to print').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      `
PATH is a file, a folder or a glob. Folders are walked as git sees them: ignored
files, .git and node_modules are left out.
A DURATION is 60, 60s, 5m, 1h30m or 1d.

Exit status:
  0  everything was read; also where there was nothing to read
  2  wrong usage, or a file that cannot be read or that its server would refuse;
     the rest is reported

Examples:
  shortfuse audit /etc/nginx
  shortfuse audit --root /etc/nginx=deploy/nginx deploy
  nginx -T | shortfuse audit -
  shortfuse audit --format json --output audit.json`,
    )
    .action(async (paths: string[], options: AuditOptions) => finished(await commands.audit(paths, options)));

  addLintOptions(readingCommand('lint', 'the same judged against a policy, for pull requests'))
    .addHelpText('after', lintHelp)
    .action(async (paths: string[], options: LintOptions) => finished(await commands.lint(paths, options)));

  readingCommand('patch', 'the smallest edits that bring every listener to the target: a diff, or written')
    .addOption(new Option('--format <name>', 'how to print').choices(['diff', 'json']).default('diff'))
    .option('--write', 'change the files, and record the lease that takes the change back')
    .option('--output-dir <dir>', 'write full patched copies there and leave the files alone')
    .option('--annotate', 'add a comment with lease, old value and end above each edited line')
    .option('--allow-disable', 'switch a way of resuming off where no lifetime can be set for it')
    .option('--panos <file>', 'change only what the inbound rules of this firewall configuration cover')
    .option('--include-shared', 'with --panos: also change others that share their setting with a covered listener')
    .option('--reason <text>', 'why, for the lease')
    .option('--ticket <id>', 'the change request, for the lease')
    .option('--for <duration>', 'how long the change may stay (default: 7d)')
    .option('--until <time>', 'when it has to be taken back: 2026-12-02 or 2026-12-02T18:00')
    .option('--extend [lease]', 'with --write: add to an open lease, and set its end anew')
    .option('--finish [lease]', 'complete what a run that was cut off began to write')
    .addHelpText(
      'after',
      `
The diff is for "git apply" or "patch -p1" in this folder; what else is to be
said goes to standard error. With --write the lease goes to .shortfuse/leases:
commit it together with the change.
With --panos a listener that may be covered, because its address is not known or
a rule names what no file resolves, counts as covered. Who is left out is said.

Exit status:
  0  every listener is at the target, or will be
  1  some listener cannot be brought there; it is said which and why
  2  wrong usage, or something cannot be read or parsed: nothing is written

Examples:
  shortfuse patch nginx                          # look at it
  shortfuse patch nginx | git apply
  shortfuse patch --write --ticket CHG0042 --for 3d
  shortfuse patch --panos running-config.xml --write
  shortfuse patch --write --extend --until 2026-12-24`,
    )
    .action(async (paths: string[], options: PatchOptions) => finished(await commands.patch(paths, options)));

  program
    .command('revert')
    .description('take a patch back: a diff, or written')
    .version(version, '-V, --version', 'print the version')
    .argument('[LEASE]', 'its id, or the beginning of it (default: the only one)')
    .addOption(new Option('--format <name>', 'how to print').choices(['diff', 'json']).default('diff'))
    .option('--write', 'change the files, and close the lease')
    .option('--output <file>', 'write the result to a file')
    .option('--quiet', 'print only the diff and errors')
    .option('--color', 'use colours even where the output is no terminal')
    .option('--no-color', 'use no colours')
    .addHelpText(
      'after',
      `
A file that nobody changed since the patch gets its very bytes back. In a file
that others changed, only what the patch wrote is taken back, found by its place
in the structure of the file. What is no longer as the patch wrote it is left
alone and shown.

Exit status:
  0  everything is restored, or was already
  1  something has drifted and was left alone
  2  wrong usage, or something cannot be read: nothing is written`,
    )
    .action(async (lease: string | undefined, options: RevertOptions) =>
      finished(await commands.revert(lease, options)),
    );

  program
    .command('status')
    .description('where a rollout stands: from when inspection may be switched on, when to take the change back')
    .version(version, '-V, --version', 'print the version')
    .argument('[LEASE]', 'its id, or the beginning of it (default: all)')
    .addOption(new Option('--format <name>', 'how to print').choices(['text', 'json']).default('text'))
    .option('--now <time>', 'as it will be then: 2026-12-02 or 2026-12-02T18:00')
    .option('--panos <file>', 'only what the inbound rules of this firewall configuration cover, rule by rule')
    .option('--output <file>', 'write the result to a file')
    .option('--color', 'use colours even where the output is no terminal')
    .option('--no-color', 'use no colours')
    .addHelpText(
      'after',
      `
With --panos the files of the servers are read, too: a rule that a listener above
the target is behind may not be switched on, whether a lease knows it or not.

Exit status:
  0  nothing is overdue
  1  some change should have been taken back by now
  2  wrong usage, or a lease or, with --panos, another file that cannot be read`,
    )
    .action(async (lease: string | undefined, options: StatusOptions) =>
      finished(await commands.status(lease, options)),
    );

  addProvingOptions(
    program
      .command('mark')
      .description('record that a change was deployed, that servers were restarted, that inspection is on')
      .version(version, '-V, --version', 'print the version')
      .argument('<EVENT>', 'deployed, restarted or inspecting')
      .argument('[LEASE]', 'its id, or the beginning of it (default: the only one)')
      .option('--at <time>', 'when it happened (default: now)')
      .option('--server <name>', 'it happened to this kind of server only')
      .option('--new-keys', 'ticket keys were replaced with it, on every machine that shares them'),
  )
    .option('--quiet', 'print nothing')
    .option('--color', 'use colours even where the output is no terminal')
    .option('--no-color', 'use no colours')
    .addHelpText('after', markHelp)
    .action(async (event: string, lease: string | undefined, options: MarkOptions) =>
      finished(await commands.mark(event, lease, options)),
    );

  addProbeOptions(
    readingCommand('probe', 'what a running server really accepts, mechanism by mechanism', {
      name: '[HOST[:PORT]...]',
      about: 'the servers to ask',
    }),
  )
    .addHelpText('after', probeHelp)
    .action(async (hosts: string[], options: ProbeOptions) => finished(await commands.probe(hosts, options)));

  addCoverageOptions(
    readingCommand(
      'coverage',
      "which listeners a firewall's inbound-inspection rules cover, and which hold them back",
      {
        name: '<PANOS>',
        about: 'the configuration of a Palo Alto firewall or of Panorama; - is standard input',
      },
    ),
  )
    .addHelpText('after', coverageHelp)
    .action(async (panos: string, paths: string[], options: CoverageOptions) =>
      finished(await commands.coverage(panos, paths, options)),
    );

  addDecryptErrorsOptions(
    program
      .command('decrypt-errors')
      .description('decryption failures before and after a switch, from the logs of Palo Alto firewalls')
      .version(version, '-V, --version', 'print the version')
      .argument('[LOG...]', 'traffic logs for both sides, with --enabled-at'),
  )
    .addHelpText('after', decryptErrorsHelp)
    .action(async (logs: string[], options: DecryptErrorsOptions) =>
      finished(await commands.decryptErrors(logs, options)),
    );

  program
    .command('explain')
    .description('what governs the lifetime on a server, with sources')
    .argument('[NAME]', 'a server; without it, what there is to explain is listed')
    .action(async (name: string | undefined) => finished(await commands.explain(name)));

  return program;

  function readingCommand(
    name: string,
    description: string,
    argument = { name: '[PATH...]', about: 'what to read; - is standard input (default: .)' },
  ): Command {
    return program
      .command(name)
      .description(description)
      .version(version, '-V, --version', 'print the version')
      .argument(argument.name, argument.about)
      .option('--target <duration>', 'the lifetime wanted during the rollout (default: 60s)', duration)
      .option('--config <file>', 'use this file instead of the nearest shortfuse.config.json')
      .option('--server <name>', 'take every named file for one of this server; can be repeated', gather)
      .option('--root <path=dir>', 'where an absolute PATH of the server lies here; can be repeated', gatherRoots)
      .option('--define <name[=value]>', 'define a name for Apache; can be repeated', gatherDefines)
      .option('--stdin-filename <name>', 'the name that standard input goes by')
      .option('--output <file>', 'write the result to a file')
      .option('--quiet', 'print only errors on standard error')
      .option('--color', 'use colours even where the output is no terminal')
      .option('--no-color', 'use no colours');
  }
}

function gather(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function duration(text: string): Seconds {
  const seconds = readDuration(text);
  if (seconds === undefined) throw new InvalidArgumentError('Write a duration such as 60, 60s, 5m, 1h30m or 1d.');
  return seconds;
}

function gatherRoots(text: string, before: readonly RootOption[] = []): readonly RootOption[] {
  const at = text.indexOf('=');
  const serverPath = text.slice(0, at);
  const folder = text.slice(at + 1);
  if (at < 1 || folder === '' || !/^([A-Za-z]:)?[\\/]/.test(serverPath))
    throw new InvalidArgumentError('Write an absolute path of the server, = and a folder: /etc/nginx=deploy/nginx.');
  return [...before, { serverPath, folder }];
}

function gatherDefines(text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const [name, value] = readDefine(text);
  if (name === '') throw new InvalidArgumentError('Write NAME or NAME=VALUE.');
  return new Map(before).set(name, value);
}
