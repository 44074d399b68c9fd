import type { JobView, PhoneView } from '../../../shared/contract/procedures/index.ts';

/** The one button of a phone: what its situation asks for. */
export interface Situation {
  readonly does: 'backUp' | 'connect' | 'startDemo' | 'trust' | 'passcode' | 'progress' | 'encryption' | 'repair';
  readonly isUrgent: boolean;
}

export function situationOf(phone: PhoneView, job: JobView | null): Situation {
  if (job !== null) {
    return job.passcodeSince === null ? { does: 'progress', isUrgent: false } : { does: 'passcode', isUrgent: true };
  }
  const { rule } = phone.health;
  if (rule === 'passcode-wanted') return { does: 'passcode', isUrgent: true };
  if (rule === 'backing-up') return { does: 'progress', isUrgent: false };
  if (phone.isConnected && (phone.pairing === 'not-paired' || phone.pairing === 'locked')) {
    return { does: 'trust', isUrgent: true };
  }
  if (rule === 'newest-damaged') return { does: 'repair', isUrgent: true };
  const needsNew = rule !== 'well' && rule !== 'nearly-full' && rule !== 'not-verified';
  if (!phone.isConnected || rule === 'pairing-expired' || rule === 'trust-withdrawn') {
    return { does: phone.isDemo ? 'startDemo' : 'connect', isUrgent: needsNew };
  }
  if (rule === 'unencrypted') return { does: 'encryption', isUrgent: true };
  return { does: 'backUp', isUrgent: needsNew };
}
