// @ts-check
import { dropBranch, pushCommit } from './git.mjs';
import { page } from './markdown.mjs';
import { openPullRequest } from './pull-request.mjs';
import { annotate, ExpectedError, summarize } from './runner.mjs';

/**
 * Pushes what shortfuse changed as a branch and opens a pull request for it.
 * @param {import('./inputs.mjs').Inputs} inputs
 * @param {object} proposal
 * @param {string} proposal.lease
 * @param {string} proposal.branch new to the remote
 * @param {string} proposal.base
 * @param {string} proposal.title of the pull request and the commit
 * @param {string} proposal.body of the pull request
 * @param {string} proposal.message what follows the title in the commit
 * @param {readonly string[]} proposal.files that may be new to git
 * @returns {Promise<import('./pull-request.mjs').PullRequest | undefined>} undefined where git sees no change
 * @throws {ExpectedError} where there is no pull request; then there is no branch either, and a later run can try again
 */
export async function publish(inputs, { lease, branch, base, title, body, message, files }) {
  if (!pushCommit({ branch, title, body: message, files, author: inputs.author })) return undefined;
  let opened;
  try {
    opened = await openPullRequest({ ...inputs, branch, base, title, body });
  } catch (error) {
    if (error instanceof ExpectedError) dropBranch(branch);
    throw error;
  }
  annotate('notice', `lease ${lease}: pull request ${opened.html_url}`);
  summarize(page([`## [Pull request #${opened.number}](${opened.html_url})`, body]));
  return opened;
}
