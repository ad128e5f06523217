// Made by scripts/generate-rules.mjs from the folders beside it.
import type { Rule } from '../lint/rule.js';
import { configInvalid } from './config-invalid/rule.js';
import { includeMissing } from './include-missing/rule.js';
import { leaseDrifted } from './lease-drifted/rule.js';
import { leaseOverdue } from './lease-overdue/rule.js';
import { lifetimeAboveTarget } from './lifetime-above-target/rule.js';
import { lifetimeImplicit } from './lifetime-implicit/rule.js';
import { lifetimeTooShort } from './lifetime-too-short/rule.js';
import { lifetimeUnknown } from './lifetime-unknown/rule.js';
import { resumptionOff } from './resumption-off/rule.js';
import { sessionsSurviveReload } from './sessions-survive-reload/rule.js';
import { settingIgnored } from './setting-ignored/rule.js';
import { settingInvalid } from './setting-invalid/rule.js';
import { ticketOutlivesCache } from './ticket-outlives-cache/rule.js';
import { unusedSuppression } from './unused-suppression/rule.js';

/** Every rule, by id. */
export const rules: readonly Rule[] = [
  configInvalid,
  includeMissing,
  leaseDrifted,
  leaseOverdue,
  lifetimeAboveTarget,
  lifetimeImplicit,
  lifetimeTooShort,
  lifetimeUnknown,
  resumptionOff,
  sessionsSurviveReload,
  settingIgnored,
  settingInvalid,
  ticketOutlivesCache,
  unusedSuppression,
];
