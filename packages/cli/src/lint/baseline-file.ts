import { readFileSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import {
  applyBaseline,
  type Baseline,
  type Baselined,
  baselineOf,
  type Configuration,
  type Finding,
  readBaseline,
  type SourceFile,
  writeBaseline,
} from '@shortfuse/core';
import { isMissing, shownPath } from '@shortfuse/files';
import { UsageError } from '../exit.js';
import { messageOf } from '../io/config.js';
import { writeAtomically } from '../io/output.js';

export interface BaselineRequest {
  /** As a person named it. */
  readonly path: string;
  readonly isUpdate: boolean;
  readonly cwd: string;
  readonly pathOf: (file: SourceFile) => string | undefined;
}

export interface BaselineOutcome extends Omit<Baselined, 'unused'> {
  /** What a person has to know of the file, in whole sentences. */
  readonly remarks: readonly string[];
}

/**
 * Sets aside what the baseline knows; with `isUpdate` first makes it know all findings of the files that were read.
 * @throws UsageError where there is no baseline, or none that can be read or written
 */
export async function useBaseline(
  findings: readonly Finding[],
  configurations: readonly Configuration[],
  { path, isUpdate, cwd, pathOf }: BaselineRequest,
): Promise<BaselineOutcome> {
  const absolute = resolve(cwd, path);
  const shown = shownPath(cwd, absolute);
  // Whoever runs lint in another folder means the same files.
  const nameOf = (file: SourceFile): string =>
    relative(dirname(absolute), pathOf(file) ?? resolve(cwd, file.path))
      .split(sep)
      .join('/');
  const files = new Set(configurations.flatMap((configuration) => configuration.files.map(nameOf)));
  for (const { at } of findings) files.add(nameOf(at.file));
  const former = read(absolute, shown, isUpdate);
  if (isUpdate) {
    const next = baselineOf(findings, former, nameOf, files);
    try {
      await writeAtomically(absolute, writeBaseline(next));
    } catch (error) {
      throw new UsageError(`${shown}: error: the baseline cannot be written: ${messageOf(error)}`);
    }
    const count = next.entries.length;
    const remark = `${shown}: ${count} ${count === 1 ? 'finding is' : 'findings are'} in the baseline now`;
    return { kept: [], baselined: findings, remarks: [remark] };
  }
  const { kept, baselined, unused } = applyBaseline(findings, former ?? { entries: [] }, nameOf, files);
  return { kept, baselined, remarks: unused.length > 0 ? [unusedRemark(shown, unused)] : [] };
}

function read(absolute: string, shown: string, isUpdate: boolean): Baseline | undefined {
  let text: string;
  try {
    text = readFileSync(absolute, 'utf8');
  } catch (error) {
    if (isUpdate && isMissing(error)) return undefined;
    throw new UsageError(
      `${shown}: error: the baseline cannot be read: ${messageOf(error)}\n  help: --update-baseline writes it`,
    );
  }
  const result = readBaseline(text);
  if ('entries' in result) return result;
  throw new UsageError(
    `${shown}: error: the baseline ${result.message}\n  help: restore it, or remove it and run lint with --update-baseline`,
  );
}

const mostUnused = 5;

function unusedRemark(shown: string, unused: Baselined['unused']): string {
  const listed = unused.slice(0, mostUnused).map(({ rule, file }) => `  ${file}: ${rule}\n`);
  const left = unused.length - listed.length;
  return (
    `${shown}: ${unused.length} of its findings ${unused.length === 1 ? 'is' : 'are'} gone; --update-baseline takes them out\n` +
    listed.join('') +
    (left > 0 ? `  … and ${left} more\n` : '')
  ).trimEnd();
}
