import { type PlistDict, stringAt } from '../../engine/formats/plist/index.ts';
import type { SimulatedPhone } from '../phone.ts';
import { askPasscode, isAtLeast } from './backup/passcode.ts';
import { AgentFailure } from './endings.ts';
import type { AgentLink } from './protocol/agent-link.ts';

/** Every change of the backup password asks for the passcode since iOS 13. */
const ASKS_SINCE = [13];

/**
 * Turns backup encryption on (new password only), off (old only) or changes the password (protocol reference 5.6). The
 * next backup is a full one, because its key bag is another.
 */
export async function changePassword(link: AgentLink, phone: SimulatedPhone, request: PlistDict): Promise<void> {
  const before = passwordIn(request, 'OldPassword');
  const after = passwordIn(request, 'NewPassword');
  const wanted = after === null ? 'off' : before === null ? 'on' : 'change';
  link.record.facts['change'] = wanted;
  if (before === null && after === null) throw new AgentFailure(1, 'Neither an old nor a new password');
  const { identity, state } = phone;
  if (isAtLeast(identity.productVersion, ASKS_SINCE)) await askPasscode(link, phone, 'backup password');
  if (before !== state.backupPassword) throw new AgentFailure(207, 'Invalid password');
  if (after === null && state.requiresEncryption) {
    throw new AgentFailure(22, 'Backup encryption is required by a configuration profile');
  }
  phone.setBackupPassword(after);
}

/** An empty password is none: that is how some hosts leave one out. */
function passwordIn(request: PlistDict, key: string): string | null {
  const text = stringAt(request, key) ?? '';
  return text === '' ? null : text;
}
