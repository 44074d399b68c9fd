/** Wi-Fi is set up by a later issue: its step is left out, and who was in it goes on with the next. */
export const firstRunSteps = ['connect', 'where', 'password', 'backup'] as const;
export type FirstRunStep = (typeof firstRunSteps)[number];

export interface StepProps {
  readonly onBack: (() => void) | null;
  readonly onNext: () => void;
}
