import { describe, expect, it } from 'vitest';
import { fileIdOf } from '../../../engine/formats/index.ts';
import type { PhoneFile } from '../../content/types.ts';
import { makeTinyContent } from '../../test-support/tiny-content.ts';
import { type BackupPlan, planBackup } from './plan.ts';

const [like] = makeTinyContent({ seed: 1, files: 1, bytes: 1 }).files();

function file(relativePath: string, more: Partial<PhoneFile> = {}): PhoneFile {
  if (like === undefined) throw new Error('a phone without files');
  return { ...like, domain: 'D', relativePath, inode: relativePath.length, ...more };
}

function plan(files: readonly PhoneFile[], previous: BackupPlan | null, isEncrypted = true): BackupPlan {
  return planBackup({ files, previous: previous?.next ?? null, isEncrypted });
}

const names = (files: readonly PhoneFile[]): string[] => files.map(({ relativePath }) => relativePath);
const ids = (...paths: string[]): string[] => paths.map((path) => fileIdOf('D', path));

describe('a plan', () => {
  const phone = ['a', 'bb', 'ccc', 'dddd'].map((path) => file(path));
  const [a, bb, ccc, dddd] = phone as [PhoneFile, PhoneFile, PhoneFile, PhoneFile];
  const first = plan(phone, null);

  it('sends everything at first, and nothing when nothing has changed', () => {
    expect(names(first.uploads)).toEqual(names(phone));
    const second = plan(phone, first);
    expect(second).toMatchObject({ uploads: [], others: [], removedIds: [], removedPayloads: [], uploadBytes: 0 });
    // Other objects for the same files, as after a start of the phone.
    expect(
      plan(
        phone.map((same) => ({ ...same })),
        second,
      ).uploads,
    ).toEqual([]);
  });

  it('sends what is new or changed, and removes what is gone', () => {
    const touched = { ...bb, revision: 2 };
    const second = plan([a, touched, file('eeeee'), dddd], first);
    expect(names(second.uploads)).toEqual(['bb', 'eeeee']);
    expect(second.removedIds).toEqual(ids('ccc'));
    expect(second.removedPayloads).toEqual(ids('ccc'));
    expect(first.next.find('D', 'eeeee')).toBe(-1);

    const third = plan([a, touched, ccc, dddd], second);
    expect(names(third.uploads)).toEqual(['ccc']);
    expect(third.removedIds).toEqual(ids('eeeee'));
    expect(third.next.idOf(third.uploadRows[0] ?? -1)).toBe(fileIdOf('D', 'ccc'));
    expect(plan([a, touched, ccc, dddd], third).removedIds).toEqual([]);
  });

  it('removes the payload of a file that has become a folder, and keeps its row', () => {
    const folder = file('bb', { kind: 'directory', sizeBytes: 0, manifestSizeBytes: 0 });
    const second = plan([a, folder, ccc, dddd], first);
    expect(names(second.others)).toEqual(['bb']);
    expect(second.removedPayloads).toEqual(ids('bb'));
    expect(second.removedIds).toEqual([]);
  });

  it('does not mind another order', () => {
    expect(plan([dddd, a, ccc, bb], first)).toMatchObject({ uploads: [], removedIds: [] });
  });

  it('leaves out what only encrypted backups hold', () => {
    const secret = file('secret', { encryptedOnly: true });
    const plain = plan([a, secret, bb], null, false);
    expect(names(plain.uploads)).toEqual(['a', 'bb']);
    expect(plan([a, secret, bb], plain, false).uploads).toEqual([]);
    expect(names(plan([a, secret, bb], null).uploads)).toEqual(['a', 'secret', 'bb']);
  });
});
