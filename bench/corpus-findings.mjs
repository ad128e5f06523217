// @ts-check
// What `lint` finds in configurations of other people: the tables of docs/corpus-findings.md, and a draw for a person to check.
//   node bench/corpus-findings.mjs [--draw SEED] [CORPUS]
// CORPUS is a folder with a folder for each kind of server, and in it one for each project.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundle, commandFile } from '../scripts/build.mjs';
import { root } from '../scripts/run.mjs';

/** @typedef {{ rule: string, severity: string, message: string, location: { file: string, line: number } }} Finding */

const drawAt = process.argv.indexOf('--draw');
const seed = drawAt === -1 ? undefined : Number(process.argv[drawAt + 1]);
const named = process.argv.slice(2).filter((_, i) => drawAt === -1 || i + 2 < drawAt || i + 2 > drawAt + 1);
const corpus = resolve(named[0] ?? process.env['SHORTFUSE_CORPUS'] ?? join(root, '../shared/corpus'));
if (!existsSync(corpus)) {
  console.error(`no corpus in ${corpus}`);
  process.exit(2);
}
bundle();

/** @type {{ server: string, project: string, finding: Finding }[]} */
const found = [];
const counts = { projects: 0, files: 0, listeners: 0, unread: 0 };
for (const server of foldersIn(corpus))
  for (const project of foldersIn(join(corpus, server))) {
    const cwd = join(corpus, server, project);
    const run = spawnSync(
      process.execPath,
      [commandFile, 'lint', '--format', 'json', '--preset', 'standing', '--target', '60s'],
      {
        cwd,
        encoding: 'utf8',
        maxBuffer: 256 * 1024 * 1024,
      },
    );
    if (run.status === null || run.stdout === '') throw new Error(`${cwd}: ${run.stderr}`);
    const report = JSON.parse(run.stdout);
    counts.projects++;
    counts.files += report.summary.files;
    counts.listeners += report.summary.listeners;
    counts.unread += report.problems.filter(
      (/** @type {{ severity: string }} */ { severity }) => severity === 'error',
    ).length;
    for (const finding of report.findings) found.push({ server, project, finding });
  }

if (seed === undefined) printTables();
else printDraw(30);

function printTables() {
  const servers = foldersIn(corpus).filter((server) => found.some((each) => each.server === server));
  const rules = [...new Set(found.map(({ finding }) => finding.rule))].sort();
  console.log(
    `${counts.projects} projects, ${counts.files} files, ${counts.listeners} listeners; ${counts.unread} places could not be read\n`,
  );
  console.log(`| rule | ${servers.join(' | ')} | all |\n| --- |${' ---: |'.repeat(servers.length + 1)}`);
  for (const rule of rules) {
    const own = found.filter(({ finding }) => finding.rule === rule);
    const each = servers.map((server) => own.filter((one) => one.server === server).length);
    console.log(`| ${rule} | ${each.join(' | ')} | ${own.length} |`);
  }
}

/**
 * Draws findings, rule by rule in turn, so that rare rules are looked at as well as common ones.
 * @param {number} wanted
 */
function printDraw(wanted) {
  const random = generator(seed ?? 0);
  const byRule = new Map();
  for (const each of found) byRule.set(each.finding.rule, [...(byRule.get(each.finding.rule) ?? []), each]);
  const drawn = [];
  while (drawn.length < Math.min(wanted, found.length))
    for (const rule of [...byRule.keys()].sort()) {
      const left = byRule.get(rule);
      if (left.length > 0 && drawn.length < wanted) drawn.push(...left.splice(Math.floor(random() * left.length), 1));
    }
  for (const { server, project, finding } of drawn) {
    const { file, line } = finding.location;
    console.log(`${server}/${project}/${file}:${line} ${finding.rule}: ${finding.message}`);
  }
}

/** @param {string} folder */
function foldersIn(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/**
 * Numbers from 0 to 1 that depend on the seed only (mulberry32).
 * @param {number} state
 */
function generator(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
