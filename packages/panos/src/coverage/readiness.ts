import { type LeaseListener, placeOf, type SwitchOn, switchOnText } from '@shortfuse/core';
import { rowsBehind, rowsPerhapsBehind } from './behind.js';
import type { Coverage, CoverageRow } from './coverage.js';
import type { Host } from './hosts.js';
import type { ResolvedRule } from './match.js';
import { labelOf, remarksOf } from './report.js';
import type { ErrorReport } from './report-form.js';
import { type Risk, riskOf } from './risk.js';
import { momentOf, type Switching, switchOnOf } from './switching.js';
import type { SpokenSwitching } from './text/switch-on.js';

/** One rule, what is or may be behind it, and from when it may be switched on. */
export interface Readiness {
  readonly rule: ResolvedRule;
  readonly behind: readonly CoverageRow[];
  readonly perhaps: readonly CoverageRow[];
  readonly switchOn: SwitchOn<Host>;
  /** Those that keep it from being switched on, however long one waits. */
  readonly heldBackBy: readonly CoverageRow[];
}

/** In the order of the rules; a rule that is disabled has no listener. */
export function readinessOf(found: Coverage, switching: Switching): readonly Readiness[] {
  const behind = rowsBehind(found);
  const perhaps = rowsPerhapsBehind(found);
  return found.rules.map((rule) => {
    const own = { behind: behind.get(rule) ?? [], perhaps: perhaps.get(rule) ?? [] };
    const all = [...own.behind, ...own.perhaps];
    const switchOn = switchOnOf(all, switching);
    const held = new Set(switchOn.kind === 'held-back' ? switchOn.by : []);
    return { rule, ...own, switchOn, heldBackBy: all.filter(({ host }) => held.has(host)) };
  });
}

/** The firewall's part of `status --format json`; `packages/cli/schemas/status.schema.json` says the same to other programs. */
export interface ReadinessReport {
  readonly file: string;
  readonly valid: boolean;
  readonly panosVersion: string | null;
  readonly panosRelease: string | null;
  readonly risk: Risk;
  readonly rules: readonly RuleReadinessReport[];
  /** Where rules decrypt and no listener is known: no moment counts for what is there. */
  readonly coveredWithoutListener: readonly string[];
  readonly errors: readonly ErrorReport[];
  readonly warnings: readonly ErrorReport[];
}

export interface RuleReadinessReport {
  readonly name: string;
  readonly location: string;
  readonly line: number;
  readonly enabled: boolean;
  readonly listeners: readonly string[];
  readonly perhaps: readonly string[];
  readonly heldBackBy: readonly string[];
  readonly switchOn: SwitchOn['kind'];
  /** The moment; now where it may be any time, null where none can be named yet. */
  readonly switchOnAt: string | null;
  readonly why: string;
  /** The listener that is last, and the lease that tells. */
  readonly decidedBy: Pick<LeaseListener, 'server' | 'address' | 'name' | 'profile'> | null;
  readonly lease: string | null;
}

export function readinessReport(found: Coverage, switching: SpokenSwitching): ReadinessReport {
  const { configuration, coveredWithoutListener } = found;
  return {
    file: configuration.file.path,
    valid: configuration.isValid,
    panosVersion: configuration.version,
    panosRelease: configuration.detailVersion,
    risk: riskOf(configuration),
    rules: readinessOf(found, switching).map((one) => ruleReport(one, switching)),
    coveredWithoutListener,
    errors: remarksOf(found, 'error'),
    warnings: remarksOf(found, 'warning'),
  };
}

function ruleReport(
  { rule, behind, perhaps, heldBackBy, switchOn }: Readiness,
  switching: SpokenSwitching,
): RuleReadinessReport {
  const { sentence, more } = switchOnText(switchOn, switching.now, switching.timeOf);
  const leased = 'lease' in switchOn ? switchOn : undefined;
  return {
    name: rule.rule.name,
    location: rule.rule.location,
    line: placeOf(rule.rule.at).line,
    enabled: rule.rule.isEnabled,
    listeners: behind.map(labelOf),
    perhaps: perhaps.map(labelOf),
    heldBackBy: heldBackBy.map(labelOf),
    switchOn: switchOn.kind,
    switchOnAt: momentOf(switchOn, switching),
    // The sentence holds times of the reader's clock, which the moment has already.
    why: !rule.rule.isEnabled ? 'the rule is disabled' : more.length > 0 ? more.join('; ') : sentence,
    decidedBy: leased ? nameOf(leased.listener) : null,
    lease: leased ? leased.lease.id : null,
  };
}

function nameOf({ server, address, name, profile }: LeaseListener) {
  return { server, address, name, ...(profile === undefined ? {} : { profile }) };
}
