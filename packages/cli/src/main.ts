#!/usr/bin/env node
import { CommanderError } from 'commander';
import { createProgram } from './args.js';
import { exit, UsageError } from './exit.js';
import { endOnBrokenPipe } from './io/streams.js';

endOnBrokenPipe();

const program = createProgram(
  {
    audit: async (paths, options) => (await import('./commands/audit.js')).audit(paths, options),
    lint: async (paths, options) => (await import('./commands/lint.js')).lint(paths, options),
    patch: async (paths, options) => (await import('./commands/patch.js')).patch(paths, options),
    revert: async (lease, options) => (await import('./commands/revert.js')).revert(lease, options),
    status: async (lease, options) => (await import('./commands/status.js')).status(lease, options),
    mark: async (event, lease, options) => (await import('./commands/mark.js')).mark(event, lease, options),
    probe: async (hosts, options) => (await import('./commands/probe.js')).probe(hosts, options),
    coverage: async (panos, paths, options) => (await import('./commands/coverage.js')).coverage(panos, paths, options),
    decryptErrors: async (logs, options) => (await import('./commands/decrypt-errors.js')).decryptErrors(logs, options),
    explain: async (name) => (await import('./commands/explain.js')).explain(name),
  },
  (status) => {
    process.exitCode = status;
  },
);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exit.ok : exit.failed;
  else if (error instanceof UsageError) {
    process.exitCode = exit.failed;
    process.stderr.write(`${error.message}\n`);
  } else {
    // Not 1: that would say that something was found.
    process.exitCode = exit.failed;
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`error: shortfuse itself is at fault; please report this with what you ran\n${trace}\n`);
  }
}
