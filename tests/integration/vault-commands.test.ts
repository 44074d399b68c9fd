import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BackstopRun, backstop } from '../support/backstop.ts';
import { type SimulatorProcess, startSimulatorProcess } from '../support/simulator-process.ts';

/** The terminal's commands about the vault itself, on three real versions of the simulated phone. */

const SCALE = '0.05';
let phone: SimulatorProcess;
let dir: string;
let ids: readonly string[];
let place = 'vault';

function run(...args: string[]): Promise<BackstopRun> {
  return runOn(join(dir, place), ...args);
}

function runOn(vault: string, ...args: string[]): Promise<BackstopRun> {
  return backstop([...args, '--vault', vault], {
    env: {
      USBMUXD_SOCKET_ADDRESS: phone.address,
      BACKSTOP_HOME: join(dir, 'home'),
      BACKSTOP_PASSWORD: 'secret',
      BACKSTOP_TIMEOUT_SCALE: SCALE,
    },
  });
}

async function listed(): Promise<readonly string[]> {
  return ((await run('snapshots')).last['snapshots'] as Array<{ id: string }>).map(({ id }) => id);
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'backstop-vault-commands-'));
  phone = await startSimulatorProcess({
    args: [
      '--files',
      '200',
      '--bytes',
      '4M',
      '--seed',
      '5',
      '--passcode-delay',
      '1',
      '--encrypted',
      '--password-env',
      'PHONE',
    ],
    env: { PHONE: 'secret', BACKSTOP_TIMEOUT_SCALE: SCALE },
  });
  for (let version = 0; version < 3; version += 1) {
    const { code, last } = await run('backup');
    expect(code, JSON.stringify(last)).toBe(0);
    await phone.command({ cmd: 'mutate', percent: 5 });
  }
  ids = await listed();
}, 120_000);

afterAll(async () => {
  await phone.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe('forget and its undo', () => {
  it('takes a version off the list and brings it back', async () => {
    const [first = '', second = '', third = ''] = ids;
    const forgotten = await run('forget', first.slice(0, 10));
    expect(forgotten).toMatchObject({ code: 0, last: { type: 'result', forgotten: [first] } });
    expect(await listed()).toEqual([second, third]);
    expect(await run('verify', first)).toMatchObject({ code: 1, last: { code: 'vault/forgotten-snapshot' } });
    const trash = await run('trash', 'list');
    expect(trash).toMatchObject({ code: 0, last: { trash: [{ id: first, by: 'owner', expired: false }] } });
    expect(await run('unforget', first)).toMatchObject({ code: 0, last: { restored: [first] } });
    expect(await listed()).toEqual(ids);
    expect(await run('unforget', first)).toMatchObject({ code: 1, last: { code: 'vault/not-forgotten' } });
  });

  it('refuses a pinned one, and all verified versions of a phone at once', async () => {
    const [first = '', second = ''] = ids;
    expect(await run('pin', first)).toMatchObject({ code: 0, last: { pinned: [first] } });
    expect(await run('forget', first)).toMatchObject({
      code: 1,
      last: { code: 'vault/pinned', olderSnapshotsSafe: true },
    });
    expect(await run('unpin', first)).toMatchObject({ code: 0, last: { unpinned: [first] } });
    for (const day of ['yesterday', '2020-01-01', '2999-99-99']) {
      expect(await run('pin', first, '--until', day)).toMatchObject({ code: 2, last: { code: 'vault/bad-pin-date' } });
    }
    expect(await run('pin', first, '--until', '2999-01-01', '--reason', 'the trip')).toMatchObject({ code: 0 });
    expect((await run('snapshots')).last['snapshots']).toMatchObject([
      { id: first, pinned: true, pinnedUntil: '2999-01-01T00:00:00.000Z', pinReason: 'the trip' },
      {},
      {},
    ]);
    expect(await run('unpin', first)).toMatchObject({ code: 0 });
    expect(await run('note', first, 'x'.repeat(141))).toMatchObject({ code: 2, last: { code: 'vault/note-too-long' } });
    expect(await run('forget', ...ids)).toMatchObject({ code: 1, last: { code: 'vault/last-good' } });
    expect(await listed()).toEqual(ids);
    expect(await run('note', second, 'before', 'the trip')).toMatchObject({
      code: 0,
      last: { note: 'before the trip' },
    });
    const { last } = await run('snapshots');
    expect(last['snapshots']).toMatchObject([{}, { id: second, note: 'before the trip', pinned: false }, {}]);
  });

  it('tells wrong usage by its exit code', async () => {
    expect(await run('forget')).toMatchObject({ code: 2, last: { code: 'cli/usage' } });
    expect(await run('trash', 'burn')).toMatchObject({ code: 2, last: { code: 'cli/usage' } });
    expect(await run('forget', 'ffffffffffff')).toMatchObject({ code: 1, last: { code: 'vault/unknown-snapshot' } });
  });
});

describe('an emptied trash', () => {
  it('cannot be undone, and everything that stays is whole', async () => {
    const [first = '', second = '', third = ''] = ids;
    await run('forget', first);
    expect(await run('trash', 'empty')).toMatchObject({ code: 0, last: { type: 'result', emptied: [first] } });
    expect((await run('trash', 'list')).last['trash']).toEqual([]);
    expect(await run('unforget', first)).toMatchObject({ code: 1, last: { code: 'vault/not-forgotten' } });
    expect(await listed()).toEqual([second, third]);
    for (const id of [second, third]) {
      expect(await run('verify', id, '--level', 'full')).toMatchObject({ code: 0, last: { ok: true } });
    }
    expect(await run('backup')).toMatchObject({
      code: 0,
      last: { snapshot: { full: false }, verification: { ok: true } },
    });
  });
});

describe('the rules of retention', () => {
  it('keep what is young, lie in the vault, and tell in a dry run what would go', async () => {
    const before = await listed();
    expect(await run('prune', '--dry-run')).toMatchObject({
      code: 0,
      last: { dryRun: true, remove: [], lastCopies: [] },
    });
    expect(await run('vault', 'retention')).toMatchObject({
      code: 0,
      last: { preset: 'standard', policy: { everyForDays: 7 } },
    });
    const chosen = await run('vault', 'retention', 'everything', '--budget', '1M');
    expect(chosen).toMatchObject({ code: 0, last: { preset: 'everything', policy: { budgetBytes: 1_000_000 } } });
    const dry = await run('prune', '--dry-run');
    // The vault is larger than that: all but the newest, which is verified, would go.
    expect(dry.last['remove']).toEqual(before.slice(0, -1));
    expect(await listed()).toEqual(before);
    const done = await run('prune');
    expect(done).toMatchObject({ code: 0, last: { dryRun: false, remove: before.slice(0, -1) } });
    expect(done.last['overBudgetBytes']).toBeGreaterThan(0);
    expect(await listed()).toEqual(before.slice(-1));
    expect(await run('verify', 'latest', '--level', 'full')).toMatchObject({ code: 0, last: { ok: true } });
    expect(await run('prune', '--policy', 'some')).toMatchObject({ code: 2, last: { code: 'cli/usage' } });
  });
});

describe('a vault that moves', () => {
  it('is the same at its new place, and its old folder is no vault any more', async () => {
    const before = (await run('snapshots')).last;
    const old = join(dir, 'vault');
    expect(await run('vault', 'move', join(old, 'packs', 'inside'))).toMatchObject({ code: 1 });
    const moved = await run('vault', 'move', join(dir, 'moved'));
    expect(moved).toMatchObject({ code: 0, last: { from: old, path: join(dir, 'moved') } });
    expect(await run('snapshots')).toMatchObject({ code: 1, last: { code: 'vault/not-found' } });
    place = 'moved';
    expect((await run('snapshots')).last).toEqual(before);
    expect(await run('verify', 'latest', '--level', 'full')).toMatchObject({ code: 0, last: { ok: true } });
    expect(await run('backup')).toMatchObject({ code: 0, last: { verification: { ok: true } } });
    // By hand it can be carried anywhere too.
    renameSync(join(dir, 'moved'), join(dir, 'by hand'));
    place = 'by hand';
    expect((await run('snapshots')).last['snapshots']).toHaveLength((before['snapshots'] as unknown[]).length + 1);
  });
});

describe('facts about the vault', () => {
  it('are told, and come back from the vault alone when everything on this computer is lost', async () => {
    await run('note', 'latest', 'kept');
    const before = (await run('snapshots')).last;
    const info = await run('vault', 'info');
    expect(info).toMatchObject({ code: 0, last: { format: 1, snapshots: (before['snapshots'] as unknown[]).length } });
    expect(info.last['id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(info.last['bytes']).toBeGreaterThan(1_000_000);
    expect(await run('vault', 'check')).toMatchObject({ code: 0, last: { ok: true, problems: [] } });
    const rebuilt = await run('vault', 'rebuild-index');
    expect(rebuilt).toMatchObject({ code: 0, last: { type: 'result' } });
    expect(rebuilt.last['objects']).toBeGreaterThan(200);
    rmSync(join(dir, 'home', 'cache'), { recursive: true });
    expect((await run('snapshots')).last).toEqual(before);
    expect((await run('vault', 'info')).last).toMatchObject({ id: info.last['id'], bytes: info.last['bytes'] });
    const byId = await runOn(String(info.last['id']).slice(0, 8), 'vault', 'info');
    expect(byId.last).toMatchObject({ id: info.last['id'], path: join(dir, place) });
    expect(await runOn('00000000', 'snapshots')).toMatchObject({ code: 1, last: { code: 'vault/not-found' } });
    expect(await run('vault', 'dance')).toMatchObject({ code: 2 });
  });
});

describe('a scrub and a repair', () => {
  it('find a flipped bit, name version and file, never call it verified, and heal what has another copy', async () => {
    const clean = await run('scrub');
    expect(clean).toMatchObject({ code: 0, last: { ok: true, coverage: 1, problems: [] } });
    const vault = join(dir, place);
    const catalogs = readdirSync(join(vault, 'catalogs')).map((name) => join(vault, 'catalogs', name));
    flip(catalogs[0] as string);
    const found = await run('scrub');
    expect(found).toMatchObject({ code: 1, last: { ok: false } });
    const named = found.last['problems'] as Array<{ kind: string; file: string }>;
    // Versions share a full catalog: each that needs it is named.
    expect(named.length).toBeGreaterThan(0);
    const file = relative(vault, catalogs[0] as string);
    for (const one of named) expect(one).toMatchObject({ kind: 'catalog', file });
    const repaired = await run('repair');
    expect(repaired).toMatchObject({ code: 0, last: { unrepaired: [], needsPhone: [] } });
    expect((await run('scrub')).last).toMatchObject({ ok: true });

    const packs = readdirSync(join(vault, 'packs'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.pack'))
      .map((name) => join(vault, 'packs', name));
    const largest = packs.sort((a, b) => statSync(b).size - statSync(a).size)[0] as string;
    flip(largest);
    const damaged = await run('scrub');
    const [problem] = damaged.last['problems'] as Array<{ snapshot: string; file: string }>;
    expect(damaged.code).toBe(1);
    expect(problem?.file).toBe(relative(vault, largest));
    // Named as its owner knows it, since the password is at hand.
    const inFiles = (damaged.last['problems'] as Array<{ path?: string; fileId?: string }>).filter(
      (one) => one.fileId !== undefined,
    );
    for (const one of inFiles) expect(one.path).toMatch(/^[A-Za-z]+Domain/);
    const shown = (await run('snapshots')).last['snapshots'] as Array<{ id: string; verified: { ok: boolean } }>;
    expect(shown.find(({ id }) => id === problem?.snapshot)?.verified.ok).toBe(false);
    expect(await run('repair')).toMatchObject({ code: 1 });
    // Only the phone has those bytes now: its next backup is a full one, and everything is whole again.
    expect(await run('backup')).toMatchObject({
      code: 0,
      last: { snapshot: { full: true }, verification: { ok: true } },
    });
  });
});

function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 4;
  chmodSync(path, 0o600);
  writeFileSync(path, bytes);
}
