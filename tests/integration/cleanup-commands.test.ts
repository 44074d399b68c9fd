import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type BackstopRun, backstop } from '../support/backstop.ts';
import { type SimulatorProcess, startSimulatorProcess } from '../support/simulator-process.ts';

/** Back up before cleanup, from the terminal, on a simulated phone: what is promised, and what is refused and why. */

const PASSWORD = 'correct horse 8';
const open: Array<() => Promise<void>> = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

interface World {
  readonly phone: SimulatorProcess;
  readonly dir: string;
  run(...args: string[]): Promise<BackstopRun>;
  truth(): Promise<Truth>;
}

interface Truth {
  readonly photos: ReadonlyArray<Record<string, unknown>>;
  readonly conversations: ReadonlyArray<Record<string, unknown>>;
  readonly files: ReadonlyArray<{ readonly domain: string; readonly relativePath: string; readonly sha256: string }>;
}

async function world(...args: string[]): Promise<World> {
  const dir = mkdtempSync(join(tmpdir(), 'backstop-cleanup-'));
  const phone = await startSimulatorProcess({
    args: ['--seed', '61', '--files', '1500', '--bytes', '30M', '--passcode-delay', '0', ...args],
  });
  open.push(async () => {
    await phone.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  const env = {
    BACKSTOP_HOME: join(dir, 'home'),
    BACKSTOP_VAULT: join(dir, 'vault'),
    BACKSTOP_PASSWORD: PASSWORD,
    BACKSTOP_NEW_PASSWORD: PASSWORD,
    USBMUXD_SOCKET_ADDRESS: phone.address,
  };
  let count = 0;
  return {
    phone,
    dir,
    run: (...words) => backstop(words, { env }),
    truth: async () => {
      count += 1;
      const file = join(dir, `truth-${count}.json`);
      await phone.command({ cmd: 'truth', file });
      const { items, files } = JSON.parse(readFileSync(file, 'utf8'));
      return { ...items, files } as Truth;
    },
  };
}

interface Check {
  readonly id: string;
  readonly status: string;
  readonly reason: string;
}
const checkOf = (list: readonly Check[], id: string): string | undefined =>
  list.filter((one) => one.id === id).map(({ status, reason }) => `${status}: ${reason}`)[0];

describe('a cleanup', () => {
  it('is refused before there is a backup, is safe after the run, and what went is named and comes back', async () => {
    const { phone, dir, run, truth } = await world();
    const plan = await run('cleanup', 'plan', 'delete-unreviewed-photos', '--udid', phone.udid);
    expect(plan.last).toMatchObject({ level: 'high', reasons: ['delete-unreviewed-photos'], snapshot: null });
    expect(checkOf(plan.last['checks'], 'version-complete')).toBe('fail: no-version');
    const refused = await run('cleanup', 'certificate', 'photos', '--udid', phone.udid);
    expect(refused.last).toMatchObject({ issued: false, certificate: null });
    expect([refused.code, refused.last['reasons'].length]).toEqual([1, 7]);

    const before = await truth();
    const ran = await run('cleanup', 'run', 'photos');
    expect([ran.code, ran.last['issued'], ran.stderr]).toEqual([0, true, '']);
    const { certificate } = ran.last;
    const version = (await run('snapshots')).last['snapshots'][0];
    expect(certificate).toMatchObject({
      bucket: 'photos',
      snapshot: version.id,
      verdict: 'safe-except',
      level: 'high',
    });
    expect(version).toMatchObject({
      encrypted: true,
      pinned: true,
      verified: { level: 'full', ok: true, opened: true },
    });
    expect(Date.parse(certificate.validUntil) - Date.parse(certificate.coversUntil)).toBe(24 * 3_600_000);
    const inCloud = before.photos.filter((one) => one['inCloudOnly'] === true && one['trashed'] !== true).length;
    expect(inCloud).toBeGreaterThan(0);
    expect(certificate.excludes[0]).toMatchObject({
      what: 'originals-only-in-icloud',
      count: inCloud,
      isException: true,
    });
    expect((await run('cleanup', 'check')).last['standing']).toEqual({ state: 'valid', reason: null });

    await phone.command({ cmd: 'mutate', delete: { photos: 120, conversations: 2 } });
    expect((await run('cleanup', 'review')).last).toMatchObject({ type: 'error', code: 'cleanup/no-newer-version' });
    expect((await run('backup')).code).toBe(0);
    const after = await truth();
    const goneOf = (list: 'photos' | 'conversations', key: string): Array<Record<string, unknown>> => {
      const left = new Set(after[list].filter((one) => one['trashed'] !== true).map((one) => one[key]));
      return before[list].filter((one) => one['trashed'] !== true && !left.has(one[key]));
    };
    const photos = goneOf('photos', 'uuid');
    const talks = goneOf('conversations', 'guid');
    const review = (await run('cleanup', 'review')).last;
    const ids = (items: Array<{ kind: string; id: string }>): string[] =>
      items.map(({ kind, id }) => `${kind} ${id}`).sort();
    expect(ids(review['expected'])).toEqual(photos.map((one) => `photos ${one['uuid']}`).sort());
    expect(ids(review['unexpected'])).toEqual(talks.map((one) => `conversations ${one['guid']}`).sort());
    expect(review['certain']).toBe(true);

    const back = join(dir, 'back');
    const undo = await run('cleanup', 'undo', back, '--part', 'all');
    expect(undo.last).toMatchObject({ items: photos.length + 2, failed: [] });
    expect(readdirSync(back).sort()).toEqual(['Messages', 'Photos']);
    const sums = new Set(filesIn(back).map((file) => createHash('sha256').update(readFileSync(file)).digest('hex')));
    const sumOf = new Map(
      before.files.map(({ domain, relativePath, sha256 }) => [`${domain}/${relativePath}`, sha256]),
    );
    const parts = photos.flatMap((one) => [one['relativePath'], one['liveMovie'], one['render']]).filter(isText);
    const wanted = parts.flatMap((path) => sumOf.get(`CameraRollDomain/${path}`) ?? []);
    // The pictures, the films of Live Photos, and how they look after their edits.
    expect(wanted.length).toBeGreaterThan(photos.length);
    for (const sum of wanted) expect(sums.has(sum)).toBe(true);
    const quiet = await run('cleanup', 'undo', join(dir, 'again'), '--part', 'unexpected');
    expect(quiet.last).toMatchObject({ items: 2, failed: [] });
  }, 180_000);

  it('of low risk needs nothing, and says so', async () => {
    const { phone, run } = await world();
    const plan = await run('cleanup', 'plan', 'compress-photos', 'safari-data', '--udid', phone.udid);
    expect(plan.last).toMatchObject({ level: 'low', checks: [], missing: [], protection: { kind: 'none' } });
    const certificate = await run('cleanup', 'certificate', 'compress-photos', '--udid', phone.udid);
    expect(certificate.code).toBe(0);
    expect(certificate.last).toMatchObject({ issued: false, certificate: null, level: 'low' });
  }, 60_000);

  it('is refused on a backup that is not encrypted, or whose password is not known', async () => {
    const { run } = await world();
    expect((await run('backup', '--unencrypted', '--verify', 'full')).code).toBe(0);
    const open = await run('cleanup', 'certificate', 'large-videos');
    expect(open.last['issued']).toBe(false);
    expect(checkOf(open.last['reasons'], 'encrypted')).toMatch(/^fail: /);
  }, 60_000);

  it('has no certificate for what no backup holds', async () => {
    const { run } = await world();
    const drive = await run('cleanup', 'run', 'icloud-drive-files');
    expect(drive.last).toMatchObject({ issued: false, certificate: null });
    expect(drive.last['reasons'].some((one: Check & { next: string }) => one.next === 'copy-icloud-drive')).toBe(true);
  }, 60_000);

  it('loses its certificate when much is added, and when a bit of the version is wrong', async () => {
    const { phone, dir, run } = await world();
    expect((await run('cleanup', 'run', 'large-videos', 'screenshots')).last['issued']).toBe(true);
    await phone.command({ cmd: 'mutate', add: { photos: 60 } });
    const added = await run('cleanup', 'check');
    expect([added.code, added.last['standing']]).toEqual([1, { state: 'lapsed', reason: 'added' }]);
    expect((await run('cleanup', 'run', 'large-videos', 'screenshots')).last['issued']).toBe(true);
    expect((await run('cleanup', 'check')).last['standing'].state).toBe('valid');
    flipBit(dir);
    const damaged = await run('cleanup', 'check');
    expect([damaged.code, damaged.last['standing'].state]).toEqual([1, 'lapsed']);
    expect(['damaged', 'check-failed']).toContain(damaged.last['standing'].reason);
  }, 120_000);

  it('has no certificate when the phone is gone before it could be counted', async () => {
    const { phone, run } = await world();
    expect((await run('backup', '--verify', 'full')).code).toBe(0);
    await phone.command({ cmd: 'detach' });
    // What would be lost is asked most by those who have lost it.
    const lost = (await run('at-risk', phone.udid)).last;
    expect(lost).toMatchObject({ phones: [], maps: [{ udid: phone.udid }] });
    const row = lost['maps'][0].map.rows.find((one: { id: string }) => one.id === 'messages');
    expect(row).toMatchObject({
      ifLost: 'comes-back',
      cells: { vault: { state: 'proven' }, other: { state: 'unknown' } },
    });
    const away = await run('cleanup', 'certificate', 'photos');
    expect(away.last['issued']).toBe(false);
    expect(checkOf(away.last['reasons'], 'newer-than-cleanup')).toMatch(/^unknown: /);
  }, 60_000);
});

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** In the middle of the largest pack. */
function flipBit(dir: string): void {
  const packs = filesIn(join(dir, 'vault', 'packs')).map((path) => ({ path, size: statSync(path).size }));
  const [largest] = packs.sort((a, b) => b.size - a.size);
  if (largest === undefined) throw new Error('there is no pack');
  const file = openSync(largest.path, 'r+');
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, Math.floor(largest.size / 2));
  byte[0] = (byte[0] ?? 0) ^ 1;
  writeSync(file, byte, 0, 1, Math.floor(largest.size / 2));
  closeSync(file);
}
