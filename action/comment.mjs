// @ts-check
import { readFileSync } from 'node:fs';
import { ask, fitting } from './github.mjs';
import { annotate, ExpectedError } from './runner.mjs';

/** What begins the report of `shortfuse lint --format markdown`: a comment that begins so is ours. */
const mark = /^<!-- shortfuse-lint\b.*-->/;

/** More comments than these are not looked through. */
const mostPages = 20;

/**
 * Writes the report as a comment on the pull request, or over the one of an earlier run. Without findings none is begun. Where
 * that is not allowed, as for a pull request from a fork, it is a warning: the annotations say the same.
 * @param {string} token
 * @param {string} report
 * @param {boolean} isClean
 */
export async function comment(token, report, isClean) {
  const number = pullRequestNumber();
  if (number === undefined) {
    annotate('notice', 'comment: this run belongs to no pull request, so there is nothing to comment on');
    return;
  }
  try {
    const known = await findComment(token, number);
    if (known !== undefined) await ask(token, 'PATCH', `issues/comments/${known}`, { body: fitting(report) });
    else if (!isClean) await ask(token, 'POST', `issues/${number}/comments`, { body: fitting(report) });
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    annotate('warning', error.message);
  }
}

/** @returns {number | undefined} */
function pullRequestNumber() {
  try {
    return JSON.parse(readFileSync(process.env['GITHUB_EVENT_PATH'] ?? '', 'utf8')).pull_request?.number;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} token
 * @param {number} number
 * @returns {Promise<number | undefined>} the id of our comment
 */
async function findComment(token, number) {
  for (let page = 1; page <= mostPages; page++) {
    /** @type {readonly { id: number, body: string }[]} */
    const comments = await ask(token, 'GET', `issues/${number}/comments?per_page=100&page=${page}`);
    const found = comments.find(({ body }) => mark.test(body));
    if (found) return found.id;
    if (comments.length < 100) return undefined;
  }
  return undefined;
}
