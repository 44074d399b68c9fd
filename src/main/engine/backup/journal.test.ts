import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isBackstopError } from '../../../shared/errors/index.ts';
import { type ReceivedBackup, SessionJournal } from './journal.ts';
import type { EntryChange } from './overlay/index.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'backstop-journal-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Without the lock of the folder itself. */
function sessions(): string[] {
  return readdirSync(dir).filter((name) => !name.startsWith('folder.lock'));
}

function rows(count: number): EntryChange[] {
  return Array.from({ length: count }, (_, index): EntryChange => {
    const id = createHash('sha1').update(String(index)).digest();
    if (index % 5 === 0) return { id, removed: true };
    if (index % 7 === 0) return { id, hash: null, sizeBytes: 0, modified: index };
    return { id, hash: randomBytes(32), sizeBytes: 2 ** 40 + index, modified: 4_000_000_000 };
  });
}

function backup(changes: EntryChange[]): ReceivedBackup {
  return {
    vaultId: 'v',
    place: 'p',
    parent: 'a'.repeat(64),
    full: false,
    facts: {
      udid: 'u',
      name: 'Ümit’s iPhone',
      model: 'iPhone16,1',
      ios: '18.5',
      encrypted: true,
      statusUuid: 'x',
      statusDate: '2026-01-01T00:00:00.000Z',
      startedAt: '2026-01-01T00:00:00.000Z',
      notSent: [{ path: 'a', reason: 'b' }],
    },
    tops: [
      { name: 'Info.plist', hash: randomBytes(32), sizeBytes: 5, modified: 7 },
      { name: 'empty/', hash: null, sizeBytes: 0, modified: 7 },
    ],
    changes,
  };
}

describe('the journal of a session', () => {
  it('gives back what a commit needs, after the process that wrote it is gone', () => {
    const written = backup(rows(20_000));
    const journal = SessionJournal.create(dir, 'one');
    journal.writeReceived(written);
    journal.close();
    const [left] = SessionJournal.leftIn(dir);
    if (left?.kind !== 'received') throw new Error(`found ${left?.kind}`);
    const { changes, ...rest } = left.backup;
    expect({ ...rest, changes: [...changes] }).toEqual({ ...written, changes: [...written.changes] });
    expect([...changes]).toHaveLength(20_000);
    left.journal.remove();
    expect(sessions()).toEqual([]);
  });

  it('is worthless before the phone said "done"', () => {
    SessionJournal.create(dir, 'one').close();
    const [left] = SessionJournal.leftIn(dir);
    expect(left?.kind).toBe('worthless');
    if (left?.kind === 'worthless') left.journal?.remove();
    expect(sessions()).toEqual([]);
  });

  it('belongs to its process as long as that lives', () => {
    const journal = SessionJournal.create(dir, 'one');
    journal.writeReceived(backup(rows(3)));
    expect(SessionJournal.leftIn(dir)).toEqual([{ kind: 'living', id: 'one' }]);
    journal.close();
    expect(SessionJournal.leftIn(dir)[0]?.kind).toBe('received');
  });

  it('does not become a version when its rows are damaged', () => {
    const journal = SessionJournal.create(dir, 'one');
    const written = backup(rows(2000));
    journal.writeReceived(written);
    journal.close();
    const file = join(dir, 'one', 'journal.db');
    const bytes = readFileSync(file);
    const hash = [...written.changes].flatMap((entry) =>
      'hash' in entry && entry.hash !== null ? [entry.hash] : [],
    )[9];
    const at = bytes.indexOf(hash as Buffer);
    expect(at).toBeGreaterThan(0);
    bytes[at] = (bytes[at] as number) ^ 1;
    writeFileSync(file, bytes);
    expect(SessionJournal.leftIn(dir)[0]?.kind).toBe('worthless');
  });

  it('is thrown away when it is no journal at all', () => {
    mkdirSync(join(dir, 'bad'));
    writeFileSync(join(dir, 'bad', 'journal.db'), randomBytes(5000));
    mkdirSync(join(dir, 'empty'));
    expect(SessionJournal.leftIn(dir).map(({ kind }) => kind)).toEqual(['worthless']);
    expect(sessions()).toEqual([]);
    expect(SessionJournal.leftIn(join(dir, 'never-made'))).toEqual([]);
  });

  it('says which folder could not be written', () => {
    writeFileSync(join(dir, 'file'), '');
    let error: unknown;
    try {
      SessionJournal.create(join(dir, 'file'), 'one');
    } catch (thrown) {
      error = thrown;
    }
    expect(isBackstopError(error, 'backup/work-folder-failed')).toBe(true);
    expect(existsSync(join(dir, 'file', 'one'))).toBe(false);
  });
});
