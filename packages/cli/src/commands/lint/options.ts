import { type PresetName, presetNames } from '@shortfuse/core';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ReadingOptions } from '../../args.js';
import { type FormatName, formatNames } from '../../lint/format-names.js';

/** `--output-file FORMAT=FILE`. */
export interface OutputFile {
  readonly format: FormatName;
  readonly path: string;
}

export interface LintOptions extends ReadingOptions {
  readonly format: FormatName;
  readonly outputFile?: readonly OutputFile[];
  readonly preset?: PresetName;
  readonly maxWarnings?: number;
  readonly baseline?: string;
  readonly updateBaseline?: boolean;
  readonly changedSince?: string;
  readonly panos?: string;
  /** False with `--no-ignores`. */
  readonly ignores: boolean;
}

export function addLintOptions(command: Command): Command {
  return command
    .addOption(new Option('--format <name>', 'how to print').choices(formatNames).default('text'))
    .option('--output-file <format=file>', 'also write this format to a file; can be repeated', gatherOutputFiles)
    .addOption(
      new Option('--preset <name>', 'what to start from: rollout (default), or standing for normal times').choices(
        presetNames,
      ),
    )
    .option('--max-warnings <n>', 'fail where there are more warnings than this', count)
    .option('--baseline <file>', 'accept the findings that are in this file')
    .option('--update-baseline', 'write the findings of this run to the baseline')
    .option('--changed-since <rev>', 'only what lines changed since this revision of git affect')
    .option('--panos <file>', 'judge only what the inbound rules of this firewall configuration cover')
    .option('--no-ignores', 'take no notice of shortfuse-ignore comments');
}

export const lintHelp = `
Rules and their severities are set in shortfuse.config.json; "shortfuse explain"
lists them, "shortfuse explain RULE" says what one is about. A comment on the same
line or the line above silences a finding, and a reason is required:
  # shortfuse-ignore RULE[, RULE] -- reason
  # shortfuse-ignore RULE -- until 2026-12-31: reason

The preset standing is for normal times: a target of 1 d, and rules about implicit
and ignored settings on. With --changed-since, changes that are past their end
(lease-overdue) are reported all the same.

Exit status:
  0  no error findings
  1  error findings, or more warnings than --max-warnings
  2  wrong usage, or something cannot be read or parsed; the rest is reported

Examples:
  shortfuse lint
  shortfuse lint --changed-since origin/main --format github
  shortfuse lint --format text --output-file sarif=lint.sarif --max-warnings 0
  shortfuse lint --baseline lint-baseline.json --update-baseline`;

function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Write a number, 0 or more.');
  return Number(text);
}

function gatherOutputFiles(text: string, before: readonly OutputFile[] = []): readonly OutputFile[] {
  const at = text.indexOf('=');
  const format = formatNames.find((name) => name === text.slice(0, at));
  const path = text.slice(at + 1);
  if (!format || path === '')
    throw new InvalidArgumentError(
      `Write a format, = and a file: sarif=lint.sarif. Formats: ${formatNames.join(', ')}.`,
    );
  if (before.some((other) => other.path === path))
    throw new InvalidArgumentError(`${path} is named for two formats, and the second would replace the first.`);
  return [...before, { format, path }];
}
