// @ts-check
import { ExpectedError } from './runner.mjs';

/** Longer than any answer takes; a run that hangs costs minutes that are paid. */
const timeoutMs = 60_000;

/**
 * Asks GitHub's REST API about the repository of the workflow.
 * @param {string} token
 * @param {'GET' | 'POST' | 'PATCH'} method
 * @param {string} path below the repository
 * @param {object} [body]
 * @returns {Promise<any>}
 * @throws {ExpectedError} with what GitHub says, where it refuses
 */
export async function ask(token, method, path, body) {
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
      ? '\nThe job needs permissions: { contents: write, pull-requests: write } to open pull requests, pull-requests: write for comments'
      : '';
  return `${what}: status ${status}: ${said}${help}`;
}

/** GitHub refuses longer texts of pull requests and comments. */
const longestText = 60_000;

/**
 * A text that is not too long for GitHub.
 * @param {string} text
 */
export function fitting(text) {
  return text.length > longestText
    ? `${text.slice(0, longestText)}\n\n… cut: the rest is in the log of the run.\n`
    : text;
}
