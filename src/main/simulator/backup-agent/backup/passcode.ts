import { BackstopError } from '../../../../shared/errors/index.ts';
import type { SimulatedPhone } from '../../phone.ts';
import { AgentFailure, HostLeft } from '../endings.ts';
import type { AgentLink } from '../protocol/agent-link.ts';

/**
 * Shows the passcode screen and waits for the person, and for a host that leaves meanwhile. Throws error 208 when it is
 * refused or nobody answers (protocol reference 5.2).
 */
export async function askPasscode(link: AgentLink, phone: SimulatedPhone, reason: string): Promise<void> {
  if (!phone.state.passcodeSet) return;
  const gone = new AbortController();
  const answered = new AbortController();
  const signal = AbortSignal.any([link.signal, answered.signal]);
  const watching = link.wire.atEnd({ signal }).then(
    (hasEnded) => gone.abort(hasEnded ? new BackstopError('device/connection-lost') : new HostLeft()),
    // Given up because the answer is there; a broken connection shows itself at the next message.
    () => undefined,
  );
  try {
    const answer = await phone.askPasscode(reason, AbortSignal.any([link.signal, gone.signal]));
    if (answer === 'ok') return;
  } finally {
    answered.abort();
    await watching;
  }
  throw new AgentFailure(208, 'Device locked');
}

/** Backups ask since iOS 16.1 and 15.7.1 (protocol reference 10.5). */
export function asksForBackup(productVersion: string): boolean {
  return isAtLeast(productVersion, productVersion.startsWith('15.') ? [15, 7, 1] : [16, 1]);
}

export function isAtLeast(version: string, wanted: readonly number[]): boolean {
  const parts = version.split('.').map(Number);
  for (const [index, number] of wanted.entries()) {
    const part = parts[index] ?? 0;
    if (part !== number) return part > number;
  }
  return true;
}
