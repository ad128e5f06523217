import { type ProblemReport, placeOf, type Seconds } from '@shortfuse/core';
import type { Target } from '../config/model.js';
import { rowsBehind, rowsPerhapsBehind } from './behind.js';
import { certificateRemarks } from './certificates.js';
import type { Coverage, CoverageRow } from './coverage.js';
import { isCovered, mayBeCovered } from './coverage.js';
import type { ResolvedRule } from './match.js';
import { profileRemarks } from './profiles.js';
import type { CoverageReport, CoverageSummary, ErrorReport, RowReason, RowReport, RuleReport } from './report-form.js';
import { riskOf } from './risk.js';
import { momentOf, type Switching, switchOnOf } from './switching.js';
import { waitFor } from './wait.js';
import { whyOf } from './why.js';

export interface CoverageOptions {
  readonly targetSeconds: Seconds;
  /** Of the servers' files; none unless told. */
  readonly problems?: readonly ProblemReport[];
  /** What leases say of it. Without them a rule says nothing of when it may be switched on. */
  readonly switching?: Switching;
}

export function coverageReport(found: Coverage, options: CoverageOptions): CoverageReport {
  const { configuration, rules, rows, coveredWithoutListener } = found;
  const { targetSeconds } = options;
  const { isValid, version, detailVersion } = configuration;
  const behind = rowsBehind(found);
  const perhaps = options.switching ? rowsPerhapsBehind(found) : new Map<ResolvedRule, readonly CoverageRow[]>();
  return {
    schemaVersion: 1,
    targetSeconds,
    valid: isValid,
    panosVersion: version,
    panosRelease: detailVersion,
    risk: riskOf(configuration),
    rules: rules.map((rule) => ruleReport(rule, behind.get(rule) ?? [], perhaps.get(rule) ?? [], options)),
    coverage: rows.map((row) => rowReport(row)),
    coveredWithoutListener,
    errors: remarksOf(found, 'error'),
    warnings: remarksOf(found, 'warning'),
    problems: options.problems ?? [],
    summary: summaryOf(found, targetSeconds),
  };
}

/** What is wrong with the configuration, without its text. */
export function remarksOf({ problems }: Coverage, severity: 'error' | 'warning'): ErrorReport[] {
  return problems
    .filter((problem) => problem.severity === severity)
    .map(({ at, message }) => ({ file: at.file.path, line: placeOf(at).line, why: message }));
}

/** {@link coverageReport} as text: indented by two, with a newline at the end. */
export function coverageJson(found: Coverage, options: CoverageOptions): string {
  return `${JSON.stringify(coverageReport(found, options), undefined, 2)}\n`;
}

export function summaryOf({ rules, rows }: Coverage, targetSeconds: Seconds): CoverageSummary {
  const covered = rows.filter(isCovered);
  const undecided = rows.filter(mayBeCovered).length;
  const lifetimes = covered.flatMap(({ host }) => host.lifetimeSeconds ?? []);
  return {
    rules: rules.length,
    enabledRules: rules.filter(({ rule }) => rule.isEnabled).length,
    listeners: rows.length,
    covered: covered.length,
    notCovered: rows.length - covered.length - undecided,
    undecided,
    aboveTarget: lifetimes.filter((seconds) => seconds > targetSeconds).length,
    unknown: covered.length - lifetimes.length,
    longestSeconds: longestOf(lifetimes),
  };
}

export function longestOf(lifetimes: readonly Seconds[]): Seconds | null {
  return lifetimes.length === 0 ? null : lifetimes.reduce((longest, seconds) => Math.max(longest, seconds));
}

export function isHoldingBack({ host }: CoverageRow, targetSeconds: Seconds): boolean {
  return host.lifetimeSeconds === null || host.lifetimeSeconds > targetSeconds;
}

/** Does a listener that is covered, or not known to be left alone, keep inspection from being switched on? */
export function holdsBack({ rows }: Coverage, targetSeconds: Seconds): boolean {
  return rows.some((row) => (isCovered(row) || mayBeCovered(row)) && isHoldingBack(row, targetSeconds));
}

function ruleReport(
  resolved: ResolvedRule,
  behind: readonly CoverageRow[],
  perhaps: readonly CoverageRow[],
  { targetSeconds, switching }: CoverageOptions,
): RuleReport {
  const { rule, destinations, services, unresolved } = resolved;
  return {
    name: rule.name,
    location: rule.location,
    enabled: rule.isEnabled,
    certificates: rule.certificates,
    destinations: destinations.entries.map(({ text }) => text),
    ...(rule.negateDestination ? { negateDestination: true } : {}),
    ports: services.ports === 'any' ? 'any' : services.ports.map(({ text }) => text),
    unresolved: unresolved.map(({ member, why }) => ({ member, why })),
    ...(rule.target ? { target: { negate: rule.target.negate, devices: targetDevices(rule.target) } } : {}),
    line: placeOf(rule.at).line,
    listeners: behind.map(labelOf),
    longestLifetimeSeconds: longestOf(behind.flatMap(({ host }) => host.lifetimeSeconds ?? [])),
    heldBackBy: behind.filter((row) => isHoldingBack(row, targetSeconds)).map(labelOf),
    certificateRemarks: certificateRemarks(rule, behind),
    profileRemarks: profileRemarks(rule),
    wait: waitFor(behind, targetSeconds),
    ...(switching ? { switchOnAt: momentOf(switchOnOf([...behind, ...perhaps], switching), switching) } : {}),
  };
}

/** Serial numbers, with the virtual systems where a rule is for some of a device's. */
export function targetDevices({ devices }: Target): readonly string[] {
  return devices.flatMap(({ serial, systems }) =>
    systems.length === 0 ? [serial] : systems.map((system) => `${serial} ${system}`),
  );
}

export function reasonOf({ decision, reach }: CoverageRow): RowReason {
  return reach === 'unknown' ? 'address-unknown' : reach === 'local' ? 'local' : decision.reason;
}

/** `shop.example 203.0.113.10:443` */
export function labelOf({ host, address }: CoverageRow): string {
  return [host.name, address].filter((part) => part !== '').join(' ');
}

function rowReport(row: CoverageRow): RowReport {
  const { host, address, decision, via, onlyOn } = row;
  const { listener } = host;
  const isMatch = decision.reason === 'match';
  return {
    listener: labelOf(row),
    server: host.server,
    name: host.name,
    address,
    lifetimeSeconds: host.lifetimeSeconds,
    rule: isMatch ? decision.rule.rule.name : null,
    reason: reasonOf(row),
    why: whyOf(row),
    ...(isMatch ? { location: decision.rule.rule.location } : {}),
    ...(decision.reason === 'hidden' ? { hiddenBy: decision.by.rule.name } : {}),
    ...(via ? { via: { nat: via.nat.name, destination: via.destination } } : {}),
    ...(onlyOn ? { onlyOn } : {}),
    ...(listener ? { definedAt: placeOf(listener.definedAt) } : {}),
  };
}
