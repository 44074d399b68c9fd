import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { Vault, type VaultOptions } from '../../../src/main/engine/vault/index.ts';

/** Small thresholds, so that a few hundred KiB make several packs and single objects. */
export const SMALL_POLICY = { singleFromBytes: 64 * 1024, packTargetBytes: 128 * 1024 };

/** A folder for one test and vaults in it; all closed and removed afterwards. */
export function vaultFolder(): {
  readonly path: (name: string) => string;
  open(name?: string, options?: Partial<VaultOptions>): Promise<Vault>;
} {
  let root: string | null = null;
  const open: Vault[] = [];
  afterEach(async () => {
    for (const vault of open.splice(0)) await vault.close();
    if (root !== null) rmSync(root, { recursive: true, force: true });
    root = null;
  });
  const path = (name: string): string => {
    root ??= mkdtempSync(join(tmpdir(), 'backstop-vault-'));
    return join(root, name);
  };
  return {
    path,
    async open(name = 'vault', options = {}) {
      const vault = await Vault.openOrCreate(path(name), { cacheDir: path('cache'), policy: SMALL_POLICY, ...options });
      open.push(vault);
      return vault;
    },
  };
}
