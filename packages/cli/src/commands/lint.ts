import { existsSync } from 'node:fs';
import {
  countUnread,
  type Finding,
  fingerprintsOf,
  judge,
  type LintInput,
  type LintReport,
  type Problem,
  presets,
  problemsIn,
  type RuleChoice,
  type SourceFile,
} from '@shortfuse/core';
import { openProject, type Project } from '@shortfuse/files';
import { adapters as allAdapters } from '../adapters.js';
import { type ExitStatus, exit, UsageError } from '../exit.js';
import { now as currentTime } from '../io/clock.js';
import { stylerFor } from '../io/colour.js';
import { type Inputs, readInputs } from '../io/inputs.js';
import { deliver } from '../io/result.js';
import { write } from '../io/streams.js';
import { findProjectRoot, LeaseStore } from '../leases/store.js';
import { chooseRules } from '../lint/choices.js';
import type { FormatName } from '../lint/format-names.js';
import { formatReport, wantsFixes } from '../lint/formats.js';
import { narrowConfigurations, narrowFindings } from '../lint/narrow.js';
import { nothingFound } from './audit.js';
import type { LintOptions } from './lint/options.js';

/** Reports are at most this wide, on a narrower terminal as wide as that is. */
const widestReport = 100;

/** Judges every listener against a policy. See `--help` for the exit status. */
export async function lint(paths: readonly string[], options: LintOptions): Promise<ExitStatus> {
  if (options.updateBaseline && options.baseline === undefined)
    throw new UsageError('error: --update-baseline needs to know the file\n  help: name it with --baseline FILE');
  if (options.panos === '-' && paths.includes('-'))
    throw new UsageError('error: standard input can be the firewall or a PATH, not both');
  const inputs = await readInputs(paths, options, allAdapters);
  const preset = options.preset ?? inputs.preset ?? 'rollout';
  const targetSeconds = inputs.wantedTarget ?? presets[preset].targetSeconds;
  const choices = chooseRules(preset, inputs.rules);
  const project = openProject(inputs);
  const { report, remarks } = await judgeProject(project, { ...inputs, targetSeconds }, choices, options);
  const status = statusOf(report, options);
  // Whoever reads our output may leave early; the status is then the same.
  process.exitCode = status;
  if (project.configurations.length === 0 && project.pathProblems.length === 0)
    remarks.push(nothingFound(inputs, 'lint'));
  if (remarks.length > 0 && options.quiet !== true) await write(process.stderr, `${remarks.join('\n')}\n`);
  return (await print(report, options)) ? status : exit.failed;
}

async function judgeProject(
  project: Project,
  inputs: Inputs,
  choices: readonly RuleChoice[],
  options: LintOptions,
): Promise<{ readonly report: LintReport; readonly remarks: string[] }> {
  const { configurations } = project;
  const { leases, problems: brokenLeases } = await leasesOf(project, inputs);
  const input: LintInput = { configurations, targetSeconds: inputs.targetSeconds, leases, now: currentTime() };
  const suppressions = options.ignores
    ? (await import('../lint/suppressions.js')).readSuppressions(configurations, inputs.adapters)
    : 'none count';
  const judged = judge(input, choices, suppressions);
  let { findings } = judged;
  let baselined = 0;
  const firewall =
    options.panos === undefined
      ? undefined
      : await (await import('../lint/firewall.js')).lintedFirewall(options.panos, configurations, inputs);
  const remarks: string[] = [...(firewall?.remarks ?? [])];
  if (firewall) findings = narrowFindings(findings, input, choices, firewall.isMeant);
  if (options.baseline !== undefined) {
    const outcome = await (await import('../lint/baseline-file.js')).useBaseline(findings, configurations, {
      path: options.baseline,
      isUpdate: options.updateBaseline === true,
      cwd: inputs.cwd,
      pathOf: project.pathOf,
    });
    findings = outcome.kept;
    baselined = outcome.baselined.length;
    remarks.push(...outcome.remarks);
  }
  if (options.changedSince !== undefined) {
    const { affectedFindings } = await import('../lint/affected.js');
    const { cwd, adapters } = inputs;
    findings = await affectedFindings(findings, {
      rev: options.changedSince,
      cwd,
      input,
      choices,
      project,
      adapters,
      ...(firewall ? { isMeant: firewall.isMeant } : {}),
    });
  }
  const formats = [options.format, ...(options.outputFile ?? []).map(({ format }) => format)];
  const fixed = formats.some(wantsFixes)
    ? (await import('../lint/fixes.js')).addFixes(findings, input, choices, project, inputs.adapters, firewall?.isMeant)
    : { findings };
  const isMeant = firewall?.isMeant ?? (() => true);
  const shown = narrowConfigurations(configurations, isMeant);
  return {
    remarks,
    report: {
      targetSeconds: inputs.targetSeconds,
      findings: fixed.findings,
      fingerprints: fingerprintsOf(fixed.findings),
      problems: problemsIn(configurations).filter(isUnjudged),
      pathProblems: [...project.pathProblems, ...brokenLeases, ...(firewall?.problems ?? [])],
      rules: choices.filter(({ severity }) => severity !== 'off').map(({ rule }) => rule),
      configurations: shown,
      ...('patched' in fixed ? { patched: narrowConfigurations(configurations, isMeant, fixed.patched) } : {}),
      summary: {
        files: new Set(configurations.flatMap(({ files }) => files)).size,
        listeners: shown.reduce((sum, { listeners }) => sum + listeners.length, 0),
        errors: countOf(fixed.findings, 'error'),
        warnings: countOf(fixed.findings, 'warning'),
        suppressed: judged.suppressed.filter(({ listeners }) => listeners.length === 0 || listeners.some(isMeant))
          .length,
        baselined,
      },
    },
  };
}

/** Most projects have no lease, and need nothing that reads them. */
async function leasesOf(project: Project, { cwd }: Inputs) {
  const store = new LeaseStore(findProjectRoot(cwd));
  const byPath = new Map<string, SourceFile>();
  if (!existsSync(store.leaseFolder)) return { leases: [], problems: [] };
  for (const { files } of project.configurations)
    for (const file of files) {
      const path = project.pathOf(file);
      if (path !== undefined) byPath.set(path, file);
    }
  const { readLintedLeases } = await import('../lint/leases.js');
  return readLintedLeases(store, cwd, (path) => byPath.get(path));
}

/** A value that a server refuses has been judged; a missing file or a broken block hides what is in it. */
function isUnjudged({ severity, kind }: Problem): boolean {
  return kind === undefined || (kind === 'include' && severity === 'error');
}

function countOf(findings: readonly Finding[], severity: Finding['severity']): number {
  return findings.filter((finding) => finding.severity === severity).length;
}

function statusOf(report: LintReport, { maxWarnings }: LintOptions): ExitStatus {
  if (countUnread(report) > 0) return exit.failed;
  const { errors, warnings } = report.summary;
  return errors > 0 || (maxWarnings !== undefined && warnings > maxWarnings) ? exit.found : exit.ok;
}

/** Writes every format that was asked for. Tells whether all could be written. */
async function print(report: LintReport, options: LintOptions): Promise<boolean> {
  const { format, output, outputFile = [], color } = options;
  let isWritten = true;
  for (const { format: name, path } of [...outputFile, ...(output === undefined ? [] : [{ format, path: output }])])
    isWritten = (await printTo(path, name, report, color)) && isWritten;
  if (output !== undefined) return isWritten;
  const isTerminal = process.stdout.isTTY === true;
  const columns = isTerminal ? Math.min(widestReport, process.stdout.columns || widestReport) : widestReport;
  const style = stylerFor({ option: color, env: process.env, isTerminal });
  await write(process.stdout, await formatReport(format, report, { style, columns }));
  return isWritten;
}

async function printTo(
  path: string,
  name: FormatName,
  report: LintReport,
  color: boolean | undefined,
): Promise<boolean> {
  const style = stylerFor({ option: color, env: process.env, isTerminal: false });
  try {
    await deliver(await formatReport(name, report, { style, columns: widestReport }), path);
    return true;
  } catch (error) {
    // The other files and the report itself are wanted all the same.
    if (!(error instanceof UsageError)) throw error;
    await write(process.stderr, `${error.message}\n`);
    return false;
  }
}
