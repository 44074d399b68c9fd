export {
  type KeepReason,
  planRetention,
  type RemoveReason,
  type RetainedVersion,
  type RetentionDecision,
  type RetentionFacts,
  type RetentionPlan,
} from './plan.ts';
export {
  presetOf,
  type RetentionPolicy,
  type RetentionPreset,
  retentionPolicySchema,
  retentionPresets,
} from './policy.ts';
export { previewRetention } from './preview.ts';
export { type ForgottenVersion, type PressureFacts, type PressurePlan, planUnderPressure } from './sweep.ts';
