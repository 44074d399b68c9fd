export { decide } from './certificate.ts';
export type {
  ComparedData,
  Guidance,
  GuideText,
  MethodText,
  OptionText,
  QuestionText,
  Source,
  SourceId,
  Stated,
} from './content/guidance.ts';
export { guidance } from './content/index.ts';
export { coverageMap } from './coverage/map.ts';
export * from './coverage/types.ts';
export { levelOf, protectionFor } from './level.ts';
export { matchPlan } from './match.ts';
export { LARGE_ATTACHMENT_BYTES, LARGE_VIDEO_BYTES, type Needs, OPTIONS, type OptionRule } from './options.ts';
export { planCleanup } from './plan.ts';
export { standingOf } from './standing.ts';
export { addedIsBeyond, THRESHOLD } from './threshold.ts';
export * from './types.ts';
