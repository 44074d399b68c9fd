import { basename } from 'node:path';
import { z } from 'zod';
import { type VaultView, vaultView } from '../../../../shared/contract/procedures/index.ts';
import { describeVolume } from '../../platform/index.ts';
import { openDamage, type SnapshotList, type Vault } from '../../vault/index.ts';
import { newestMark } from '../summaries.ts';
import type { ServiceParts } from './parts.ts';

/** Vaults as their owner sees them. What costs a walk over the whole disk is counted beside, and told when it is known. */

const DAY_MS = 24 * 60 * 60_000;
/** So many of the newest versions say what a usual one adds. */
const USUAL_OF = 7;
/** Counting all bytes again more often than this helps nobody. */
const COUNT_AGAIN_MS = 10 * 60_000;
const MOST_MONTHS = 120;

const slowFacts = z.object({ bytes: z.number(), coverage: z.number(), at: z.number(), generation: z.number() });

export class VaultViews {
  readonly #parts: ServiceParts;
  readonly #counting = new Set<string>();

  constructor(parts: ServiceParts) {
    this.#parts = parts;
  }

  async all(): Promise<readonly VaultView[]> {
    const ids = await this.#parts.vaults.ids();
    const main = await this.#parts.vaults.main();
    return await Promise.all(ids.map((id) => this.#of(id, id === main)));
  }

  async #of(id: string, isMain: boolean): Promise<VaultView> {
    const { vaults, library } = this.#parts;
    const key = `view ${id}`;
    try {
      const view = await vaults.use(id, (vault) => this.#view(vault, isMain));
      library.cache(key, view);
      return view;
    } catch {
      const known = vaultView.safeParse(library.cached(key));
      const memory = vaults.memory(id);
      const path = await vaults.lastPath(id);
      const offline = { isOnline: false, isMain, lastSeenAt: memory?.lastSeenAt ?? null };
      if (known.success) return { ...known.data, ...offline, name: memory?.name ?? known.data.name };
      return {
        ...offline,
        id,
        name: memory?.name ?? nameOf(path),
        path,
        isReadOnly: false,
        isCopy: false,
        bytes: null,
        backups: 0,
        phones: 0,
        coverage: null,
        damagedBackups: 0,
        lastVerifiedAt: null,
        destination: null,
        readErrors: 0,
        roomForBackups: null,
        roomForMonths: null,
      };
    }
  }

  async #view(vault: Vault, isMain: boolean): Promise<VaultView> {
    const { vaults } = this.#parts;
    const list = await vault.snapshots();
    const [volume, space] = await Promise.all([describeVolume(vault.dir, { detail: 'quick' }), vault.space()]);
    const slow = this.#slow(vault);
    const memory = vaults.memory(vault.id);
    const usual = usualOf(list);
    const roomForBackups = usual === null ? null : Math.floor(space.freeBytes / Math.max(1, usual));
    const perDay = backupsPerDay(list);
    const verified = list.snapshots.flatMap((one) => {
      const mark = newestMark(one.id, list.events);
      return mark?.ok === true && mark.level !== 'structure' ? [mark.at] : [];
    });
    const damaged = new Set(openDamage(list.events).flatMap((event) => event.record ?? []));
    const listed = new Set(list.snapshots.map((one) => one.id));
    return {
      id: vault.id,
      name: memory?.name ?? nameOf(vault.dir),
      path: vault.dir,
      isMain,
      isOnline: true,
      isReadOnly: vault.isReadOnly,
      isCopy: false,
      bytes: slow?.bytes ?? null,
      backups: list.snapshots.length,
      phones: new Set(list.snapshots.map((one) => one.record.udid)).size,
      coverage: slow?.coverage ?? null,
      damagedBackups: [...damaged].filter((one) => listed.has(one)).length,
      lastSeenAt: new Date().toISOString(),
      lastVerifiedAt:
        verified
          .map((at) => new Date(at).toISOString())
          .sort()
          .at(-1) ?? null,
      destination: {
        volumeId: volume.id,
        fileSystem: volume.fileSystem,
        attachment: volume.attachment,
        readOnly: volume.readOnly,
        reflink: volume.reflink,
        encryptedAtRest: volume.encrypted,
        timeMachine: volume.timeMachine,
        freeBytes: space.freeBytes,
        totalBytes: space.totalBytes,
      },
      readErrors: readErrorsOf(list),
      roomForBackups,
      roomForMonths:
        roomForBackups === null || perDay === null ? null : Math.min(MOST_MONTHS, roomForBackups / perDay / 30),
    };
  }

  /** Bytes and coverage as last counted; counts them again, beside everything else, when they may have changed. */
  #slow(vault: Vault): z.infer<typeof slowFacts> | null {
    const { vaults, library, events } = this.#parts;
    const key = `slow ${vault.id}`;
    const known = slowFacts.safeParse(library.cached(key));
    const generation = vaults.generation(vault.id);
    const isFresh =
      known.success && known.data.generation === generation && Date.now() - known.data.at < COUNT_AGAIN_MS;
    if (!isFresh && !this.#counting.has(vault.id)) {
      this.#counting.add(vault.id);
      vaults
        .use(vault.id, async (open) => {
          const bytes = await open.usedBytes();
          const { share } = await open.scrubCoverage();
          library.cache(key, { bytes, coverage: share, at: Date.now(), generation });
        })
        .then(
          () => events.changed('vaults'),
          // It is counted the next time.
          () => undefined,
        )
        .finally(() => this.#counting.delete(vault.id));
    }
    return known.success ? known.data : null;
  }
}

/** Damage that a reading of the bytes met, in thirty days. */
function readErrorsOf({ events }: SnapshotList): number {
  const since = Date.now() - 30 * DAY_MS;
  const files = events.flatMap((event) =>
    event.kind === 'damaged' && Date.parse(event.at) >= since ? [...event.files] : [],
  );
  return new Set(files).size;
}

function usualOf({ snapshots }: SnapshotList): number | null {
  const added = snapshots
    .filter((one) => one.record.parent !== null)
    .slice(-USUAL_OF)
    .map((one) => one.record.newBytes)
    .sort((a, b) => a - b);
  return added.length < 2 ? null : (added[Math.floor(added.length / 2)] ?? null);
}

function backupsPerDay({ snapshots }: SnapshotList): number | null {
  const times = snapshots.slice(-20).map((one) => Date.parse(one.record.finished));
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined || times.length < 5) return null;
  return Math.max(0.1, (times.length - 1) / Math.max(1, (last - first) / DAY_MS));
}

/** What a first backup may need: the largest phone that was seen and has none yet, as far as phones told. */
export function firstBackupBytes({ library }: ServiceParts): number | null {
  const used = library.phones().flatMap((one) => one.usedBytes ?? []);
  return used.length === 0 ? null : Math.max(...used);
}

/** What a usual day adds, from versions there are. */
export async function usualBytes({ vaults }: ServiceParts): Promise<number | null> {
  const main = await vaults.main();
  if (main === null) return null;
  return vaults.use(main, async (vault) => usualOf(await vault.snapshots())).catch(() => null);
}

/** The folder is often just called "Backstop": the disk or folder that holds it says more. */
function nameOf(path: string): string {
  const parts = path.split(/[\\/]/).filter((part) => part !== '');
  const own = basename(path);
  const above = parts.at(-2);
  return /^(backstop|vault)$/i.test(own) && above !== undefined && !above.startsWith('.') ? above : own;
}
