import { describe, expect, it } from 'vitest';
import type { JobView } from '../../../shared/contract/procedures/index.ts';
import { stepOf, stepStates } from './steps.ts';

const job = (phase: string, phases: string[] = [], passcodeSince: string | null = null): JobView =>
  ({ progress: { phase }, phases: [...phases, phase], passcodeSince }) as unknown as JobView;

describe('the steps of a backup', () => {
  it('follow the phases of the engine', () => {
    expect(stepOf(job('connecting'))).toBe('connect');
    expect(stepOf(job('waiting-for-passcode', ['connecting'], '2026-01-01T00:00:00Z'))).toBe('passcode');
    expect(stepOf(job('waiting-for-passcode', ['connecting']))).toBe('prepare');
    expect(stepOf(job('moving', ['connecting', 'receiving']))).toBe('copy');
    expect(stepOf(job('rereading', ['committing']))).toBe('verify');
  });

  it('stay where they are in a phase that is not known', () => {
    expect(stepOf(job('counting', ['connecting', 'receiving', 'committing', 'rereading']))).toBe('verify');
    expect(stepStates(job('receiving', ['connecting'])).map((one) => one.state)).toEqual([
      'done',
      'done',
      'done',
      'now',
      'next',
      'next',
    ]);
  });
});
