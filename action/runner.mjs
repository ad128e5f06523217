// @ts-check
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';

/** Something that the person who set up the workflow can mend: shown without a trace. */
export class ExpectedError extends Error {}

/**
 * A line in the log that the runner shows on the page of the run.
 * @param {'error' | 'warning' | 'notice'} level
 * @param {string} message any text: line ends and percent signs are escaped, so that it is one command and no other
 */
export function annotate(level, message) {
  const data = message.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  process.stdout.write(`::${level} title=shortfuse::${data}\n`);
}

/**
 * Text for the log of which nothing is a command to the runner, whatever it quotes from files.
 * @param {string} text
 */
export function log(text) {
  const token = randomUUID();
  process.stdout.write(`::stop-commands::${token}\n${text.replace(/\n?$/, '\n')}::${token}::\n`);
}

/**
 * Sets outputs of the step. A value may have any number of lines.
 * @param {Readonly<Record<string, string | number | boolean>>} outputs
 */
export function setOutputs(outputs) {
  const file = process.env['GITHUB_OUTPUT'];
  if (!file) return;
  for (const [name, value] of Object.entries(outputs)) {
    // Nobody can guess the line that ends the value.
    const end = `end-${randomUUID()}`;
    appendFileSync(file, `${name}<<${end}\n${value}\n${end}\n`);
  }
}

/**
 * Adds to the summary of the step.
 * @param {string} markdown
 */
export function summarize(markdown) {
  const file = process.env['GITHUB_STEP_SUMMARY'];
  if (file) appendFileSync(file, markdown.endsWith('\n') ? markdown : `${markdown}\n`);
}
