import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPhoneContent } from '../../src/main/simulator/content/index.ts';
import { startSimulator } from '../../src/main/simulator/simulator.ts';
import type { VersionRef } from '../../src/shared/contract/procedures/index.ts';
import { BackupWorld } from '../support/backup-world.ts';
import { BrowsingWorld } from '../support/browse/browsing.ts';
import { changedContent } from '../support/browse/changed-content.ts';

/** A phone whose contents strangers wrote: what they put in stays text, and nothing of it can run in a page. */

const PASSWORD = 'secret';
const SCRIPT = '<svg onload="alert(1)"><script>alert(document.cookie)</script></svg>';
const ROLL = 'Media/DCIM/100APPLE';
const NOTHING = { around: null, after: null, filter: {}, gone: false } as const;

const page = Buffer.from(`<!doctype html><html><body>${SCRIPT}</body></html>`);
const drawing = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`);
/** Larger than what is kept in memory, and no multiple of a block. */
const film = Buffer.concat([Buffer.from('\0\0\0\x14ftypqt  \0\0\0\0qt  ', 'latin1'), randomBytes(9 * 1024 * 1024 + 5)]);
const pictures: Readonly<Record<string, Buffer>> = {
  [`${ROLL}/PAGE.JPG`]: page,
  [`${ROLL}/PAGE.MOV`]: Buffer.concat([Buffer.from('\0\0\0\x20ftyphtml'), page]),
  [`${ROLL}/DRAWING.PNG`]: drawing,
  [`${ROLL}/LEAFLET.GIF`]: Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<</OpenAction 2 0 R>>'),
  [`${ROLL}/EMPTY.JPG`]: Buffer.alloc(0),
  [`${ROLL}/FILM.MOV`]: film,
  // Its name says something else than what it is: what it is, is shown.
  [`${ROLL}/REALLY.PNG`]: Buffer.concat([Buffer.from('ffd8ffe000104a46494600', 'hex'), Buffer.alloc(500)]),
};

let dir: string;
let world: BackupWorld;
let version: VersionRef;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'backstop-hostile-'));
  const scratch = join(dir, 'scratch');
  mkdirSync(scratch);
  await using simulator = await startSimulator({
    listen: [{ kind: 'unix', path: join(dir, 'phone.sock') }],
    phones: [{ spec: { seed: 21, files: 600, bytes: 8e6 }, state: { backupPassword: PASSWORD, passcodeDelayMs: 1 } }],
    makeContent: async (spec, places) =>
      changedContent(createPhoneContent(spec, places), {
        scratch,
        pictures,
        databases: {
          'HomeDomain/Library/SMS/sms.db': (db) => {
            db.prepare(
              'UPDATE message SET text = ?, attributedBody = NULL WHERE ROWID = (SELECT min(m.ROWID) FROM message m JOIN chat_message_join j ON j.message_id = m.ROWID WHERE m.item_type = 0)',
            ).run(SCRIPT);
            db.prepare('UPDATE chat SET display_name = ?').run(SCRIPT);
          },
          'HomeDomain/Library/AddressBook/AddressBook.sqlitedb': (db) => {
            db.prepare('UPDATE ABPerson SET First = ?, Last = NULL, Note = ?').run(SCRIPT, SCRIPT);
          },
          'AppDomainGroup-group.com.apple.notes/NoteStore.sqlite': (db) => {
            db.prepare('UPDATE ZICCLOUDSYNCINGOBJECT SET ZTITLE1 = ? WHERE ZTITLE1 IS NOT NULL').run(SCRIPT);
          },
        },
      }),
  });
  world = new BackupWorld(simulator.address);
  await world.pair();
  await world.backup();
  const [snapshot] = await world.snapshots();
  version = { vault: '00000000-0000-4000-8000-000000000000', snapshot: snapshot?.id ?? '' };
}, 120_000);
afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

async function opened(): Promise<BrowsingWorld> {
  return new BrowsingWorld(await world.vault(), join(dir, 'home'), PASSWORD);
}

describe('what strangers wrote', () => {
  it('stays text, whatever it says', async () => {
    await using face = await opened();
    const contacts = await face.ask('browse.items', { ...version, ...NOTHING, kind: 'contacts', limit: 50 });
    if (contacts.page.kind !== 'contacts') throw new Error('not contacts');
    expect(contacts.page.items.some(({ name }) => name === SCRIPT)).toBe(true);
    expect(contacts.page.items.every(({ note }) => note === SCRIPT)).toBe(true);
    const notes = await face.ask('browse.items', { ...version, ...NOTHING, kind: 'notes', limit: 50 });
    if (notes.page.kind !== 'notes') throw new Error('not notes');
    expect(notes.page.items.some(({ title }) => title === SCRIPT)).toBe(true);
    for (const { id } of notes.page.items) await face.ask('browse.note', { ...version, id });
    const { chats } = await face.ask('browse.chats', { ...version, kind: 'messages', text: null, gone: false });
    expect(chats.filter(({ id }) => id !== 'none').every(({ title }) => title === SCRIPT)).toBe(true);
    const filter = { text: 'document.cookie' };
    const found = await face.ask('browse.items', { ...version, ...NOTHING, kind: 'messages', filter, limit: 50 });
    if (found.page.kind !== 'messages') throw new Error('not messages');
    expect(found.page.items.map(({ text }) => text)).toContain(SCRIPT);
  });

  it('is shown only where its bytes are a picture, film or sound', async () => {
    await using face = await opened();
    const filter = { group: 'CameraRollDomain', folder: ROLL };
    const { page: folder } = await face.ask('browse.items', {
      ...version,
      ...NOTHING,
      kind: 'files',
      filter,
      limit: 500,
    });
    if (folder.kind !== 'files') throw new Error('not files');
    const mediaOf = (name: string) => folder.items.find((one) => one.name === name)?.media ?? null;
    for (const name of ['PAGE.JPG', 'PAGE.MOV', 'DRAWING.PNG', 'LEAFLET.GIF']) {
      const media = mediaOf(name);
      for (const token of [media?.token, media?.thumb]) {
        if (token == null) continue;
        await expect(face.bytes(token), name).rejects.toMatchObject({ code: 'browse/not-shown' });
      }
      expect(media, name).not.toBeNull();
    }
    expect(mediaOf('EMPTY.JPG')).toBeNull();
    expect((await face.bytes(mediaOf('REALLY.PNG')?.token ?? '')).type).toBe('image/jpeg');
  });

  it('comes in parts that are those of the whole, also of large films and by many at once', async () => {
    await using face = await opened();
    const filter = { group: 'CameraRollDomain', folder: ROLL };
    const { page: folder } = await face.ask('browse.items', {
      ...version,
      ...NOTHING,
      kind: 'files',
      filter,
      limit: 500,
    });
    if (folder.kind !== 'files') throw new Error('not files');
    const token = folder.items.find(({ name }) => name === 'FILM.MOV')?.media?.token ?? '';
    const last = film.length - 1;
    const borders = [15, 16, 17, 31, 32, 4095, 4096, 262_143, 262_144, 4 * 1024 * 1024, last - 1];
    const ranges: ReadonlyArray<readonly [number, number]> = [
      ...borders.map((start) => [start, start + 1] as const),
      [0, last],
      [last, last],
      [1000, last],
    ];
    await Promise.all(
      ranges.map(async ([start, end]) => {
        const part = await face.bytes(token, { start, end });
        expect([part.type, part.size]).toEqual(['video/quicktime', film.length]);
        expect(part.content.equals(film.subarray(start, end + 1)), `${start}-${end}`).toBe(true);
      }),
    );
    // Who stops in the middle lets go of it.
    const begun = await face.browsing.media.openMedia(token, null);
    for await (const chunk of begun.bytes) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    const locked = await face.browsing.media.openMedia(token, null);
    face.isLocked = true;
    await face.browsing.closeAll();
    await expect(async () => {
      for await (const _ of locked.bytes);
    }).rejects.toMatchObject({ code: 'app/locked' });
  });
});
