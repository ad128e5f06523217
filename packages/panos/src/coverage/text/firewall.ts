import { printable, wrap } from '@shortfuse/core';
import type { Coverage } from '../coverage.js';
import { riskOf } from '../risk.js';
import { more, most, type Page, paragraph } from './page.js';

/** The firewall, its release and what that means for sessions that are resumed. */
export function headLines({ configuration, rules }: Coverage, page: Page): string[] {
  const { file, version, detailVersion } = configuration;
  const risk = riskOf(configuration);
  // `version` is that of the form, always x.y.0; which x.y.z it is only the detailed one tells.
  const release = detailVersion ?? version?.replace(/\.0$/, '') ?? null;
  const head = `${printable(file.path)}: ${release === null ? 'PAN-OS of unknown release' : `PAN-OS ${printable(release)}`}`;
  const lines = [
    `${page.style('heading', head)}, risk class ${page.style(risk.class === 'A' ? 'bad' : 'warn', risk.class)}`,
  ];
  lines.push(...paragraph(risk.why, 2, page));
  // Advice about switching on helps nobody who has nothing to switch on.
  if (rules.length > 0)
    for (const advice of risk.advice) {
      const [first = '', ...rest] = wrap(printable(advice), page.columns - 4);
      lines.push(`  - ${first}`, ...rest.map((line) => `    ${line}`));
    }
  return lines;
}

/** Where a rule decrypts and nobody knows what is there. */
export function unusedLines({ coveredWithoutListener: texts }: Coverage, page: Page): string[] {
  if (texts.length === 0) return [];
  const lines = [page.style('heading', 'destinations of inbound rules where no listener is known')];
  const shown = texts.slice(0, most.destinations);
  for (const text of shown) lines.push(`  ${printable(text)}`);
  if (shown.length < texts.length) lines.push(...more(texts.length - shown.length, 'destinations', page));
  return lines;
}
