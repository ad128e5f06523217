// @ts-check
import { ExpectedError } from './runner.mjs';

/**
 * What a workflow asks for, in the order of `action.yml`. An empty string is an input that was not given.
 * @typedef {object} Inputs
 * @property {'lint' | 'patch' | 'revert'} mode
 * @property {readonly string[]} paths
 * @property {readonly string[]} args
 * @property {string} target
 * @property {string} config
 * @property {string} command
 * @property {string} changedSince
 * @property {string} baseline
 * @property {string} maxWarnings
 * @property {string} sarifFile
 * @property {boolean} comment
 * @property {string} ticket
 * @property {string} reason
 * @property {string} for
 * @property {string} until
 * @property {string} branch
 * @property {string} base
 * @property {string} title
 * @property {readonly string[]} labels
 * @property {readonly string[]} reviewers
 * @property {boolean} draft
 * @property {string} author
 * @property {string} token
 */

/**
 * Reads the inputs from the variables that `action.yml` sets: `INPUT_` and the name in capitals, with `_`.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Inputs}
 * @throws {ExpectedError}
 */
export function readInputs(env) {
  /** @param {string} name */
  const text = (name) => (env[`INPUT_${name.toUpperCase().replaceAll('-', '_')}`] ?? '').trim();
  /** @param {string} name */
  const lines = (name) =>
    text(name)
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  /** @param {string} name */
  const list = (name) => lines(name).flatMap((line) => line.split(',').flatMap((item) => item.trim() || []));
  const mode = text('mode') || 'lint';
  if (mode !== 'lint' && mode !== 'patch' && mode !== 'revert')
    throw new ExpectedError(`mode: ${mode}: there is no such mode; there are lint, patch and revert`);
  if (text('for') !== '' && text('until') !== '')
    throw new ExpectedError('for and until both say when the change ends: give one of them');
  const author = text('author');
  if (author !== '' && !/^[^<>\n]+<[^<>\s]+>$/.test(author))
    throw new ExpectedError(`author: ${author}: write it as Name <mail@example.org>`);
  return {
    mode,
    paths: lines('paths'),
    args: lines('args'),
    target: text('target'),
    config: text('config'),
    command: text('command'),
    changedSince: text('changed-since'),
    baseline: text('baseline'),
    maxWarnings: text('max-warnings'),
    sarifFile: text('sarif-file'),
    comment: isYes('comment', text('comment')),
    ticket: text('ticket'),
    reason: text('reason'),
    for: text('for'),
    until: text('until'),
    branch: text('branch'),
    base: text('base'),
    title: text('title'),
    labels: list('labels'),
    reviewers: list('reviewers'),
    draft: isYes('draft', text('draft')),
    author,
    token: text('token'),
  };
}

/**
 * @param {string} name
 * @param {string} value
 */
function isYes(name, value) {
  if (value === '' || value === 'false') return false;
  if (value === 'true') return true;
  throw new ExpectedError(`${name}: ${value}: write true or false`);
}

/**
 * Options of shortfuse, those left out that were not given. Written with `=`: a value that begins with a hyphen is no option.
 * @param {Readonly<Record<string, string>>} values
 * @returns {readonly string[]}
 */
export function optionsOf(values) {
  return Object.entries(values).flatMap(([name, value]) => (value === '' ? [] : [`--${name}=${value}`]));
}
