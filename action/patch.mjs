// @ts-check
import { baseBranch, checkedBranch, isOnRemote, refuseChangedFiles } from './git.mjs';
import { optionsOf } from './inputs.mjs';
import { code, escaped, page, quotation, table } from './markdown.mjs';
import { publish } from './publish.mjs';
import { annotate, ExpectedError, setOutputs } from './runner.mjs';
import { runForJson } from './shortfuse.mjs';

/**
 * Shortens the lifetimes on a branch of its own and opens a pull request with the lease.
 * @param {import('./inputs.mjs').Inputs} inputs
 * @returns {Promise<number>} 0; 1 where some listener cannot be brought to the target; 2 where there is no pull request
 */
export async function patch(inputs) {
  const base = baseBranch(inputs.base);
  refuseChangedFiles();
  /** @type {{ status: number, report: import('./reports.mjs').PatchReport | undefined, stderr: string }} */
  const { status, report, stderr } = runForJson(inputs.command, [
    'patch',
    '--write',
    '--format=json',
    ...optionsOf({
      target: inputs.target,
      config: inputs.config,
      ticket: inputs.ticket,
      reason: inputs.reason,
      for: inputs.for,
      until: inputs.until,
    }),
    ...inputs.args,
    '--',
    ...inputs.paths,
  ]);
  if (report === undefined || status === 2) {
    for (const { file, line, message } of report?.problems ?? []) annotate('error', `${file}:${line}: ${message}`);
    throw new ExpectedError(`nothing is changed: shortfuse patch failed\n${stderr.trim()}`);
  }
  const refused = report.refused.map(refusalLine);
  if (report.lease === null) {
    annotate('notice', `no file needs a change: every listener that can be is at ${report.targetSeconds} s already`);
    for (const line of refused) annotate('error', line);
    setOutputs({ changed: false, refused: refused.length });
    return status;
  }
  const branch = checkedBranch('branch', inputs.branch || `shortfuse/patch-${report.lease}`);
  if (isOnRemote(branch)) throw new ExpectedError(`branch: ${branch} is there already: name another one, or delete it`);
  const subject = inputs.title || `Shorten TLS sessions to ${report.targetSeconds} s for the switch to inspection`;
  const title = inputs.ticket === '' ? subject : `${inputs.ticket}: ${subject}`;
  const opened = await publish(inputs, {
    lease: report.lease,
    branch,
    base,
    title,
    body: bodyOf(report, inputs),
    message: [inputs.reason, `Taken back by: shortfuse revert ${report.lease} --write`].filter(Boolean).join('\n\n'),
    files: [...report.files, ...report.companions].map(({ file }) => file),
  });
  if (!opened) throw new ExpectedError('git sees no change in the files: are they ignored?');
  for (const line of refused) annotate('error', line);
  setOutputs({
    changed: true,
    refused: refused.length,
    lease: report.lease,
    branch,
    'pull-request-number': opened.number,
    'pull-request-url': opened.html_url,
  });
  return status;
}

/**
 * @param {import('./reports.mjs').Refusal} refusal
 */
function refusalLine({ listener, why, help }) {
  const name = [listener.server, listener.address, listener.name].filter(Boolean).join(' ');
  return `${name} stays as it is: ${why}; ${help}`;
}

/**
 * @param {import('./reports.mjs').PatchReport} report
 * @param {import('./inputs.mjs').Inputs} inputs
 */
function bodyOf(report, { reason, ticket }) {
  const edits = report.files.flatMap(({ file, edits }) =>
    edits.map(({ line, before, after, listeners }) => [
      code(`${file}:${line}`),
      code(before),
      code(after),
      [...new Set(listeners.map(({ name, address }) => code(name || address || '-')))].join('<br>'),
    ]),
  );
  const commands = report.next.flatMap(({ server, commands }) =>
    commands.map(({ command, purpose }) => `   - ${server}: ${code(command)} (${purpose})`),
  );
  const { lease } = report;
  return page([
    `Before inbound inspection is switched on, TLS sessions have to be short: every listener goes to ${report.targetSeconds} s for the time being.`,
    ticket === '' ? '' : `Change request: ${code(ticket)}`,
    reason === '' ? '' : quotation(reason),
    edits.length === 0 ? '' : table(['place', 'before', 'now', 'listeners'], edits),
    report.companions.length === 0
      ? ''
      : `What files here cannot do is in\n${report.companions.map(({ file, purpose }) => `- ${code(file)}: ${escaped(purpose)}`).join('\n')}`,
    report.refused.length === 0
      ? ''
      : `**Not brought to the target:**\n${report.refused.map((refusal) => `- ${escaped(refusalLine(refusal))}`).join('\n')}`,
    report.remarks.map((remark) => `- ${escaped(remark)}`).join('\n'),
    [
      '### When this is merged',
      '1. Deploy it:',
      ...commands,
      `2. Record it: ${code(`shortfuse mark deployed ${lease}`)}, and commit the lease.`,
      `3. ${code(`shortfuse status ${lease}`)} says from when inspection may be switched on.`,
      `4. It is taken back by ${code(`shortfuse revert ${lease} --write`)}, or by the scheduled workflow.`,
    ].join('\n'),
  ]);
}
