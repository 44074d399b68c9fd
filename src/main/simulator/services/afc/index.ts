import { isBackstopError } from '../../../../shared/errors/index.ts';
import type { SimulatedPhone } from '../../phone.ts';
import type { PhoneService, ServiceConnection } from '../types.ts';
import { AfcFaults } from './faults.ts';
import { readAfcRequest } from './packets.ts';
import { AfcSession } from './session.ts';

/**
 * Apple File Conduit on the media folder. Fault `afc-lock-busy` (option `ms`): another sync holds the sync lock, so
 * that every lock is answered with status 19, for that long or until faults are cleared. Others: `faults.ts`.
 */
export function createAfc(phone: SimulatedPhone): PhoneService {
  const faults = new AfcFaults();
  return {
    name: 'com.apple.afc',
    serve: (connection) => serveFiles(connection, phone, faults),
    armFault(fault) {
      if (faults.arm(fault)) return true;
      if (fault.kind !== 'afc-lock-busy') return false;
      const ms = fault.options['ms'] ?? null;
      if (ms !== null && (typeof ms !== 'number' || ms < 0)) throw new Error('"ms" must be a number of milliseconds');
      phone.media.lockBusy = true;
      if (ms !== null) setTimeout(() => unlock(phone), ms).unref();
      return true;
    },
    clearFaults: () => {
      faults.clear();
      unlock(phone);
    },
  };
}

function unlock(phone: SimulatedPhone): void {
  phone.media.lockBusy = false;
}

async function serveFiles(
  { wire, signal }: ServiceConnection,
  phone: SimulatedPhone,
  faults: AfcFaults,
): Promise<void> {
  const session = new AfcSession(phone, faults);
  try {
    for (;;) {
      if (await wire.atEnd({ signal })) return;
      const request = await readAfcRequest(wire, { signal });
      if (request === null) return;
      await wire.write(session.reply(request), { signal });
    }
  } catch (error) {
    if (!isBackstopError(error, 'device/connection-lost')) throw error;
  } finally {
    session.close();
  }
}
