import { createHash } from 'node:crypto';

/**
 * Where a file of a domain lies on the phone, below the mounted snapshot: what the phone tells as "device name" of an
 * upload. For information only; hosts must not use it (protocol reference 4.4).
 */
export class DevicePaths {
  readonly #mount: string;
  readonly #roots = new Map<string, string>();

  /** `number`: of the snapshot's mount point, which changes from backup to backup. */
  constructor(number: number) {
    this.#mount = `/.b/${number}`;
  }

  of(domain: string, relativePath: string): string {
    let root = this.#roots.get(domain);
    if (root === undefined) {
      root = `${this.#mount}/${rootOf(domain)}`;
      this.#roots.set(domain, root);
    }
    return relativePath === '' ? root : `${root}/${relativePath}`;
  }

  /** A file that the backup agent itself makes. */
  own(name: string): string {
    return `${this.#mount}/mobile/Library/Backup/${name}`;
  }
}

const CONTAINERS: readonly (readonly [prefix: string, folder: string])[] = [
  ['AppDomainGroup-', 'Shared/AppGroup'],
  ['AppDomainPlugin-', 'Data/PluginKitPlugin'],
  ['AppDomain-', 'Data/Application'],
  ['SysSharedContainerDomain-', 'Shared/SystemGroup'],
  ['SysContainerDomain-', 'Data/System'],
];

const ROOTS: Readonly<Record<string, string>> = {
  RootDomain: 'root',
  WirelessDomain: 'wireless',
  KeychainDomain: 'Keychains',
  SystemPreferencesDomain: 'preferences',
  DatabaseDomain: 'db',
  InstallDomain: 'installd',
  ManagedPreferencesDomain: 'Managed Preferences/mobile',
};

function rootOf(domain: string): string {
  for (const [prefix, folder] of CONTAINERS) {
    if (!domain.startsWith(prefix)) continue;
    return `mobile/Containers/${folder}/${containerId(domain)}`;
  }
  return ROOTS[domain] ?? 'mobile';
}

/** The name of a container's folder: a UUID, the same for the same container. */
export function containerId(name: string): string {
  const hex = createHash('sha1').update(name).digest('hex').toUpperCase();
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
