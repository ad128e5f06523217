// @ts-check
// Measures `shortfuse decrypt-errors` on a large traffic log beside `gzip -dc | awk` doing the plain count of three reasons.
// `node bench/decrypt-errors.mjs [MB]`, after `node scripts/build.mjs`; 200 MB unless told otherwise, 2000 for the figures of
// docs/performance.md. The log is made in a temporary folder and removed afterwards.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandFile } from '../scripts/build.mjs';
import { say } from '../scripts/run.mjs';
import { createRandom } from './random.mjs';

const switchedOn = Date.UTC(2026, 2, 10, 2);
const hours = { before: 2, after: 6 };
const inspected = Array.from({ length: 20 }, (_, i) => `203.0.113.${i + 1}`);

/**
 * Runs every program once over a log of this size.
 * @param {number} megabytes
 */
export function measureLogs(megabytes) {
  const folder = mkdtempSync(join(tmpdir(), 'shortfuse-bench-'));
  try {
    const log = join(folder, 'traffic.log');
    say(`a traffic log of ${megabytes} MB …`);
    const rows = makeLog(log, megabytes);
    const bytes = statSync(log).size;
    run('gzip', 'sh', ['-c', `gzip -1 -c ${log} > ${log}.gz`]);
    const options = [
      '--enabled-at',
      '2026/03/10 02:00:00',
      '--format',
      'json',
      '--output',
      join(folder, 'report.json'),
    ];
    const count = `-F, '$4=="TRAFFIC" && $5=="end" && $30=="tcp" { k=$9":"$26; n[k]+=$24; if ($47 ~ /^decrypt-/) f[k]+=$24 } END { for (k in n) print k, n[k], f[k]+0 }'`;
    const node = process.execPath;
    const results = [
      run('cat', 'sh', ['-c', `cat ${log} > /dev/null`]),
      run('awk', 'sh', ['-c', `awk ${count} ${log}`]),
      run('decrypt-errors', node, [commandFile, 'decrypt-errors', log, ...options]),
      run('gzip -dc', 'sh', ['-c', `gzip -dc ${log}.gz > /dev/null`]),
      run('gzip -dc | awk', 'sh', ['-c', `gzip -dc ${log}.gz | awk ${count}`]),
      run('decrypt-errors, gzip', node, [commandFile, 'decrypt-errors', `${log}.gz`, ...options]),
    ];
    return { rows, megabytes: bytes / 1e6, results };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * The figures as a table of Markdown.
 * @param {ReturnType<typeof measureLogs>} measured
 */
export function logTable({ megabytes, results }) {
  return [
    '| program | time | processor time | rate | peak memory | exit |',
    '| --- | --- | --- | --- | --- | --- |',
    ...results.map(
      ({ name, seconds, processor, peakMB, status }) =>
        `| ${name.replace('|', '\\|')} | ${seconds.toFixed(1)} s | ${processor.toFixed(1)} s | ${(megabytes / seconds).toFixed(0)} MB/s | ${peakMB} MB | ${status} |`,
    ),
  ];
}

/**
 * One run, because each reads for a long time. Processor time of all its processes and the memory of the largest are those
 * that GNU time tells.
 * @param {string} name
 * @param {string} program
 * @param {readonly string[]} args
 */
function run(name, program, args) {
  say(`${name} …`);
  const started = performance.now();
  const { status, stderr } = spawnSync('/usr/bin/time', ['-f', 'used %M %U %S', program, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 600_000,
  });
  const seconds = (performance.now() - started) / 1000;
  const [, kilobytes, user, system] = /^used (\d+) ([\d.]+) ([\d.]+)$/m.exec(stderr ?? '') ?? [];
  return {
    name,
    seconds,
    processor: Number(user) + Number(system),
    peakMB: Math.round((Number(kilobytes) * 1024) / 1e6),
    status,
  };
}

/**
 * Writes a log as syslog servers keep it: 20 inspected servers whose failures die out, sessions to others, sessions that
 * begin or are denied, names in quotes. The same log for everybody.
 * @param {string} path
 * @param {number} megabytes
 * @returns {number} its rows
 */
function makeLog(path, megabytes) {
  const below = createRandom(60);
  const happens = (/** @type {number} */ probability) => below(1_000_000) < probability * 1_000_000;
  const file = openSync(path, 'w');
  const total = Math.round((megabytes * 1e6) / 480);
  let rows = 0;
  let text = '';
  for (; rows < total; rows++) {
    const at = switchedOn + ((rows / total) * (hours.before + hours.after) - hours.before) * 3_600_000;
    const ended = timeText(at);
    const received = timeText(at + 1000);
    const begun = timeText(at - 2000);
    const server = inspected[below(inspected.length)] ?? '';
    const isOther = happens(0.3);
    const destination = isOther ? `198.51.100.${below(250)}` : server;
    const subtype = happens(0.2) ? 'start' : 'end';
    const age = (at - switchedOn) / 3_600_000;
    const fails = !isOther && age >= 0 && happens(0.3 * Math.exp(-2 * age));
    const reason = fails ? (happens(0.7) ? 'decrypt-error' : 'decrypt-unsupport-param') : 'tcp-fin';
    const user = happens(0.02) ? String.raw`"example\smith, j"` : String.raw`example\smith`;
    text += `<14>${syslogTime(at)} fw-edge-1 1,${received},001801000101,TRAFFIC,${subtype},2560,${ended},192.0.2.${below(250)},${destination},0.0.0.0,0.0.0.0,allow-web,${user},,ssl,vsys1,untrust,dmz,ethernet1/1,ethernet1/2,fwd,${ended},${40_000 + (rows % 900_000)},${1 + below(3)},${1024 + below(60_000)},443,0,0,0x40001c,tcp,allow,930,500,400,12,${begun},2,any,0,${7_004_100_000 + rows},0x8000000000000000,United States,Germany,0,7,5,${reason},0,0,0,0,,fw-edge-1,from-policy,,,0,,0,,N/A,0,0,0,0,5a1e0c2d-41aa-4d3e-9c5f-0123456789ab,0\n`;
    if (text.length > 8_000_000) {
      writeSync(file, text);
      text = '';
    }
  }
  writeSync(file, text);
  closeSync(file);
  return rows;
}

/** @param {number} at milliseconds */
function timeText(at) {
  return new Date(at).toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
}

/** @param {number} at milliseconds, in March */
function syslogTime(at) {
  const iso = new Date(at).toISOString();
  return `Mar ${iso.slice(8, 10)} ${iso.slice(11, 19)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const measured = measureLogs(Number(process.argv[2] ?? 200));
  console.log(`${measured.megabytes.toFixed(0)} MB, ${measured.rows} rows\n`);
  console.log(logTable(measured).join('\n'));
}
