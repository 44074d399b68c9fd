import type { Backup } from '../../source/types.ts';
import type { Reading } from '../reading.ts';

/** Apps that the owner installed, and what they keep in the backup (reference 5.6). */
export interface App {
  /** The bundle id. */
  readonly id: string;
  /** As the App Store calls it; null for apps that are not from there, or where the computer did not write it down. */
  readonly name: string | null;
  readonly version: string | null;
  /** Files of its own container, its extensions and the groups that are surely its own. */
  readonly files: number;
  /** As stored; null where that is not known without looking at each file. */
  readonly bytes: number | null;
  /** Of these, documents: what the owner made with it. Null as above. */
  readonly documentBytes: number | null;
  /** Domains that were counted. */
  readonly domains: readonly string[];
}

export async function readApps(backup: Backup): Promise<Reading<App> & { readonly isPresent: boolean }> {
  const { installedApps, apps } = backup.facts;
  if (installedApps === null) {
    const reason = 'the computer that made this backup did not write down which apps were installed';
    return { items: [], isPresent: false, unreadable: [{ what: 'Info.plist', reason }] };
  }
  const domains = backup.domains();
  const owners = new Map(domains.map(({ domain }) => [domain, ownerOf(domain, installedApps)]));
  const items = installedApps.map((id): App => {
    const own = domains.filter(({ domain }) => owners.get(domain) === id);
    let bytes: number | null = 0;
    for (const one of own) bytes = bytes === null || one.bytes === null ? null : bytes + one.bytes;
    return {
      id,
      name: apps.get(id)?.name ?? null,
      version: apps.get(id)?.version ?? null,
      files: own.reduce((sum, one) => sum + one.files, 0),
      bytes,
      documentBytes: documentBytes(backup, id),
      domains: own.map(({ domain }) => domain),
    };
  });
  return { items, isPresent: true, unreadable: [] };
}

/** The app whose id is the longest beginning of the container's; null where that is nobody's, or several could be meant. */
function ownerOf(domain: string, apps: readonly string[]): string | null {
  const place = /^AppDomain(Plugin|Group)?-(?:[A-Z0-9]{10}\.)?(?:group\.)?(.+)$/.exec(domain)?.[2];
  if (place === undefined) return null;
  let best: string | null = null;
  for (const id of apps) {
    const isPart = place === id || place.startsWith(`${id}.`) || place.startsWith(`${id}-`);
    if (isPart && (best === null || id.length > best.length)) best = id;
  }
  return best;
}

function documentBytes(backup: Backup, id: string): number | null {
  let bytes = 0;
  for (const file of backup.files({ domain: `AppDomain-${id}`, under: 'Documents' })) {
    if (file.kind !== 'file') continue;
    if (file.sizeBytes === null) return null;
    bytes += file.sizeBytes;
  }
  return bytes;
}
