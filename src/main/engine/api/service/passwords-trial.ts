import { sameUdid } from '../../device/index.ts';
import { keybagFingerprint, parseKeybag, readManifestPlist, unlockKeybag } from '../../formats/index.ts';
import type { Snapshot, Vault } from '../../vault/index.ts';
import type { VaultsPart } from './parts.ts';

export interface PasswordTrial {
  /** Did it open the newest encrypted version that is here? Null: there is none. */
  readonly fits: boolean | null;
  /** Versions whose key bag it opens, and those whose key bag it does not. */
  readonly opens: number;
  readonly otherVersions: number;
}

const MAX_PLIST_BYTES = 64 * 1024 * 1024;
/** Each key bag costs seconds. A phone makes a new one when its password changes or a backup starts anew. */
const MOST_KEYBAGS = 6;

interface Candidate {
  readonly vault: string;
  readonly id: string;
  readonly finishedAt: string;
}

/** Tries a password on the versions of a phone, newest first: their key bags, which is what a password opens. */
export async function tryPassword(
  vaults: Pick<VaultsPart, 'ids' | 'isOnline' | 'use'>,
  udid: string | null,
  password: string,
): Promise<PasswordTrial> {
  const verdicts = new Map<string, boolean>();
  let fits: boolean | null = null;
  let opens = 0;
  let otherVersions = 0;
  for (const candidate of await candidatesOf(vaults, udid)) {
    const keybag = await vaults.use(candidate.vault, (vault) => keybagOf(vault, candidate.id)).catch(() => null);
    if (keybag === null) continue;
    const bag = parseKeybag(keybag);
    const fingerprint = keybagFingerprint(bag);
    let isOpen = verdicts.get(fingerprint);
    if (isOpen === undefined) {
      if (verdicts.size >= MOST_KEYBAGS) continue;
      const result = await unlockKeybag(bag, password);
      if (result.kind === 'unlocked') result.kek.fill(0);
      isOpen = result.kind === 'unlocked';
      verdicts.set(fingerprint, isOpen);
    }
    fits ??= isOpen;
    if (isOpen) opens += 1;
    else otherVersions += 1;
  }
  return { fits, opens, otherVersions };
}

/** The first of these that opens one version; null: none does. */
export async function fittingOne(
  vaults: Pick<VaultsPart, 'use'>,
  version: { readonly vault: string; readonly id: string },
  passwords: readonly string[],
): Promise<string | null> {
  const keybag = await vaults.use(version.vault, (vault) => keybagOf(vault, version.id));
  if (keybag === null) return passwords[0] ?? null;
  const bag = parseKeybag(keybag);
  for (const password of passwords) {
    const result = await unlockKeybag(bag, password);
    if (result.kind !== 'unlocked') continue;
    result.kek.fill(0);
    return password;
  }
  return null;
}

/** Does it open any version of any phone? For unlocking: the first one that fits is enough. */
export async function opensAny(
  vaults: Pick<VaultsPart, 'ids' | 'isOnline' | 'use'>,
  password: string,
): Promise<boolean> {
  const tried = new Set<string>();
  for (const candidate of await candidatesOf(vaults, null)) {
    if (tried.size >= MOST_KEYBAGS) return false;
    const keybag = await vaults.use(candidate.vault, (vault) => keybagOf(vault, candidate.id)).catch(() => null);
    if (keybag === null) continue;
    const bag = parseKeybag(keybag);
    const fingerprint = keybagFingerprint(bag);
    if (tried.has(fingerprint)) continue;
    tried.add(fingerprint);
    const result = await unlockKeybag(bag, password);
    if (result.kind === 'unlocked') {
      result.kek.fill(0);
      return true;
    }
  }
  return false;
}

async function candidatesOf(
  vaults: Pick<VaultsPart, 'ids' | 'isOnline' | 'use'>,
  udid: string | null,
): Promise<readonly Candidate[]> {
  const found: Candidate[] = [];
  for (const vault of await vaults.ids()) {
    if (!(await vaults.isOnline(vault))) continue;
    const snapshots = await vaults.use(vault, async (open) => (await open.snapshots()).snapshots).catch(() => []);
    for (const { id, record } of snapshots as readonly Snapshot[]) {
      if (!record.encrypted || (udid !== null && !sameUdid(record.udid, udid))) continue;
      found.push({ vault, id, finishedAt: record.finished });
    }
  }
  return found.sort((a, b) => (a.finishedAt < b.finishedAt ? 1 : -1));
}

async function keybagOf(vault: Vault, id: string): Promise<Uint8Array | null> {
  await using view = await vault.view(await vault.resolve(id));
  const top = view.top('Manifest.plist');
  if (top === null) return null;
  return readManifestPlist(await view.readWhole(top, MAX_PLIST_BYTES)).keybag ?? null;
}
