import { randomUUID } from 'node:crypto';
import { writeClassedKey } from '../../../engine/formats/index.ts';
import { encodePlist, type PlistDict } from '../../../engine/formats/plist/index.ts';
import type { SimulatedPhone } from '../../phone.ts';
import { containerId } from './device-paths.ts';

/** Status.plist as the phone writes it at each step (protocol reference 6.2). */
export function statusPlist(state: string, facts: { readonly isFull: boolean; readonly uuid: string }): Buffer {
  return encodePlist(
    {
      UUID: facts.uuid,
      Date: new Date(),
      BackupState: 'new',
      IsFullBackup: facts.isFull,
      SnapshotState: state,
      Version: '3.3',
    },
    'binary',
  );
}

export const newRunId = (): string => randomUUID().toUpperCase();

export interface ManifestKeys {
  /** BackupKeyBag: there in unencrypted backups too. */
  readonly bag: Buffer;
  /** Of Manifest.db; null in unencrypted backups. */
  readonly manifestKey: { readonly classId: number; readonly wrapped: Buffer } | null;
}

/** Manifest.plist (protocol reference 6.3, backup format reference 1.6). */
export function manifestPlist(phone: SimulatedPhone, keys: ManifestKeys): Buffer {
  const { identity, state } = phone;
  return encodePlist(
    {
      Version: '10.0',
      Date: new Date(),
      SystemDomainsVersion: '24.0',
      IsEncrypted: keys.manifestKey !== null,
      WasPasscodeSet: state.passcodeSet,
      Lockdown: {
        ProductVersion: identity.productVersion,
        ProductType: identity.productType,
        BuildVersion: identity.buildVersion,
        UniqueDeviceID: identity.udid,
        SerialNumber: identity.serialNumber,
        DeviceName: identity.name,
        'com.apple.MobileDeviceCrashCopy': {},
        'com.apple.TerminalFlashr': {},
        'com.apple.mobile.data_sync': {},
        'com.apple.mobile.iTunes.accessories': {},
        'com.apple.mobile.wireless_lockdown': { EnableWifiConnections: state.wifiConnectionsEnabled },
        'com.apple.Accessibility': {},
      },
      Applications: containersOf(phone),
      BackupKeyBag: keys.bag,
      ...(keys.manifestKey === null
        ? {}
        : { ManifestKey: writeClassedKey(keys.manifestKey.classId, keys.manifestKey.wrapped) }),
    },
    'binary',
  );
}

/** Every container: apps, their groups and their plug-ins. */
function containersOf(phone: SimulatedPhone): PlistDict {
  const containers: Record<string, PlistDict> = {};
  const add = (id: string, version: string, contentClass: string, folder: string): void => {
    containers[id] = {
      CFBundleIdentifier: id,
      CFBundleVersion: version,
      ContainerContentClass: contentClass,
      Path: folder,
    };
  };
  for (const { bundleId, version, name, groups, plugins } of phone.content.apps) {
    const app = `/var/containers/Bundle/Application/${containerId(bundleId)}/${name.replaceAll('/', ':')}.app`;
    add(bundleId, version, 'Data/Application', app);
    for (const group of groups) {
      add(group, version, 'Shared/AppGroup', `/var/mobile/Containers/Shared/AppGroup/${containerId(group)}`);
    }
    for (const plugin of plugins) add(plugin, version, 'Data/PluginKitPlugin', `${app}/PlugIns/${plugin}.appex`);
  }
  return containers;
}
