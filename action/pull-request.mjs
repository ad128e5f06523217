// @ts-check
import { annotate, ExpectedError } from './runner.mjs';

/**
 * @typedef {object} PullRequest
 * @property {number} number
 * @property {string} html_url
 * @property {'open' | 'closed'} state
 * @property {string | null} merged_at
 */

/** Longer than any answer takes; a run that hangs costs minutes that are paid. */
const timeoutMs = 60_000;

/** GitHub refuses longer texts. */
const longestBody = 60_000;

/**
 * Asks GitHub's REST API about the repository of the workflow.
 * @param {string} token
 * @param {'GET' | 'POST'} method
 * @param {string} path below the repository
 * @param {object} [body]
 * @returns {Promise<any>}
 * @throws {ExpectedError} with what GitHub says, where it refuses
 */
async function ask(token, method, path, body) {
  const api = process.env['GITHUB_API_URL'] || 'https://api.github.com';
  const repository = process.env['GITHUB_REPOSITORY'] ?? '';
  if (!/^[^/\s]+\/[^/\s]+$/.test(repository)) throw new ExpectedError('GITHUB_REPOSITORY names no repository');
  if (token === '')
    throw new ExpectedError('token: a pull request needs one; leave the input out for that of the workflow');
  const what = `${method} ${api}/repos/${repository}/${path}`;
  let response;
  let answer;
  try {
    response = await fetch(`${api}/repos/${repository}/${path}`, {
      method,
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${token}`,
        'user-agent': 'shortfuse-action',
        'x-github-api-version': '2022-11-28',
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(timeoutMs),
    });
    answer = await response.text();
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    throw new ExpectedError(`${what}: ${error instanceof Error ? error.message : error}${cause}`);
  }
  let parsed;
  try {
    parsed = JSON.parse(answer);
  } catch {
    throw new ExpectedError(`${what}: status ${response.status}, and no JSON`);
  }
  if (!response.ok) throw new ExpectedError(refusalText(what, response.status, parsed));
  return parsed;
}

/**
 * @param {string} what
 * @param {number} status
 * @param {{ message?: string, errors?: { message?: string }[] }} answer
 */
function refusalText(what, status, { message = '', errors = [] }) {
  const said = [message, ...errors.flatMap((error) => error.message ?? [])].filter(Boolean).join('; ');
  const help = /not permitted to create/.test(said)
    ? '\nAllow it in Settings > Actions > General, "Allow GitHub Actions to create and approve pull requests", or give the token of an app.'
    : status === 401 || status === 403 || status === 404
      ? '\nThe job needs: permissions: { contents: write, pull-requests: write }'
      : '';
  return `${what}: status ${status}: ${said}${help}`;
}

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
  const text =
    body.length > longestBody ? `${body.slice(0, longestBody)}\n\n… cut: the rest is in the log of the run.\n` : body;
  /** @type {PullRequest} */
  const opened = await ask(token, 'POST', 'pulls', { title, head: branch, base, body: text, draft });
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
