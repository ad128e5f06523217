// @ts-check
// Installs what the tests need, runs every check, and ends with one line of counts. Each check counts as one test.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle, compile } from './build.mjs';
import { installDebianPackages } from './debian.mjs';
import { install, packageFolders } from './install.mjs';
import { root, runLoudly, runQuietly, say, tool } from './run.mjs';

const counts = { passed: 0, failed: 0, skipped: 0 };

/**
 * @param {string} name
 * @param {() => boolean} passes
 */
function check(name, passes) {
  const started = performance.now();
  const passed = passes();
  counts[passed ? 'passed' : 'failed']++;
  say(`${passed ? 'ok' : 'FAILED'}  ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}

/** @param {readonly string[]} command a tool's script below node_modules, and its arguments */
const node = ([script = '', ...args]) => runQuietly(process.execPath, [tool(script), ...args]);

install();
const cannotRun = installDebianPackages();
bundle();

check('types', compile);
// A program of its own: what it imports is there only after the installation.
check('pages and schema of the rules are current', () =>
  runQuietly(process.execPath, ['scripts/generate-rules.mjs', '--check']),
);
check('types of tests and scripts', () => node(['typescript/bin/tsc', '-p', 'tsconfig.tests.json']));
check('format and lint', () => node(['@biomejs/biome/bin/biome', 'check', '--diagnostic-level=warn', '.']));
check('unused code and dependencies', () => node(['knip/bin/knip.js', '--no-progress']));
for (const folder of publicPackages())
  check(`package ${folder}`, () => node(['publint/src/cli.js', folder, '--pack', 'npm', '--strict']));
runVitest();

if (cannotRun) say(cannotRun);
const { passed, failed, skipped } = counts;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;

function publicPackages() {
  return packageFolders.filter(
    (folder) => !JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')).private,
  );
}

/** Unit, conformance and live tests. */
function runVitest() {
  const folder = mkdtempSync(join(tmpdir(), 'shortfuse-test-'));
  const report = join(folder, 'report.json');
  const status = runLoudly(process.execPath, [
    tool('vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    // A file that cannot even be loaded has no tests that could fail.
    const brokenFiles = testResults.filter(
      (/** @type {{ status: string, assertionResults: { status: string }[] }} */ { status, assertionResults }) =>
        status === 'failed' && !assertionResults.some((result) => result.status === 'failed'),
    ).length;
    counts.passed += numPassedTests;
    counts.failed += numFailedTests + brokenFiles;
    counts.skipped += numPendingTests + numTodoTests;
    // Such as an error after the last test.
    if (status !== 0 && numFailedTests + brokenFiles === 0) counts.failed++;
  } catch {
    say('FAILED  vitest ended without a report');
    counts.failed++;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
