// @ts-check
import { ask, fitting } from './github.mjs';
import { annotate, ExpectedError } from './runner.mjs';

/**
 * @typedef {object} PullRequest
 * @property {number} number
 * @property {string} html_url
 * @property {'open' | 'closed'} state
 * @property {string | null} merged_at
 */

/**
 * The newest pull request from a branch of this repository, whatever became of it.
 * @param {string} token
 * @param {string} branch
 * @returns {Promise<PullRequest | undefined>}
 */
export async function findPullRequest(token, branch) {
  const owner = (process.env['GITHUB_REPOSITORY'] ?? '').split('/')[0];
  const head = encodeURIComponent(`${owner}:${branch}`);
  const found = await ask(token, 'GET', `pulls?state=all&sort=created&direction=desc&per_page=1&head=${head}`);
  return found[0];
}

/**
 * Opens a pull request. That a label or a reviewer cannot be added is only a warning then.
 * @param {object} wish
 * @param {string} wish.token
 * @param {string} wish.branch
 * @param {string} wish.base
 * @param {string} wish.title
 * @param {string} wish.body
 * @param {boolean} wish.draft
 * @param {readonly string[]} wish.labels
 * @param {readonly string[]} wish.reviewers people, and teams as `org/team`
 * @returns {Promise<PullRequest>}
 */
export async function openPullRequest({ token, branch, base, title, body, draft, labels, reviewers }) {
  /** @type {PullRequest} */
  const opened = await ask(token, 'POST', 'pulls', { title, head: branch, base, body: fitting(body), draft });
  const teams = reviewers.filter((name) => name.includes('/')).map((name) => name.slice(name.indexOf('/') + 1));
  const people = reviewers.filter((name) => !name.includes('/'));
  /** @type {[string, object][]} */
  const further = [
    ...(labels.length > 0 ? [/** @type {[string, object]} */ ([`issues/${opened.number}/labels`, { labels }])] : []),
    ...(reviewers.length > 0
      ? [
          /** @type {[string, object]} */ ([
            `pulls/${opened.number}/requested_reviewers`,
            { reviewers: people, team_reviewers: teams },
          ]),
        ]
      : []),
  ];
  for (const [path, wish] of further)
    try {
      await ask(token, 'POST', path, wish);
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      annotate('warning', error.message);
    }
  return opened;
}
