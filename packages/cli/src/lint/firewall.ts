import { type Configuration, type Listener, type PathProblem, type Problem, placeOf, printable } from '@shortfuse/core';
import { scopeRemarks } from '../firewall/patch-scope.js';
import { firewallScope } from '../firewall/scope.js';
import type { Inputs } from '../io/inputs.js';

/** What `lint --panos` is narrowed to. */
export interface LintedFirewall {
  readonly isMeant: (listener: Listener) => boolean;
  /** Who is judged and who not, and warnings about the firewall's configuration, in whole sentences. */
  readonly remarks: readonly string[];
  /** Its errors, without the lines that they are in, because secrets stand in them. With an error every listener is judged. */
  readonly problems: readonly PathProblem[];
}

/** @throws UsageError where there is no file that can be read */
export async function lintedFirewall(
  path: string,
  configurations: readonly Configuration[],
  inputs: Pick<Inputs, 'hosts'>,
): Promise<LintedFirewall> {
  const listeners = configurations.flatMap((configuration) => configuration.listeners);
  const scope = await firewallScope(path, listeners, inputs);
  const told = (severity: Problem['severity']) =>
    scope.coverage.problems
      .filter((problem) => problem.severity === severity)
      .map(({ at, message, help }) => ({ ...placeOf(at), message, help }));
  return {
    isMeant: scope.isMeant,
    remarks: [
      ...told('warning').map(
        ({ file, line, column, message, help }) =>
          `${printable(`${file}:${line}:${column}: warning: ${message}`)}\n  ${printable(`help: ${help}`)}`,
      ),
      ...scopeRemarks(scope, 'judged').map(printable),
    ],
    problems: told('error').map(({ file, line, column, message, help }) => ({
      path: file,
      message: `${line}:${column}: ${message}`,
      help,
    })),
  };
}
