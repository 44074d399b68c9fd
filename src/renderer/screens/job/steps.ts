import type { JobView } from '../../../shared/contract/procedures/index.ts';

/** The steps of a backup as its owner sees them; the engine's phases are finer. */
export const steps = ['connect', 'passcode', 'prepare', 'copy', 'store', 'verify'] as const;
export type Step = (typeof steps)[number];

const STEP_OF_PHASE: Readonly<Record<string, Step>> = {
  connecting: 'connect',
  recovering: 'connect',
  encrypting: 'connect',
  'waiting-for-passcode': 'passcode',
  preparing: 'prepare',
  receiving: 'copy',
  moving: 'copy',
  'verifying-on-phone': 'copy',
  committing: 'store',
  'checking-structure': 'verify',
  'checking-manifest': 'verify',
  rereading: 'verify',
  decrypting: 'verify',
  'opening-databases': 'verify',
};

/** Where it is. A phase that is not known here (there will be more) belongs to the step before it. */
export function stepOf(job: JobView): Step {
  if (job.passcodeSince !== null) return 'passcode';
  const phase = job.progress?.phase;
  const known = phase === undefined ? undefined : STEP_OF_PHASE[phase];
  if (known !== undefined && known !== 'passcode') return known;
  const last = job.phases.findLast((one) => STEP_OF_PHASE[one] !== undefined && one !== 'waiting-for-passcode');
  const step = last === undefined ? undefined : STEP_OF_PHASE[last];
  // The screen with the passcode is gone, and nothing of the next step has been told yet.
  if (known === 'passcode' && (step === undefined || step === 'connect')) return 'prepare';
  return step ?? 'connect';
}

export type StepState = 'done' | 'now' | 'next';

export function stepStates(job: JobView): ReadonlyArray<{ readonly step: Step; readonly state: StepState }> {
  const at = steps.indexOf(stepOf(job));
  return steps.map((step, index) => ({ step, state: index < at ? 'done' : index === at ? 'now' : 'next' }));
}
