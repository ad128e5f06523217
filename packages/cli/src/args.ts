import { readDuration, type Seconds } from '@shortfuse/core';
import { Command, InvalidArgumentError, Option } from 'commander';
import { readDefine } from './define.js';
import type { ExitStatus } from './exit.js';
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

/** What each command does. Loaded only when it is called: `--help` and `--version` need none of it. */
export interface Commands {
  audit(paths: readonly string[], options: AuditOptions): Promise<ExitStatus>;
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

  program
    .command('explain')
    .description('what governs the lifetime on a server, with sources')
    .argument('[NAME]', 'a server; without it, what there is to explain is listed')
    .action(async (name: string | undefined) => finished(await commands.explain(name)));

  return program;

  function readingCommand(name: string, description: string): Command {
    return program
      .command(name)
      .description(description)
      .version(version, '-V, --version', 'print the version')
      .argument('[PATH...]', 'what to read; - is standard input (default: .)')
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
