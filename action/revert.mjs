// @ts-check
import { baseBranch, isOnRemote, refuseChangedFiles, restoreFiles } from './git.mjs';
import { code, escaped, page, quotation, table } from './markdown.mjs';
import { publish } from './publish.mjs';
import { findPullRequest } from './pull-request.mjs';
import { annotate, ExpectedError, setOutputs } from './runner.mjs';
import { runForJson } from './shortfuse.mjs';

/**
 * Opens a pull request for each lease that is due or overdue and has none yet.
 * @param {import('./inputs.mjs').Inputs} inputs
 * @returns {Promise<number>} 0; 1 where an overdue change has nobody working on it any more, or has drifted; 2 where one failed
 */
export async function revert(inputs) {
  const base = baseBranch(inputs.base);
  refuseChangedFiles();
  /** @type {{ report: import('./reports.mjs').StatusReport | undefined, stderr: string }} */
  const { report, stderr } = runForJson(inputs.command, ['status', '--format=json']);
  if (report === undefined) throw new ExpectedError(`the leases cannot be read\n${stderr.trim()}`);
  const { leases } = report;
  const due = leases.filter(({ phase, overdue }) => phase === 'due' || overdue);
  annotate('notice', `leases: ${leases.length}, due: ${due.length}`);
  /** @type {string[]} */
  const urls = [];
  let worst = 0;
  for (const status of due)
    try {
      const outcome = await revertOne(status, base, inputs);
      if (outcome.url !== undefined) urls.push(outcome.url);
      worst = Math.max(worst, outcome.status);
    } catch (error) {
      // One that cannot be taken back keeps no other from it.
      restoreFiles();
      if (!(error instanceof ExpectedError)) throw error;
      annotate('error', `lease ${status.lease}: ${error.message}`);
      worst = 2;
    }
  setOutputs({ due: due.length, 'pull-request-urls': urls.join('\n'), 'pull-request-url': urls[0] ?? '' });
  return worst;
}

/**
 * @param {import('./reports.mjs').LeaseStatus} status
 * @param {string} base
 * @param {import('./inputs.mjs').Inputs} inputs
 * @returns {Promise<{ status: number, url?: string }>}
 */
async function revertOne(status, base, inputs) {
  const { lease, overdue } = status;
  if (status.state === 'unfinished')
    throw new ExpectedError('a run was cut off while it wrote; shortfuse status says what to do');
  const branch = `shortfuse/revert-${lease}`;
  const known = await findPullRequest(inputs.token, branch);
  if (known?.state === 'open') {
    annotate(overdue ? 'warning' : 'notice', `lease ${lease}: waits for pull request ${known.html_url}`);
    return { status: 0, url: known.html_url };
  }
  if (known && known.merged_at === null) {
    const help = `reopen it, or run shortfuse patch --write --extend ${lease} --until TIME`;
    annotate(overdue ? 'error' : 'warning', `lease ${lease}: ${known.html_url} was closed without a merge; ${help}`);
    return { status: overdue ? 1 : 0, url: known.html_url };
  }
  if (isOnRemote(branch))
    throw new ExpectedError(`branch ${branch} is there, but no pull request: open one, or delete the branch`);
  /** @type {{ status: number, report: import('./reports.mjs').RevertReport | undefined, stderr: string }} */
  const { status: ended, report, stderr } = runForJson(inputs.command, ['revert', '--write', '--format=json', lease]);
  if (report === undefined || ended === 2) throw new ExpectedError(`shortfuse revert failed\n${stderr.trim()}`);
  const subject = inputs.title || 'Bring back the TLS session lifetimes of before';
  const title = status.ticket === undefined ? subject : `${status.ticket}: ${subject}`;
  const opened = await publish(inputs, {
    lease,
    branch,
    base,
    title,
    body: bodyOf(status, report),
    message: `Takes back lease ${lease}.`,
    files: [],
  });
  if (!opened) {
    annotate(ended === 0 ? 'notice' : 'error', `lease ${lease}: nothing is left that could be taken back`);
    return { status: ended };
  }
  for (const { file, line, why } of report.drifted)
    annotate('error', `lease ${lease}: ${file}:${line} was left alone: ${why}`);
  return { status: ended, url: opened.html_url };
}

/**
 * @param {import('./reports.mjs').LeaseStatus} status
 * @param {import('./reports.mjs').RevertReport} report
 */
function bodyOf({ lease, reason, overdue, until }, report) {
  return page([
    overdue
      ? `The temporary change of lease ${code(lease)} should have ended at ${code(until)}.`
      : `Inspection has been on long enough: the temporary change of lease ${code(lease)} is not needed any more.`,
    reason === undefined ? '' : quotation(reason),
    table(
      ['file', 'taken back', 'result'],
      report.files.map(({ file, takenBack, exact, drifted }) => [
        code(file),
        String(takenBack),
        exact
          ? 'the very bytes of before'
          : drifted > 0
            ? `${drifted} left alone, see below`
            : 'only what the patch wrote',
      ]),
    ),
    report.drifted.length === 0
      ? ''
      : `**Left alone, because somebody changed it since:**\n${report.drifted
          .map(
            ({ file, line, expected, why }) =>
              `- ${code(`${file}:${line}`)}: ${escaped(why)}; expected ${code(expected)}`,
          )
          .join('\n')}`,
    report.remarks.map((remark) => `- ${escaped(remark)}`).join('\n'),
    'When this is merged, deploy it as usual. Nothing has to be waited for.',
  ]);
}
