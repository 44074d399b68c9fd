export {
  type KeepReason,
  planRetention,
  type RemoveReason,
  type RetentionDecision,
  type RetentionFacts,
  type RetentionPlan,
} from './plan.ts';
export {
  idleRules,
  presetOf,
  type RetentionPolicy,
  type RetentionPreset,
  retentionPolicySchema,
  retentionPresets,
} from './policy.ts';
export { previewRetention } from './preview.ts';
export type { FreedWithout } from './room.ts';
export { type LimitedPlan, limitSpace, type SpaceFacts } from './space.ts';
export {
  type ForgottenVersion,
  type PressureFacts,
  type PressurePlan,
  planUnderPressure,
} from './sweep.ts';
export type { RetainedVersion } from './versions.ts';
