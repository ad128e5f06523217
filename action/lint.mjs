// @ts-check
import { join, resolve } from 'node:path';
import { optionsOf } from './inputs.mjs';
import { setOutputs, summarize } from './runner.mjs';
import { runShortfuse, textOf, withFolder } from './shortfuse.mjs';

/**
 * Judges the files: annotations in the log, a SARIF file for code scanning, the table on the page of the run.
 * @param {import('./inputs.mjs').Inputs} inputs
 * @returns {Promise<number>} the exit status of `shortfuse lint`
 */
export async function lint(inputs) {
  return withFolder((folder) => {
    const files = { json: join(folder, 'lint.json'), markdown: join(folder, 'lint.md') };
    const { status, stdout } = runShortfuse(inputs.command, [
      'lint',
      '--format=github',
      ...optionsOf({
        target: inputs.target,
        config: inputs.config,
        'changed-since': inputs.changedSince,
        baseline: inputs.baseline,
        'max-warnings': inputs.maxWarnings,
      }),
      `--output-file=json=${files.json}`,
      `--output-file=markdown=${files.markdown}`,
      ...(inputs.sarifFile === '' ? [] : [`--output-file=sarif=${inputs.sarifFile}`]),
      ...inputs.args,
      '--',
      ...inputs.paths,
    ]);
    process.stdout.write(stdout);
    summarize(textOf(files.markdown) ?? '');
    const json = textOf(files.json);
    /** @type {import('./reports.mjs').LintSummary | undefined} */
    const report = json === undefined ? undefined : JSON.parse(json);
    const { errors = '', warnings = '' } = report?.summary ?? {};
    const sarif = inputs.sarifFile !== '' && textOf(inputs.sarifFile) !== undefined ? resolve(inputs.sarifFile) : '';
    setOutputs({ status, errors, warnings, 'sarif-file': sarif });
    return status;
  });
}
