import { arrayOf, dictOf, type PlistDict, PlistReal, stringAt, valueAt } from '../../engine/formats/plist/index.ts';
import type { JsonObject } from '../json.ts';
import type { SimulatedPhone } from '../phone.ts';
import type { PhoneService, ServiceConnection } from '../services/types.ts';
import { BackupRun } from './backup-run.ts';
import { BackupFaults } from './faults.ts';
import { ConversationOver, HostLink } from './host-link.ts';
import { KeyRing } from './key-ring.ts';
import { RestoreRun } from './restore-run.ts';

/**
 * com.apple.mobilebackup2: the phone's own backup program. It drives the host; after its greeting the host makes one
 * request and then only answers (device protocols 4 and 5).
 */
const DEVICE_LINK_MAJOR = 400;
const PROTOCOL_VERSION = 2.1;

/** Error numbers of the phone (device protocols 4.10). */
const ERROR = { general: 1, managed: 22, password: 207, locked: 208 } as const;

export function createBackupService(options: { readonly kdfIterations: number }): PhoneService {
  const faults = new BackupFaults();
  const keys = new KeyRing(options.kdfIterations);
  /** Stored sizes of what the host should hold, from the last good backup. */
  const storedSizes = new Map<string, number>();
  const reports: JsonObject[] = [];
  let lastRestore: JsonObject | null = null;

  async function serve(connection: ServiceConnection, phone: SimulatedPhone): Promise<void> {
    const link = new HostLink(connection.wire, connection.signal, faults);
    try {
      await greet(link);
      for (;;) {
        const [name, body] = await link.receive();
        if (name === 'DLMessageDisconnect') return;
        const request = dictOf(body);
        if (name !== 'DLMessageProcessMessage' || request === undefined) {
          link.complain(`expected a request, got ${String(name)}`);
          return;
        }
        await answer(request, link, connection, phone);
      }
    } catch (error) {
      if (!(error instanceof ConversationOver)) throw error;
      phone.events.record('backup.over', { reason: error.message });
    } finally {
      for (const complaint of link.complaints) phone.events.record('backup.complaint', { complaint });
    }
  }

  async function answer(
    request: PlistDict,
    link: HostLink,
    connection: ServiceConnection,
    phone: SimulatedPhone,
  ): Promise<void> {
    const kind = stringAt(request, 'MessageName') ?? '';
    phone.events.record('backup.request', { kind });
    switch (kind) {
      case 'Backup': {
        const run = new BackupRun({ phone, link, faults, keys, storedSizes, connection });
        reports.push(await run.run(request));
        return;
      }
      case 'ChangePassword':
        return await changePassword(request, link, connection, phone);
      case 'Restore': {
        const run = new RestoreRun({ phone, link, connection });
        lastRestore = await run.run(request);
        return;
      }
      default:
        // Info, List, Unback and Extract no longer work on any iOS since 10; erasing is not offered at all.
        await link.finish(ERROR.general, `${kind} is not offered (MBErrorDomain/${ERROR.general})`);
    }
  }

  async function changePassword(
    request: PlistDict,
    link: HostLink,
    connection: ServiceConnection,
    phone: SimulatedPhone,
  ): Promise<void> {
    const before = stringAt(request, 'OldPassword') ?? null;
    const after = stringAt(request, 'NewPassword') ?? null;
    const passcode = await phone.askPasscode('backup password', connection.signal);
    if (passcode !== 'ok') return await link.finish(ERROR.locked, `Device locked (MBErrorDomain/${ERROR.locked})`);
    if (phone.state.requiresEncryption && after === null) {
      return await link.finish(ERROR.managed, `Encryption is required (MBErrorDomain/${ERROR.managed})`);
    }
    if (phone.state.backupPassword !== null && before !== phone.state.backupPassword) {
      return await link.finish(ERROR.password, `Invalid password (MBErrorDomain/${ERROR.password})`);
    }
    phone.setBackupPassword(after);
    if (faults.take('drop-after-change') !== null) throw new ConversationOver('fault: drop after the change');
    await link.finish(0);
  }

  return {
    name: 'com.apple.mobilebackup2',
    needsUnlock: true,
    serve,
    armFault: (fault) => faults.arm(fault),
    clearFaults: () => faults.clear(),
    report: () => ({ backups: reports.slice(-20), restore: lastRestore, armedFaults: faults.count }),
  };
}

async function greet(link: HostLink): Promise<void> {
  await link.send(['DLMessageVersionExchange', DEVICE_LINK_MAJOR, 0]);
  const [name, verdict] = await link.receive();
  if (name !== 'DLMessageVersionExchange' || verdict !== 'DLVersionsOk')
    throw new ConversationOver('no common DeviceLink version');
  await link.send(['DLMessageDeviceReady']);
  const [, body] = await link.receive();
  const hello = dictOf(body);
  const versions = arrayOf(valueAt(hello, 'SupportedProtocolVersions')) ?? [];
  if (versions.length === 0 || !versions.every((version) => version instanceof PlistReal))
    link.complain('the versions of Hello are no reals');
  await link.send([
    'DLMessageProcessMessage',
    { MessageName: 'Response', ErrorCode: 0, ProtocolVersion: new PlistReal(PROTOCOL_VERSION) },
  ]);
}
