import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createService } from '../../src/main/engine/api/service/service.ts';
import { MemorySecrets } from '../../src/main/engine/platform/index.ts';
import type { Snapshot } from '../../src/main/engine/vault/index.ts';
import {
  type BrowseKind,
  type InputOf,
  type OutputOf,
  type ProcedureName,
  procedures,
  type VersionRef,
} from '../../src/shared/contract/procedures/index.ts';
import { BackupWorld } from '../support/backup-world.ts';
import { BrowsingWorld } from '../support/browse/browsing.ts';
import { openBackupVersion } from '../support/browse/open-options.ts';
import { startSimulatorProcess } from '../support/simulator-process.ts';

/** Looking into two encrypted versions of a simulated phone, as the window does it. */

const PASSWORD = 'secret';
const VAULT = '00000000-0000-4000-8000-000000000000';
const KINDS: readonly BrowseKind[] = [
  ...(['photos', 'videos', 'messages', 'whatsapp', 'notes', 'contacts', 'calendar', 'reminders'] as const),
  ...(['calls', 'voicemail', 'voice-memos', 'safari', 'health', 'apps', 'files'] as const),
];
const NOTHING = { around: null, after: null, filter: {}, gone: false } as const;

interface Truth {
  readonly files: ReadonlyArray<{ readonly domain: string; readonly relativePath: string; readonly sha256: string }>;
  readonly items: Readonly<Record<string, ReadonlyArray<Readonly<Record<string, unknown>>>>>;
}

let dir: string;
let world: BackupWorld;
let older: VersionRef;
let newer: VersionRef;
let versions: readonly Snapshot[];
let before: Truth;
let after: Truth;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'backstop-browsing-'));
  const truthFile = join(dir, 'truth.json');
  const truth = (): Truth => JSON.parse(readFileSync(truthFile, 'utf8')) as Truth;
  await using phone = await startSimulatorProcess({
    args: [
      ...['--files', '2500', '--bytes', '80M', '--seed', '7', '--passcode-delay', '1', '--truth', truthFile],
      ...['--encrypted', '--password-env', 'PHONE'],
    ],
    env: { PHONE: PASSWORD },
  });
  world = new BackupWorld(phone.address);
  await world.pair();
  await world.backup();
  before = truth();
  await phone.command({ cmd: 'mutate', delete: { photos: 40, conversations: 1 } });
  await phone.command({ cmd: 'truth', file: truthFile });
  await world.backup();
  after = truth();
  versions = await world.snapshots();
  [older, newer] = versions.map(({ id }) => ({ vault: VAULT, snapshot: id })) as [VersionRef, VersionRef];
}, 180_000);
afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

async function opened(options = {}): Promise<BrowsingWorld> {
  return new BrowsingWorld(await world.vault(), join(dir, 'home'), PASSWORD, options);
}

describe('looking into versions', () => {
  it('answers every kind as the contract has it, page by page, each item once', async () => {
    await using face = await opened();
    const { kinds } = await face.ask('browse.kinds', older);
    expect(kinds.map(({ kind }) => kind).sort()).toEqual([...KINDS].sort());
    for (const kind of KINDS) {
      if (kind === 'messages' || kind === 'whatsapp') continue;
      const ids: string[] = [];
      let next: string | null = null;
      let total = -1;
      do {
        const answer: OutputOf<'browse.items'> = await face.ask('browse.items', {
          ...older,
          ...NOTHING,
          kind,
          after: next,
          limit: 100,
        });
        expect(answer.page.kind).toBe(kind);
        expect(answer.offset).toBe(ids.length);
        if (total >= 0) expect(answer.total).toBe(total);
        total = answer.total;
        for (const item of answer.page.items) ids.push('path' in item ? `${item.domain}/${item.path}` : item.id);
        next = answer.next;
      } while (next !== null);
      expect(ids.length, kind).toBe(total);
      expect(new Set(ids).size, kind).toBe(total);
      const counted = kinds.find((one) => one.kind === kind);
      if (kind !== 'files' && counted?.state === 'present') expect(counted.count, kind).toBe(total);
    }
  });

  it('has photos by days that add up, and finds the place of each', async () => {
    await using face = await opened();
    const request = { ...older, kind: 'photos', filter: {}, gone: false } as const;
    const { days, total } = await face.ask('browse.days', request);
    expect(days.reduce((sum, { count }) => sum + count, 0)).toBe(total);
    expect(total).toBeGreaterThan(100);
    const page = await face.ask('browse.items', { ...request, around: null, after: null, limit: 500 });
    expect(page.total).toBe(total);
    const one = page.page.items[Math.min(60, page.page.items.length - 1)];
    if (one === undefined || !('id' in one)) throw new Error('no photo');
    const around = await face.ask('browse.items', { ...request, around: one.id, after: null, limit: 3 });
    expect(around.offset).toBe(Math.min(60, page.page.items.length - 1));
    expect(around.page.items[0]).toMatchObject({ id: one.id });
  });

  it('shows conversations from their end, searches them whatever case and accents, and jumps', async () => {
    await using face = await opened();
    const { chats } = await face.ask('browse.chats', { ...older, kind: 'messages', text: null, gone: false });
    expect(chats.length).toBeGreaterThan(3);
    const chat = chats.reduce((a, b) => (b.messages > a.messages ? b : a));
    const ask = (filter: object, more: object = {}) =>
      face.ask('browse.items', {
        ...older,
        ...NOTHING,
        kind: 'messages',
        filter: { group: chat.id, ...filter },
        limit: 500,
        ...more,
      });
    const all = await ask({ sort: 'oldest' });
    if (all.page.kind !== 'messages') throw new Error('not messages');
    const items = all.page.items;
    const times = items.map(({ sentAt }) => sentAt ?? '');
    expect(times).toEqual([...times].sort());
    const newest = await ask({}, { limit: 5 });
    expect(newest.total).toBe(all.total);
    const word = items.find(({ text }) => /^\p{L}{4,}/u.test(text ?? ''))?.text?.split(/\s/)[0] ?? '';
    const found = await ask({ text: word.toUpperCase() });
    expect(found.total).toBeGreaterThan(0);
    expect(found.total).toBeLessThanOrEqual(all.total);
    if (found.page.kind !== 'messages') throw new Error('not messages');
    const [hit] = found.page.items;
    const place = await ask({ sort: 'oldest' }, { around: hit?.id ?? '', limit: 1 });
    expect(place.page.items[0]).toMatchObject({ id: hit?.id });
  });

  it('shows WhatsApp as it shows Messages: chats, pages, search, media', async () => {
    await using face = await opened();
    const { chats, isPresent } = await face.ask('browse.chats', {
      ...older,
      kind: 'whatsapp',
      text: null,
      gone: false,
    });
    expect(isPresent).toBe(true);
    expect(chats.length).toBeGreaterThan(0);
    let withText = '';
    for (const chat of chats) {
      const filter = { group: chat.id };
      const first = await face.ask('browse.items', { ...older, ...NOTHING, kind: 'whatsapp', filter, limit: 30 });
      if (first.page.kind !== 'whatsapp') throw new Error('not WhatsApp');
      expect(first.total).toBeGreaterThanOrEqual(chat.messages);
      const times = first.page.items.map(({ sentAt }) => sentAt ?? '');
      expect(times).toEqual([...times].sort().reverse());
      withText ||= first.page.items.find(({ text }) => text !== null)?.text ?? '';
    }
    const filter = { text: withText.split(/\s/)[0] ?? '' };
    const found = await face.ask('browse.items', { ...older, ...NOTHING, kind: 'whatsapp', filter, limit: 5 });
    expect(found.total).toBeGreaterThan(0);
  });

  it('knows what the newest version no longer has', async () => {
    await using face = await opened();
    const idsOf = (truth: Truth): Set<string> =>
      new Set((truth.items['photos'] ?? []).filter((one) => one['trashed'] !== true).map((one) => String(one['uuid'])));
    const gone = [...idsOf(before)].filter((id) => !idsOf(after).has(id));
    const found: string[] = [];
    for (const kind of ['photos', 'videos'] as const) {
      const answer = await face.ask('browse.items', { ...older, ...NOTHING, kind, gone: true, limit: 500 });
      for (const item of answer.page.items) if ('id' in item) found.push(item.id);
      const none = await face.ask('browse.items', { ...newer, ...NOTHING, kind, gone: true, limit: 500 });
      expect(none.total).toBe(0);
    }
    expect(found.length).toBeGreaterThan(20);
    expect(gone.length).toBeGreaterThan(20);
    expect(found.filter((id) => !gone.includes(id))).toEqual([]);
    const { chats } = await face.ask('browse.chats', { ...older, kind: 'messages', text: null, gone: true });
    expect(chats.length).toBeGreaterThan(0);
    const id = found[0] ?? '';
    const { versions: places } = await face.ask('browse.where', { ...older, kind: 'photos', id });
    expect(places.map(({ state }) => state)).toEqual(['present', 'absent']);
    for (const kind of ['contacts', 'notes', 'calls', 'files'] as const) {
      const filter = kind === 'files' ? { text: 'sms.db' } : {};
      const { page } = await face.ask('browse.items', { ...older, ...NOTHING, kind, filter, limit: 1 });
      const [first] = page.items;
      if (first === undefined) continue;
      const name = 'path' in first ? `${first.domain}/${first.path}` : first.id;
      const found = await face.ask('browse.where', { ...older, kind, id: name });
      expect(found.versions[0]?.state, kind).toBe('present');
      expect(found.versions[1]?.state, kind).toMatch(/present|changed/);
    }
  });

  it('searches all kinds, says what is covered, and remembers it without any word of it', async () => {
    await using face = await opened();
    const { page } = await face.ask('browse.items', { ...older, ...NOTHING, kind: 'contacts', limit: 1 });
    if (page.kind !== 'contacts') throw new Error('not contacts');
    const name = page.items[0]?.name ?? '';
    const { hits } = await face.ask('browse.search', { ...older, text: name, limit: 20 });
    expect(hits.some(({ kind }) => kind === 'contacts')).toBe(true);
    const covered = await face.ask('browse.coverage', newer);
    expect(covered.comparedWith).toBe(older.snapshot);
    expect(covered.kinds.find(({ kind }) => kind === 'photos')?.change).toBeLessThan(0);
    expect([...face.cached.keys()].sort()).toEqual([`coverage:${older.snapshot}`, `coverage:${newer.snapshot}`].sort());
    expect(JSON.stringify([...face.cached.values()])).not.toContain(name);
    const usage = await face.ask('browse.usage', older);
    expect(usage.categories.length).toBeGreaterThan(3);
  });

  it('gives notes as blocks of plain runs', async () => {
    await using face = await opened();
    const { page } = await face.ask('browse.items', { ...older, ...NOTHING, kind: 'notes', limit: 500 });
    if (page.kind !== 'notes') throw new Error('not notes');
    let blocks = 0;
    for (const { id } of page.items) blocks += (await face.ask('browse.note', { ...older, id })).blocks.length;
    expect(blocks).toBeGreaterThan(page.items.length / 2);
    await expect(face.ask('browse.note', { ...older, id: 'nobody' })).rejects.toMatchObject({
      code: 'browse/no-such-item',
    });
  });
});

describe('bytes to show', () => {
  it('are the phone’s own, in any part, and of the version that offered them', async () => {
    await using face = await opened();
    await using backup = await openBackupVersion(
      await world.vault(),
      versions[0] as Snapshot,
      join(dir, 'work'),
      PASSWORD,
    );
    const sums = new Map(before.files.map((one) => [`${one.domain}/${one.relativePath}`, one.sha256]));
    const tokens: string[] = [];
    const largest = [...backup.files({ domain: 'CameraRollDomain', under: 'Media/DCIM' })]
      .filter(({ kind }) => kind === 'file')
      .sort((a, b) => (b.sizeBytes ?? 0) - (a.sizeBytes ?? 0))
      .slice(0, 3);
    let ranges = 0;
    for (const file of largest) {
      const folder = file.path.slice(0, file.path.lastIndexOf('/'));
      const { page } = await face.ask('browse.items', {
        ...older,
        ...NOTHING,
        kind: 'files',
        filter: { group: file.domain, folder },
        limit: 500,
      });
      if (page.kind !== 'files') throw new Error('not files');
      const media = page.items.find(({ path }) => path === file.path)?.media;
      if (media == null) continue;
      tokens.push(media.token);
      const whole = await face.bytes(media.token);
      expect(whole.size).toBe(whole.content.length);
      expect(createHash('sha256').update(whole.content).digest('hex')).toBe(sums.get(`${file.domain}/${file.path}`));
      const last = whole.size - 1;
      for (const [start, end] of [
        [0, 0],
        [15, 16],
        [16, 31],
        [4095, 4096],
        [262_143, 262_145],
        [last - 17, last],
        [last, last + 100],
        [1, null],
      ] as const) {
        if (start > last) continue;
        const part = await face.bytes(media.token, { start, end });
        const until = Math.min(end ?? last, last);
        expect([part.start, part.end, part.size]).toEqual([start, until, whole.size]);
        expect(part.content.equals(whole.content.subarray(start, until + 1)), `${start}-${end}`).toBe(true);
        ranges += 1;
      }
      const tail = await face.bytes(media.token, { start: null, end: 33 });
      expect(tail.content.equals(whole.content.subarray(-33))).toBe(true);
      await expect(face.bytes(media.token, { start: whole.size, end: null })).rejects.toMatchObject({
        code: 'app/bad-range',
      });
    }
    expect(ranges).toBeGreaterThan(7);
    expect(new Set(tokens).size).toBe(tokens.length);
    for (const token of tokens) expect(Buffer.from(token, 'base64url').length).toBeGreaterThanOrEqual(16);
    // The same file of the other version has another token.
    const [first] = largest;
    const folder = first?.path.slice(0, first.path.lastIndexOf('/')) ?? '';
    const filter = { group: 'CameraRollDomain', folder };
    const other = await face.ask('browse.items', { ...newer, ...NOTHING, kind: 'files', filter, limit: 500 });
    if (other.page.kind !== 'files') throw new Error('not files');
    for (const { media } of other.page.items) expect(tokens).not.toContain(media?.token);
    await expect(face.bytes('A'.repeat(32))).rejects.toMatchObject({ code: 'app/unknown-media' });
  });

  it('have small pictures where there are any', async () => {
    await using face = await opened();
    const { page } = await face.ask('browse.items', { ...older, ...NOTHING, kind: 'photos', limit: 300 });
    if (page.kind !== 'photos') throw new Error('not photos');
    const thumbs = page.items.flatMap(({ media }) => media?.thumb ?? []);
    expect(thumbs.length).toBeGreaterThan(20);
    const types = new Set<string>();
    for (const token of thumbs.slice(0, 30)) types.add((await face.bytes(token)).type);
    for (const type of types) expect(type).toMatch(/^image\//);
  });
});

describe('locking', () => {
  it('closes everything: questions, tokens, keys, comparisons', async () => {
    await using face = await opened();
    const { page } = await face.ask('browse.items', { ...older, ...NOTHING, kind: 'photos', limit: 50 });
    if (page.kind !== 'photos') throw new Error('not photos');
    const token = page.items.find(({ media }) => media !== null)?.media?.token ?? '';
    await face.bytes(token);
    face.isLocked = true;
    await face.browsing.closeAll();
    await expect(face.ask('browse.kinds', older)).rejects.toMatchObject({ code: 'app/locked' });
    await expect(face.bytes(token)).rejects.toMatchObject({ code: 'app/unknown-media' });
    face.isLocked = false;
    face.password = null;
    await expect(face.ask('browse.kinds', older)).rejects.toMatchObject({ code: 'app/password-needed' });
    face.password = 'wrong';
    await expect(face.ask('browse.kinds', older)).rejects.toMatchObject({ code: 'app/password-needed' });
    face.password = PASSWORD;
    await face.ask('browse.kinds', older);
  });

  it('keeps versions that are asked for, closes idle ones, and opens them again for their tokens', async () => {
    await using face = await opened({ idleMs: 50 });
    const { page } = await face.ask('browse.items', { ...older, ...NOTHING, kind: 'photos', limit: 50 });
    if (page.kind !== 'photos') throw new Error('not photos');
    const token = page.items.find(({ media }) => media !== null)?.media?.token ?? '';
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await face.bytes(token)).content.length).toBeGreaterThan(0);
    const answers = await Promise.all([older, newer, older, newer].map((ref) => face.ask('browse.kinds', ref)));
    expect(answers[0]).toEqual(answers[2]);
  });
});

describe('taking out and comparing', () => {
  it('writes what was chosen, and nothing else', async () => {
    await using face = await opened();
    const run = async (name: string, request: object) => {
      const folder = join(dir, name);
      mkdirSync(folder, { recursive: true });
      const place = face.place(folder);
      const { job } = await face.ask('browse.export', {
        ...older,
        filter: {},
        ids: null,
        format: null,
        place,
        ...request,
      } as Parameters<typeof face.ask<'browse.export'>>[1]);
      const view = await face.ended(job);
      expect(view.failure, name).toBeNull();
      if (view.result?.kind !== 'export-items') throw new Error('no export');
      expect(view.result.exported.place).toBe(place);
      return { ...view.result.exported, names: readdirSync(folder, { recursive: true }).map(String) };
    };
    const { page } = await face.ask('browse.items', { ...older, ...NOTHING, kind: 'photos', limit: 40 });
    if (page.kind !== 'photos') throw new Error('not photos');
    const here = page.items.filter(({ state, isLive, isEdited }) => state === 'here' && !isLive && !isEdited);
    const chosen = await run('photos', { kind: 'photos', ids: here.slice(0, 3).map(({ id }) => id) });
    expect(chosen.items).toBe(3);
    const videos = await run('videos', { kind: 'videos' });
    expect(videos.names.some((name) => /\.(heic|jpe?g)$/i.test(name))).toBe(false);
    for (const kind of ['calls', 'calendar', 'reminders', 'safari', 'voicemail', 'voice-memos', 'contacts'] as const) {
      const all = await face.ask('browse.items', { ...older, ...NOTHING, kind, limit: 5 });
      const [first] = all.page.items;
      if (first === undefined || !('id' in first)) continue;
      expect((await run(`one-${kind}`, { kind, ids: [first.id] })).items, kind).toBe(1);
    }
    const filter = { only: 'with-attachments' } as const;
    const sent = await face.ask('browse.items', { ...older, ...NOTHING, kind: 'messages', filter, limit: 100 });
    if (sent.page.kind !== 'messages') throw new Error('not messages');
    const message = sent.page.items.find(({ attachments }) => attachments.every(({ state }) => state === 'here'));
    expect((await run('sent', { kind: 'messages', ids: [message?.id] })).files).toBe(message?.attachments.length);
    const { chats } = await face.ask('browse.chats', { ...older, kind: 'messages', text: null, gone: false });
    const talk = await run('talk', { kind: 'messages', filter: { group: chats[0]?.id } });
    expect(talk.names.some((name) => name.endsWith('.html'))).toBe(true);
    const asked = { ...older, ...NOTHING, kind: 'photos', gone: true, limit: 1 } as const;
    const { total } = await face.ask('browse.items', asked);
    expect((await run('gone-photos', { kind: 'photos', gone: true })).items).toBe(total);
    const file = before.files.find(({ domain }) => domain === 'CameraRollDomain');
    const taken = await run('file', { kind: 'files', ids: [`${file?.domain}/${file?.relativePath}`] });
    expect(taken.files).toBe(1);
  });

  it('compares two versions, lists what is gone with its pictures, and takes it out', async () => {
    await using face = await opened();
    const { job } = await face.ask('compare.start', { older, newer });
    await expect(face.ask('compare.kinds', { job: 'nobody' })).rejects.toMatchObject({ code: 'browse/no-comparison' });
    expect(await face.ended(job)).toMatchObject({ state: 'done', result: { kind: 'compare' } });
    const { kinds } = await face.ask('compare.kinds', { job });
    const photos = kinds.find(({ kind }) => kind === 'photos');
    expect(photos?.gone).toBeGreaterThan(20);
    const request = { job, kind: 'photos', change: 'gone', limit: 10 } as const;
    const first = await face.ask('compare.items', { ...request, after: null });
    expect(first).toMatchObject({ total: photos?.gone, next: '10' });
    const second = await face.ask('compare.items', { ...request, after: first.next });
    const ids = [...first.items, ...second.items].map(({ id }) => id);
    expect(new Set(ids).size).toBe(20);
    const token = first.items.find(({ media }) => media !== null)?.media?.token ?? '';
    expect((await face.bytes(token)).content.length).toBeGreaterThan(0);
    const folder = join(dir, 'gone');
    mkdirSync(folder);
    const taken = await face.ask('compare.export', { job, kind: 'photos', place: face.place(folder) });
    const view = await face.ended(taken.job);
    expect(view.failure).toBeNull();
    if (view.result?.kind !== 'export-items') throw new Error('no export');
    expect(view.result.exported.items).toBe(photos?.gone);
    expect(view.result.exported.files).toBeGreaterThan(10);
  });
});

describe('lists of files that are kept', () => {
  it('rest encrypted with a key of the keychain, and go with the lock', async () => {
    const secrets = new MemorySecrets();
    const folder = join(dir, 'home', 'cache', 'browse');
    {
      await using face = await opened({ secrets: async () => secrets });
      await face.ask('browse.items', { ...older, ...NOTHING, kind: 'files', limit: 10 });
    }
    const names = readdirSync(folder);
    expect(names).toHaveLength(1);
    expect(readFileSync(join(folder, names[0] ?? '')).includes('CameraRollDomain')).toBe(false);
    await using face = await opened({ secrets: async () => secrets });
    const again = await face.ask('browse.items', { ...older, ...NOTHING, kind: 'files', limit: 10 });
    expect(again.total).toBeGreaterThan(5);
    await face.browsing.closeAll();
    expect(existsSync(folder)).toBe(false);
    expect(await secrets.get('browse-cache')).toBeNull();
  });
});

describe('the whole service', () => {
  it('answers the same questions with its own vaults, passwords, jobs and lock', async () => {
    const service = await createService({ home: join(dir, 'service'), env: {}, keychain: null });
    const ask = async <N extends ProcedureName>(name: N, input: InputOf<N>): Promise<OutputOf<N>> =>
      procedures[name].output.parse(await service.answer(name, procedures[name].input.parse(input))) as OutputOf<N>;
    try {
      const { vault } = await ask('vaults.add', {
        place: service.host.offerPlace(world.vaultDir),
        name: null,
        makeMain: true,
      });
      const ref = { vault, snapshot: older.snapshot };
      const udid = versions[0]?.record.udid ?? '';
      service.host.unlock();
      await expect(ask('browse.kinds', ref)).rejects.toMatchObject({ code: 'app/password-needed' });
      await ask('passwords.give', { udid, password: PASSWORD, remember: false });
      const { page } = await ask('browse.items', { ...ref, ...NOTHING, kind: 'photos', limit: 20 });
      if (page.kind !== 'photos') throw new Error('not photos');
      const token = page.items.find(({ media }) => media !== null)?.media?.token ?? '';
      const opened = await service.openMedia(token, { start: 0, end: 99 });
      let bytes = 0;
      for await (const chunk of opened.bytes) bytes += chunk.length;
      expect(bytes).toBe(100);
      await ask('lock.lock', {});
      await expect(service.openMedia(token, null)).rejects.toMatchObject({ code: 'app/unknown-media' });
    } finally {
      await service.close();
    }
  });
});
