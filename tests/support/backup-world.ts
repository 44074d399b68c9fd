import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BackupDone, type BackupRun, runBackup } from '../../src/main/engine/backup/index.ts';
import {
  listPhones,
  muxEndpoint,
  openPhone,
  type Phone,
  PhoneLink,
  pairPhone,
  pairRecordFolder,
} from '../../src/main/engine/device/index.ts';
import {
  decryptManifestDb,
  type ManifestRow,
  openClassedKey,
  openManifestDb,
  parseKeybag,
  readManifestPlist,
  unlockKeybag,
} from '../../src/main/engine/formats/index.ts';
import { type Snapshot, Vault, type VaultOptions } from '../../src/main/engine/vault/index.ts';

type VaultIo = NonNullable<VaultOptions['io']>;

import type { Notice, Progress } from '../../src/shared/contract/index.ts';

/** A vault, this computer's state and a paired phone, for tests of whole backups. */
export class BackupWorld implements AsyncDisposable {
  readonly dir: string;
  readonly stateDir: string;
  readonly vaultDir: string;
  readonly notices: Notice[] = [];
  readonly progress: Progress[] = [];
  #address: string;
  #vault: Promise<Vault> | null = null;

  readonly #io: VaultIo | undefined;

  constructor(address: string, options: { readonly io?: VaultIo } = {}) {
    this.#address = address;
    this.#io = options.io;
    this.dir = mkdtempSync(join(tmpdir(), 'backstop-world-'));
    this.stateDir = join(this.dir, 'state');
    this.vaultDir = join(this.dir, 'vault');
  }

  get #endpoint() {
    return muxEndpoint({ USBMUXD_SOCKET_ADDRESS: this.#address });
  }

  get #store() {
    return pairRecordFolder(join(this.stateDir, 'pairing'));
  }

  async pair(): Promise<void> {
    const [phone] = await listPhones(this.#endpoint);
    const entry = phone?.entries[0];
    if (entry === undefined) throw new Error('no phone');
    await pairPhone(new PhoneLink(this.#endpoint, entry), this.#store);
  }

  openPhone(): Promise<Phone> {
    return openPhone({ udid: null, endpoint: this.#endpoint, store: this.#store });
  }

  vault(): Promise<Vault> {
    this.#vault ??= Vault.openOrCreate(this.vaultDir, {
      cacheDir: join(this.stateDir, 'cache'),
      stateDir: this.stateDir,
      ...(this.#io === undefined ? {} : { io: this.#io }),
    });
    return this.#vault;
  }

  /** One backup, with everything heard on the way in `notices` and `progress`. */
  async backup(
    run: Partial<Omit<BackupRun, 'phone' | 'vault' | 'stateDir'>> & { readonly signal?: AbortSignal } = {},
  ): Promise<BackupDone> {
    const { signal, ...rest } = run;
    this.notices.length = 0;
    this.progress.length = 0;
    await using phone = await this.openPhone();
    return await runBackup(
      { phone, vault: await this.vault(), stateDir: this.stateDir, ...rest },
      {
        signal,
        onNotice: (notice) => this.notices.push(notice),
        onProgress: (progress) => this.progress.push(progress),
      },
    );
  }

  async snapshots(): Promise<readonly Snapshot[]> {
    return (await (await this.vault()).snapshots()).snapshots;
  }

  /** File id → SHA-256 of the stored bytes, and the names of everything else. */
  async contentOf(snapshot: Snapshot): Promise<{ files: Map<string, string>; tops: string[] }> {
    await using view = await (await this.vault()).view(snapshot);
    const files = new Map<string, string>();
    for (const entry of [...view.entries()]) {
      const hash = createHash('sha256');
      for await (const chunk of view.read(entry)) hash.update(chunk);
      files.set(entry.id.toString('hex'), hash.digest('hex'));
    }
    return { files, tops: view.tops().map(({ name }) => name) };
  }

  /** The rows of a version's list of files. */
  async manifestOf(snapshot: Snapshot, password: string | null = null): Promise<ManifestRow[]> {
    await using view = await (await this.vault()).view(snapshot);
    const plistTop = view.top('Manifest.plist');
    const dbTop = view.top('Manifest.db');
    if (plistTop === null || dbTop === null) throw new Error('no manifest');
    const plist = readManifestPlist(await view.readWhole(plistTop, 1e8));
    let key: Uint8Array | null = null;
    if (password !== null && plist.keybag !== undefined && plist.manifestKey !== undefined) {
      const unlocked = await unlockKeybag(parseKeybag(plist.keybag), password);
      if (unlocked.kind === 'unlocked') key = openClassedKey(unlocked.classKeys, plist.manifestKey);
    }
    const path = join(this.dir, `Manifest-${Math.random()}.db`);
    await decryptManifestDb(view.read(dbTop), key, path);
    using db = openManifestDb(path);
    return [...db.rows()];
  }

  noticeCodes(): string[] {
    return this.notices.map(({ code }) => code);
  }

  phases(): string[] {
    return [...new Set(this.progress.map(({ phase }) => phase))];
  }

  async closeVault(): Promise<void> {
    await (await this.#vault)?.close();
    this.#vault = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.closeVault();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
