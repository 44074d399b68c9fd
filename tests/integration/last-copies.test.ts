import { describe, expect, it } from 'vitest';
import { lastCopies } from '../../src/main/engine/api/last-copies.ts';
import type { BackupOpener } from '../../src/main/engine/api/open-backup.ts';
import type { Backup } from '../../src/main/engine/browse/index.ts';
import type { Snapshot, Vault } from '../../src/main/engine/vault/index.ts';
import { BackstopError } from '../../src/shared/errors/index.ts';
import { simulatedBackups } from '../support/browse/simulated-backup.ts';

/** Versions of a simulated phone, as if they lay in a vault. */
function version(number: number, backup: Backup): Snapshot & { readonly backup: Backup } {
  return { id: `version ${number}`, record: { udid: 'phone' }, backup } as unknown as Snapshot & {
    readonly backup: Backup;
  };
}

const opener = {
  openVersion: async (_vault: Vault, snapshot: Snapshot & { readonly backup?: Backup }) => {
    const { backup } = snapshot;
    if (backup === undefined) throw new BackstopError('browse/password-needed');
    return Object.assign(Object.create(backup) as Backup, {
      file: backup.file.bind(backup),
      files: backup.files.bind(backup),
      list: backup.list.bind(backup),
      read: backup.read.bind(backup),
      domains: backup.domains.bind(backup),
      hasContent: backup.hasContent.bind(backup),
      attributes: backup.attributes.bind(backup),
      openDatabase: backup.openDatabase.bind(backup),
      [Symbol.asyncDispose]: async () => undefined,
    });
  },
} as unknown as BackupOpener;
const vault = {} as Vault;
const askPassword = async (): Promise<null> => null;

describe('last copies', () => {
  it('are what was deleted on the phone and is in no version that stays', async () => {
    await using phone = simulatedBackups({ seed: 41, files: 1200, bytes: 15e6 });
    const ids = async (): Promise<Set<string>> =>
      new Set(
        ((await phone.truth()).items['photos'] ?? [])
          .filter((one) => one['trashed'] !== true)
          .map((one) => String(one['uuid'])),
      );
    const first = version(1, phone.backup());
    const before = await ids();
    phone.content.mutate({ delete: { photos: 9 } });
    const second = version(2, phone.backup());
    const after = await ids();
    const deleted = [...before].filter((id) => !after.has(id));
    const found = await lastCopies({ opener, vault, askPassword, going: [first], staying: [second] });
    expect(found).toMatchObject({ isChecked: true, more: 0 });
    const photos = found.items.filter(({ kind }) => kind === 'photos');
    expect(photos).toHaveLength(deleted.length);
    expect(photos.every(({ snapshot }) => snapshot === 'version 1')).toBe(true);
    expect((await lastCopies({ opener, vault, askPassword, going: [second], staying: [first] })).items).toEqual([]);
    expect(
      (await lastCopies({ opener, vault, askPassword, going: [first, second], staying: [] })).items.length,
    ).toBeGreaterThan(500);
  });

  it('are not known when a version cannot be looked into', async () => {
    const locked = { id: 'locked', record: { udid: 'phone' } } as Snapshot;
    expect(await lastCopies({ opener, vault, askPassword, going: [locked], staying: [] })).toEqual({
      isChecked: false,
      items: [],
      more: 0,
    });
    expect(await lastCopies({ opener, vault, askPassword, going: [], staying: [locked] })).toMatchObject({
      isChecked: true,
    });
  });
});
