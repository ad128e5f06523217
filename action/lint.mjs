// @ts-check
import { join, resolve } from 'node:path';
import { comment } from './comment.mjs';
import { optionsOf } from './inputs.mjs';
import { annotate, setOutputs, summarize } from './runner.mjs';
import { runShortfuse, textOf, withFolder } from './shortfuse.mjs';

/**
 * Judges the files: annotations in the log, a SARIF file for code scanning, the table on the page of the run.
 * @param {import('./inputs.mjs').Inputs} inputs
 * @returns {Promise<number>} the exit status of `shortfuse lint`
 */
export async function lint(inputs) {
  const { status, markdown, findings } = judge(inputs);
  if (inputs.comment && markdown !== '') await comment(inputs.token, markdown, findings === 0);
  return status;
}

/** @param {import('./inputs.mjs').Inputs} inputs */
function judge(inputs) {
  return withFolder((folder) => {
    const files = { json: join(folder, 'lint.json'), markdown: join(folder, 'lint.md') };
    const { status, stdout, stderr } = runShortfuse(inputs.command, [
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
    if (textOf(files.json) === undefined) annotate('error', stderr.trim() || `shortfuse lint ended with ${status}`);
    const markdown = textOf(files.markdown) ?? '';
    summarize(markdown);
    const json = textOf(files.json);
    /** @type {import('./reports.mjs').LintSummary | undefined} */
    const report = json === undefined ? undefined : JSON.parse(json);
    const { errors, warnings } = report?.summary ?? { errors: '', warnings: '' };
    const sarif = inputs.sarifFile !== '' && textOf(inputs.sarifFile) !== undefined ? resolve(inputs.sarifFile) : '';
    setOutputs({ status, errors, warnings, 'sarif-file': sarif });
    // What could not be read is no finding, and not nothing either.
    const findings = status === 2 ? undefined : Number(errors) + Number(warnings);
    return { status, markdown, findings };
  });
}
