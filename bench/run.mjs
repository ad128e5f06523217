// @ts-check
// Measures reading beside others, start-up, memory and extreme inputs in one run. `pnpm bench`, or with `--write` to put the
// figures into docs/performance.md.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { Bench } from 'tinybench';
import { decode } from '../packages/core/dist/index.js';
import { parse } from '../packages/nginx/dist/index.js';
import { commandFile } from '../scripts/build.mjs';
import { root, runQuietly, say } from '../scripts/run.mjs';
import { logTable, measureLogs } from './decrypt-errors.mjs';
import { runExtremes } from './extremes.mjs';
import { generateTree } from './generate.mjs';
import { peers } from './peers.mjs';
import { medians, peakMemory } from './processes.mjs';
import { serverRates } from './servers.mjs';
import { sourceTimes } from './sources.mjs';

say('making the tree …');
const { folder, files } = generateTree();
const sources = files.map((file) => decode(file, readFileSync(file)));
const megabytes = files.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6;
const hasNginx = runQuietly('sh', ['-c', 'command -v nginx']);

say('parsing in this process …');
const corpus = corpusSources();
const inProcess = await parseRates();

say('whole processes …');
const node = process.execPath;
const one = join(root, 'examples/shop/sites-enabled/10-shop.conf');
const bundled = [commandFile];
const wholeTree = [
  { name: 'audit', program: node, args: [...bundled, 'audit', folder, '--output', join(folder, 'audit.txt')] },
  { name: 'lint', program: node, args: [...bundled, 'lint', folder, '--output', join(folder, 'lint.txt')] },
  { name: 'patch', program: node, args: [...bundled, 'patch', folder, '--quiet', '--output', join(folder, 'x.diff')] },
  { name: 'nginx-conf', program: node, args: ['bench/peers.mjs', 'nginx-conf'], cwd: root },
  { name: 'search', program: node, args: ['bench/peers.mjs', 'search'], cwd: root },
  ...(hasNginx
    ? [{ name: 'nginx -t', program: 'nginx', args: ['-t', '-q', '-p', `${folder}/`, '-c', `${folder}/nginx.conf`] }]
    : []),
];
const tree = medians(wholeTree, 5);
const memory = new Map(wholeTree.map((command) => [command.name, peakMemory(command)]));

say('start-up …');
const start = medians(
  [
    { name: 'node', program: node, args: ['-e', '0'] },
    { name: 'version', program: node, args: [...bundled, '--version'] },
    { name: 'one file', program: node, args: [...bundled, 'audit', one] },
  ],
  21,
);

say('memory for one large file …');
const large = largeFile();
const largeMemory = peakMemory({ name: 'large', program: node, args: [...bundled, 'audit', large.path] });
rmSync(large.folder, { recursive: true });

say('extreme inputs …');
const extremes = runExtremes(commandFile);

say('the other servers …');
const servers = await serverRates(commandFile);

say('programs …');
const programs = sourceTimes(commandFile);

const logs = measureLogs(process.argv.includes('--write') ? 2000 : 200);

const report = text();
console.log(report);
if (process.argv.includes('--write')) writeFileSync(join(root, 'docs/performance.md'), report);

async function parseRates() {
  const bench = new Bench({ time: 0, iterations: 9, warmupTime: 0, warmupIterations: 3 });
  bench.add('shortfuse', () => {
    for (const source of sources) parse(source);
  });
  bench.add('nginx-conf', () => {
    for (const { text } of sources) peers['nginx-conf']?.(text);
  });
  if (corpus.length > 0)
    bench.add('shortfuse, corpus', () => {
      for (let i = 0; i < 20; i++) for (const source of corpus) parse(source);
    });
  await bench.run();
  return new Map(
    bench.tasks.map(({ name, result }) => [name, result.state === 'completed' ? result.latency.p50 : Number.NaN]),
  );
}

/** Configurations of other people, where they are at hand: they are no part of the project. */
function corpusSources() {
  const at = process.env['SHORTFUSE_CORPUS'] ?? join(root, '../shared/corpus');
  const nginx = join(at, 'nginx');
  if (!existsSync(nginx)) {
    say('no corpus at hand: that row is left out');
    return [];
  }
  return readdirSync(nginx, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => decode(path, readFileSync(path)));
}

/** The server blocks of many files as one file of 20 MB. */
function largeFile() {
  const temporary = mkdtempSync(join(tmpdir(), 'shortfuse-bench-'));
  const path = join(temporary, 'nginx.conf');
  const content = `events {}\nhttp {\n${sources
    .slice(1)
    .map((source) => source.text)
    .join('')}}\n`;
  writeFileSync(path, content);
  return { folder: temporary, path, megabytes: Buffer.byteLength(content) / 1e6 };
}

function text() {
  const rate = (/** @type {number} */ size, /** @type {number | undefined} */ ms) =>
    `${(size / ((ms ?? Number.NaN) / 1000)).toFixed(0)} MB/s`;
  const ours = inProcess.get('shortfuse') ?? Number.NaN;
  const theirs = inProcess.get('nginx-conf') ?? Number.NaN;
  const audit = tree.get('audit')?.ms ?? Number.NaN;
  const bare = start.get('node')?.ms ?? Number.NaN;
  const corpusMB = (20 * corpus.reduce((sum, { text: each }) => sum + Buffer.byteLength(each), 0)) / 1e6;
  const row = (/** @type {readonly string[]} */ ...cells) => `| ${cells.join(' | ')} |`;
  const seconds = (/** @type {number} */ ms) => `${(ms / 1000).toFixed(2)} s`;
  const names = {
    audit: '`shortfuse audit`',
    lint: '`shortfuse lint`',
    patch: '`shortfuse patch`: planned, read back, a second opinion on each file, a diff',
    'nginx-conf': 'nginx-conf, every file',
    search: 'read and search a word',
    'nginx -t': '`nginx -t`',
  };
  return `${[
    '# Performance',
    '',
    'From one run of `npm run bench -- --write`. Ratios travel between machines, times do not:',
    `this was ${cpus().length} processors of an ${cpus()[0]?.model.trim()}, ${(totalmem() / 1e9).toFixed(0)} GB, Node ${process.versions.node}, ${process.platform}.`,
    `The tree is made by \`bench/generate.mjs\` from a fixed seed: ${files.length} files, ${megabytes.toFixed(1)} MB, accepted by nginx. Medians; processes`,
    'take turns.',
    '',
    '## Parsing, warm, in one process',
    '',
    row('parser', 'rate', 'beside nginx-conf'),
    row('---', '---', '---'),
    row('shortfuse, every token with its place', rate(megabytes, ours), `${(theirs / ours).toFixed(1)} times as fast`),
    row('nginx-conf 2.1.0, no places', rate(megabytes, theirs), '1'),
    ...(corpus.length > 0
      ? [
          row(
            `shortfuse, ${corpus.length} files of other people, 20 times`,
            rate(corpusMB, inProcess.get('shortfuse, corpus')),
            '',
          ),
        ]
      : []),
    '',
    '## The whole tree, one process',
    '',
    row('program', 'time', 'beside `audit`', 'peak memory'),
    row('---', '---', '---', '---'),
    ...[...tree].map(([name, { ms }]) =>
      row(
        names[/** @type {keyof typeof names} */ (name)],
        seconds(ms),
        name === 'audit' ? '1' : (ms / audit).toFixed(2),
        memory.get(name) === undefined ? 'not measured' : `${memory.get(name)?.toFixed(0)} MB`,
      ),
    ),
    ...(hasNginx ? [] : ['', 'nginx was not installed.']),
    '',
    `The same server blocks in one file of ${large.megabytes.toFixed(1)} MB: ${largeMemory === undefined ? 'not measured' : `${largeMemory.toFixed(0)} MB at the peak, ${((largeMemory - 100) / large.megabytes).toFixed(1)} times the file plus 100 MB`}.`,
    '',
    '## Start-up',
    '',
    row('command', 'time', 'beyond bare node'),
    row('---', '---', '---'),
    row('`node -e 0`', `${bare.toFixed(0)} ms`, ''),
    row(
      '`shortfuse --version`',
      `${start.get('version')?.ms.toFixed(0)} ms`,
      `+${((start.get('version')?.ms ?? 0) - bare).toFixed(0)} ms`,
    ),
    row(
      '`shortfuse audit` of one file',
      `${start.get('one file')?.ms.toFixed(0)} ms`,
      `+${((start.get('one file')?.ms ?? 0) - bare).toFixed(0)} ms`,
    ),
    '',
    '## The other servers, one large file each',
    '',
    row('input', 'size', 'parsing, warm', '`audit`, whole process', 'peak memory'),
    row('---', '---', '---', '---', '---'),
    ...servers.map(({ name, megabytes: size, parse: parsed, audit: audited, memory: peak }) =>
      row(
        name,
        `${size.toFixed(1)} MB`,
        `${parsed.toFixed(0)} MB/s`,
        `${audited.toFixed(1)} MB/s`,
        peak === undefined ? 'not measured' : `${peak.toFixed(0)} MB`,
      ),
    ),
    '',
    '## Programs',
    '',
    `\`audit\` of ${programs.count} TypeScript files none of which makes a server: ${seconds(programs.without)}. Five more that do: ${seconds(programs.withServers)}, most of`,
    'which is the one load of the TypeScript compiler.',
    '',
    `## A traffic log of ${logs.megabytes.toFixed(0)} MB, ${logs.rows} rows`,
    '',
    'The plain count by awk is of three reasons by destination; `decrypt-errors` also follows NAT, drops duplicates and counts over',
    'time. One run each.',
    '',
    ...logTable(logs),
    '',
    '## Extreme inputs, through the command line',
    '',
    row('input', 'time', 'exit', 'says'),
    row('---', '---', '---', '---'),
    ...extremes.map(({ name, ms, status, says }) =>
      row(
        name,
        [...new Set(ms.map(seconds))].join(' / '),
        String(status),
        says === '' ? '' : `\`${says.replaceAll('|', '\\|')}\``,
      ),
    ),
  ].join('\n')}\n`;
}
