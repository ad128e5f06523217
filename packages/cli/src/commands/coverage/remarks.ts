import { type Audit, pathProblemText, placeOf, printable, problemsOf, problemText, type Styler } from '@shortfuse/core';
import type { Coverage } from '@shortfuse/panos';

/** Problems beyond these are counted. */
const most = 30;

/** What is wrong with the firewall's configuration. Lines of it are never shown, because secrets stand in them. */
export function firewallRemarks({ problems }: Coverage, style: Styler, isQuiet: boolean): string[] {
  const wanted = problems.filter(({ severity }) => severity === 'error' || !isQuiet);
  const remarks = wanted.slice(0, most).map(({ severity, at, message, help }) => {
    const { file, line, column } = placeOf(at);
    const word = style(severity === 'error' ? 'bad' : 'warn', `${severity}:`);
    return `${style('strong', `${printable(file)}:${line}:${column}:`)} ${word} ${printable(message)}\n  ${style('quiet', 'help:')} ${printable(help)}\n`;
  });
  if (wanted.length > most) remarks.push(`… and ${wanted.length - most} more; --format json has them all\n`);
  return remarks;
}

/** What is wrong with the servers' files. Their warnings are for `audit`. */
export function serverRemarks(found: Audit, style: Styler): string[] {
  const errors = problemsOf(found).filter(({ severity }) => severity === 'error');
  return [
    ...found.pathProblems.map((problem) => pathProblemText(problem, style)),
    ...errors.slice(0, most).map((problem) => problemText(problem, style)),
    ...(errors.length > most ? [`… and ${errors.length - most} more errors; shortfuse audit shows them\n`] : []),
  ];
}
