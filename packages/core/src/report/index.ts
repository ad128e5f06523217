export * from './audit.js';
export * from './json.js';
export * from './layout.js';
export * from './lint/json.js';
export * from './lint/text.js';
export * from './next-steps.js';
export * from './patch.js';
export * from './problem.js';
export {
  type Drift,
  type LeaseState,
  type LeaseStatus,
  leasedName,
  type StatusTextOptions,
  statusReport,
  statusText,
} from './status.js';
export * from './style.js';
export * from './switch-on.js';
export * from './text.js';
