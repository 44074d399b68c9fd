import { boolAt, dictAt, type PlistDict, stringAt } from '../../engine/formats/plist/index.ts';
import type { SimulatedPhone } from '../phone.ts';
import type { ServiceConnection } from '../services/types.ts';
import type { ConversationRecord } from './record.ts';

const PREFIX = 'com.apple.itunes-mobdev.';

/**
 * Judges what a good host does around a backup or restore (protocol reference 5.1): the lock, the notifications before
 * the request, and afterwards that both are taken back.
 */
export function watchManners(
  record: ConversationRecord,
  phone: SimulatedPhone,
  connection: ServiceConnection,
  request: PlistDict,
): void {
  record.check('the service is started with the escrow bag', connection.escrowed);
  const name = stringAt(request, 'MessageName');
  if (name !== 'Backup' && name !== 'Restore') return;
  record.check('the sync lock is held when the request comes', phone.media.syncLockHeld);
  const posted = postedSinceLastSync(phone);
  for (const notification of ['syncWillStart', 'syncLockRequest', 'syncDidStart']) {
    record.check(`${notification} is posted before the request`, posted.includes(`${PREFIX}${notification}`));
  }
  if (name === 'Restore') {
    record.facts['reboots'] = boolAt(dictAt(request, 'Options'), 'RestoreShouldReboot') ?? true;
  }
  const before = phone.notifications.postedByHosts.length;
  record.atReport(() => {
    const after = phone.notifications.postedByHosts.slice(before);
    record.check('syncDidFinish is posted at the end', after.includes(`${PREFIX}syncDidFinish`));
    record.check('the sync lock is given back at the end', !phone.media.syncLockHeld || phone.media.lockBusy);
  });
}

function postedSinceLastSync(phone: SimulatedPhone): readonly string[] {
  const posted = phone.notifications.postedByHosts;
  return posted.slice(posted.lastIndexOf(`${PREFIX}syncDidFinish`) + 1);
}
