import {
  type BackupRow,
  type CleanupBrief,
  type PhoneView,
  udid,
  type VaultView,
} from '../../../../shared/contract/procedures/index.ts';
import { fenceOf, type HealthVersion, healthOf } from '../../../../shared/rules/health/index.ts';
import { productName } from '../../backup/index.ts';
import type { PhoneMemory } from './parts.ts';
import { type LivePhone, phoneKey } from './phones-live.ts';

/** Everything that is known of phones, from wherever it is known. */
export interface PhoneSources {
  readonly live: readonly LivePhone[];
  readonly memories: readonly PhoneMemory[];
  readonly backups: readonly BackupRow[];
  readonly vaults: readonly VaultView[];
  readonly running: (udid: string) => { readonly percent: number | null; readonly wantsPasscode: boolean } | null;
  readonly password: (udid: string) => Promise<'keychain' | 'memory' | 'none'>;
  readonly cleanup: (udid: string) => CleanupBrief | null;
  readonly limitDays: number;
  readonly timeZone: string;
  readonly now: Date;
}

/** One list: those that are here first, then by name. */
export async function phoneViews(sources: PhoneSources): Promise<PhoneView[]> {
  const udids = new Map<string, string>();
  for (const one of [...sources.live, ...sources.memories, ...sources.backups]) {
    if (udid.safeParse(one.udid).success && !udids.has(phoneKey(one.udid))) udids.set(phoneKey(one.udid), one.udid);
  }
  const views = await Promise.all([...udids.values()].map((one) => phoneView(one, sources)));
  return views.sort((a, b) => Number(b.isConnected) - Number(a.isConnected) || a.name.localeCompare(b.name));
}

async function phoneView(id: string, sources: PhoneSources): Promise<PhoneView> {
  const isIt = (one: { readonly udid: string }): boolean => phoneKey(one.udid) === phoneKey(id);
  const live = sources.live.find(isIt) ?? null;
  const memory = sources.memories.find(isIt) ?? null;
  const backups = sources.backups.filter(isIt).sort((a, b) => (a.finishedAt < b.finishedAt ? 1 : -1));
  const [newest] = backups;
  const facts = live?.facts ?? null;
  const productType = facts?.productType ?? memory?.productType ?? null;
  const encrypted = facts?.encrypted ?? memory?.encrypted ?? null;
  const versions = backups.map(versionOf);
  const seen = live !== null ? sources.now.toISOString() : (memory?.lastSeenAt ?? null);
  const pairing = pairingOf(live);
  const health = healthOf(
    {
      versions,
      running: sources.running(id),
      lastFailure: memory?.lastFailure ?? null,
      isConnected: live !== null,
      connections: live?.connections ?? [],
      pairing,
      lastSeenAt: seen,
      encrypted,
      disk: diskOf(sources.vaults, newest),
      limitDays: sources.limitDays,
    },
    sources.now,
  );
  const verifiedAt = backups.flatMap(({ verified }) => (verified?.ok === true ? [verified.at] : [])).sort();
  return {
    udid: id,
    name: nameOf(live, memory, newest),
    productType,
    model: productType === null ? null : productName(productType),
    ios: facts?.productVersion ?? memory?.ios ?? newest?.ios ?? null,
    capacityBytes: facts?.capacityBytes ?? memory?.capacityBytes ?? null,
    usedBytes: facts?.usedBytes ?? memory?.usedBytes ?? null,
    isConnected: live !== null,
    isDemo: live?.isDemo ?? memory?.isDemo ?? false,
    connections: [...(live?.connections ?? [])],
    pairing,
    encrypted,
    password: { kept: await sources.password(id), testedAt: memory?.passwordTestedAt ?? null },
    batteryPercent: facts?.batteryPercent ?? null,
    isCharging: facts?.isCharging ?? null,
    lastSeenAt: seen,
    backups: backups.length,
    newest:
      newest === undefined
        ? null
        : {
            vault: newest.vault,
            snapshot: newest.id,
            finishedAt: newest.finishedAt,
            verified: newest.verified,
          },
    lastVerifiedAt: verifiedAt.at(-1) ?? null,
    lastFailure: memory?.lastFailure ?? null,
    health,
    next: { reason: 'off', at: null },
    cleanup: sources.cleanup(id),
    fence: fenceOf(versions, sources.now, sources.timeZone),
  };
}

function versionOf(row: BackupRow): HealthVersion {
  const { finishedAt, encrypted, verified } = row;
  return { finishedAt, encrypted, verified, isDamaged: row.damage !== null };
}

/** Asked and silent is locked where the phone tells strangers its name; else nothing is known. */
function pairingOf(live: LivePhone | null): PhoneView['pairing'] {
  const facts = live?.facts ?? null;
  if (facts === null) return 'unknown';
  if (facts.paired !== null) return facts.paired ? 'paired' : 'not-paired';
  return facts.name === null ? 'unknown' : 'locked';
}

function nameOf(live: LivePhone | null, memory: PhoneMemory | null, newest: BackupRow | undefined): string {
  const names = [memory?.ownName, live?.facts?.name, memory?.name, newest?.name];
  return names.find((name) => name != null && name !== '') ?? 'iPhone';
}

/** Where its newest version is; before there is one, where it would be. */
function diskOf(vaults: readonly VaultView[], newest: BackupRow | undefined) {
  const vault = vaults.find((one) => one.id === newest?.vault) ?? vaults.find((one) => one.isMain);
  if (vault === undefined) return null;
  return { name: vault.name, isOnline: vault.isOnline, room: vault.roomForBackups };
}
