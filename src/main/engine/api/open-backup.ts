import { join } from 'node:path';
import type { BackupChoice, WorkOptions } from '../../../shared/contract/index.ts';
import { type Backup, cleanPrivateFiles, Keyring, openFolderBackup, openSnapshotBackup } from '../browse/index.ts';
import type { Snapshot, Vault } from '../vault/index.ts';

/** Versions and folders, opened to be looked into. */

export interface OpenedBackup extends AsyncDisposable {
  readonly backup: Backup;
  /** Of a version; null for a folder. */
  readonly snapshot: Snapshot | null;
  readonly vault: Vault | null;
  /** Where nothing may be exported to. */
  readonly outside: readonly string[];
}

export class BackupOpener {
  readonly #workFolder: string;
  readonly #openVault: (path: string) => Promise<Vault>;
  readonly #keyring = new Keyring();

  constructor(home: string, openVault: (path: string) => Promise<Vault>) {
    this.#workFolder = join(home, 'private');
    this.#openVault = openVault;
  }

  async open(choice: BackupChoice, options: WorkOptions = {}): Promise<OpenedBackup> {
    cleanPrivateFiles(this.#workFolder);
    if (choice.folder !== undefined) {
      const { backup, warnings } = await openFolderBackup(choice.folder, this.#options(choice, options));
      for (const text of warnings) options.onNotice?.({ type: 'notice', code: 'backup-folder', data: { text } });
      const outside = [choice.folder];
      return {
        backup,
        snapshot: null,
        vault: null,
        outside,
        [Symbol.asyncDispose]: () => backup[Symbol.asyncDispose](),
      };
    }
    const vault = await this.#openVault(choice.vault);
    try {
      const snapshot = await vault.resolve(choice.snapshot);
      const backup = await this.openVersion(vault, snapshot, choice, options);
      return {
        backup,
        snapshot,
        vault,
        outside: [vault.dir],
        [Symbol.asyncDispose]: async () => {
          await backup[Symbol.asyncDispose]();
          await vault.close();
        },
      };
    } catch (error) {
      await vault.close();
      throw error;
    }
  }

  /** Another version of a vault that is open. */
  async openVersion(
    vault: Vault,
    snapshot: Snapshot,
    choice: Pick<BackupChoice, 'askPassword'>,
    options: WorkOptions = {},
  ): Promise<Backup> {
    const view = await vault.view(snapshot, options.signal === undefined ? {} : { signal: options.signal });
    return openSnapshotBackup(view, this.#options(choice, options));
  }

  #options({ askPassword }: Pick<BackupChoice, 'askPassword'>, { signal }: WorkOptions) {
    return {
      keyring: this.#keyring,
      askPassword: () => askPassword('backup-password'),
      workFolder: this.#workFolder,
      signal,
    };
  }
}
