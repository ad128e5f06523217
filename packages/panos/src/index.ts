export type { DecryptionRule, NatRule, PanosConfiguration } from './config/model.js';
export { readConfiguration, readConfigurationBytes } from './config/read.js';
export {
  type Coverage,
  type CoverageRow,
  coverage,
  isCovered,
  mayBeCovered,
} from './coverage/coverage.js';
export { type Host, type HostAddresses, hostsOf } from './coverage/hosts.js';
export { coverageOfListeners, type ListenerCoverage } from './coverage/listeners.js';
export { type ReadinessReport, readinessReport } from './coverage/readiness.js';
export {
  type CoverageOptions,
  coverageJson,
  coverageReport,
  holdsBack,
  summaryOf,
} from './coverage/report.js';
export type { CoverageReport } from './coverage/report-form.js';
export { type Risk, riskOf } from './coverage/risk.js';
export type { Switching } from './coverage/switching.js';
export { type ReadinessTextOptions, readinessText } from './coverage/text/readiness.js';
export type { SpokenSwitching } from './coverage/text/switch-on.js';
export { type CoverageTextOptions, coverageText } from './coverage/text.js';
export { whyOf } from './coverage/why.js';
export { explanation } from './explanation.js';
export type { LogKind } from './logs/columns.js';
export * from './logs/failures.js';
export * from './logs/json.js';
export { type ClockSeconds, type Moment, readMoment, readOffset, spellTime } from './logs/moment.js';
export type { LogFacts, LogFile } from './logs/read-log.js';
export type { LogError, LogWarning } from './logs/remarks.js';
export type { Rejection } from './logs/rows.js';
export { bucketSeconds, type DestinationTally, type SideTally } from './logs/tally.js';
export type { Judged, Verdict } from './logs/verdict.js';
