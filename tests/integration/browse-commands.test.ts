import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BackstopRun, backstop, backstopBytes } from '../support/backstop.ts';
import { type SimulatorProcess, startSimulatorProcess } from '../support/simulator-process.ts';

/** The commands that look into a backup, on one encrypted backup of a simulated phone: as a version, and as a folder. */

const SCALE = '0.05';
let dir = '';
let phone: SimulatorProcess;
let folder = '';
let truth: {
  readonly files: readonly Truth[];
  readonly items: Readonly<Record<string, ReadonlyArray<Readonly<Record<string, unknown>>>>>;
};

interface Truth {
  readonly domain: string;
  readonly relativePath: string;
  readonly size: number;
  readonly sha256: string;
}

function run(...args: string[]): Promise<BackstopRun> {
  return runWith({}, ...args);
}

function runWith(env: Record<string, string>, ...args: string[]): Promise<BackstopRun> {
  return backstop([...args, '--vault', join(dir, 'vault')], { env: { ...environment(), ...env } });
}

function environment(): Record<string, string> {
  return {
    USBMUXD_SOCKET_ADDRESS: phone.address,
    BACKSTOP_HOME: join(dir, 'home'),
    BACKSTOP_PASSWORD: 'secret',
    BACKSTOP_TIMEOUT_SCALE: SCALE,
  };
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'backstop-browse-'));
  phone = await startSimulatorProcess({
    args: [
      '--files',
      '1500',
      '--bytes',
      '40M',
      '--seed',
      '11',
      '--passcode-delay',
      '1',
      '--encrypted',
      '--password-env',
      'PHONE',
      '--truth',
      join(dir, 'truth.json'),
    ],
    env: { PHONE: 'secret', BACKSTOP_TIMEOUT_SCALE: SCALE },
  });
  const made = await run('backup');
  expect(made.code, JSON.stringify(made.last)).toBe(0);
  truth = JSON.parse(readFileSync(join(dir, 'truth.json'), 'utf8'));
  expect(await run('export', 'latest', join(dir, 'exported'))).toMatchObject({ code: 0 });
  folder = join(dir, 'exported', readdirSync(join(dir, 'exported'))[0] as string);
});
afterAll(async () => {
  await phone?.[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

function treeOf(path: string): Map<string, string> {
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(path, name)).isFile(),
  );
  return new Map(names.map((name) => [name, sha256(readFileSync(join(path, name)))]));
}

describe('ls', () => {
  it('lists domains with their files, folders with what is in them, and one file', async () => {
    const domains = await run('ls', 'latest');
    expect(domains.code, JSON.stringify(domains.last)).toBe(0);
    const entries = domains.last['entries'] as Array<{ domain: string; kind: string; files: number; size: number }>;
    const counted = new Map<string, number>();
    for (const { domain } of truth.files) counted.set(domain, (counted.get(domain) ?? 0) + 1);
    const withFiles = entries.filter((one) => one.files > 0);
    expect(new Map(withFiles.map((one) => [one.domain, one.files]))).toEqual(counted);
    expect(withFiles.every((one) => one.size > 0)).toBe(true);

    const root = (await run('ls', 'latest', 'CameraRollDomain')).last['entries'];
    expect(root).toEqual([expect.objectContaining({ domain: 'CameraRollDomain', path: 'Media', kind: 'folder' })]);
    const roll = (await run('ls', 'latest', 'CameraRollDomain/Media/DCIM/100APPLE')).last['entries'] as Array<{
      path: string;
      size: number;
      mtime: string;
    }>;
    const expected = truth.files.filter(
      ({ domain, relativePath }) =>
        domain === 'CameraRollDomain' && /^Media\/DCIM\/100APPLE\/[^/]+$/.test(relativePath),
    );
    expect(roll.map(({ path }) => path).sort()).toEqual(expected.map(({ relativePath }) => relativePath).sort());
    expect(roll[0]?.mtime).toMatch(/^20\d\d-/);
    const [one] = roll;
    expect((await run('ls', '--folder', folder, `CameraRollDomain/${one?.path}`)).last['entries']).toEqual([one]);
  });

  it('says what is not there, and needs the right password', async () => {
    expect(await run('ls', 'latest', 'NoSuchDomain')).toMatchObject({ code: 1, last: { code: 'browse/no-such-file' } });
    expect(await run('ls', 'latest', 'HomeDomain/Library/Nothing')).toMatchObject({ code: 1 });
    for (const place of [['latest'], ['--folder', folder]]) {
      const wrong = await runWith({ BACKSTOP_PASSWORD: 'wrong' }, 'ls', ...place);
      expect(wrong).toMatchObject({ code: 3, last: { code: 'browse/wrong-password' } });
      const none = await runWith({ BACKSTOP_PASSWORD: '' }, 'ls', ...place);
      expect(none).toMatchObject({ code: 3, last: { code: 'browse/password-needed' } });
    }
    expect(await run('ls', '--folder', dir)).toMatchObject({ code: 1, last: { code: 'browse/not-a-backup' } });
    expect(await run('ls')).toMatchObject({ code: 2 });
  });
});

describe('cat', () => {
  it('writes the bytes of one file', async () => {
    const file = truth.files.find(({ relativePath }) => relativePath.endsWith('sms.db')) as Truth;
    const words = ['cat', 'latest', file.domain, file.relativePath, '--vault', join(dir, 'vault')];
    const { code, stdout } = await backstopBytes(words, environment());
    expect(code).toBe(0);
    expect(sha256(stdout)).toBe(file.sha256);
    expect(await run('cat', 'latest', file.domain, 'nothing')).toMatchObject({ code: 1 });
  });
});

describe('extract', () => {
  it.each(['version', 'folder'] as const)(
    'takes every file out of a %s as the phone had it, and changes nothing there',
    async (kind) => {
      const before = treeOf(folder);
      const target = join(dir, `all-${kind}`);
      const source = kind === 'version' ? ['latest'] : ['--folder', folder];
      const done = await run('extract', ...source, target);
      expect(done.code, JSON.stringify(done.last)).toBe(0);
      expect(done.last).toMatchObject({ files: truth.files.length, failed: [], sums: 'SHA256SUMS' });
      const renamed = new Map(
        (done.last['renamed'] as Array<{ domain: string; path: string; name: string }>).map((one) => [
          `${one.domain}/${one.path}`,
          one.name,
        ]),
      );
      const tree = treeOf(target);
      tree.delete('SHA256SUMS');
      const wanted = truth.files.map((one) => {
        const path = `${one.domain}/${one.relativePath}`;
        return [renamed.get(path) ?? path, one.sha256] as const;
      });
      expect(tree).toEqual(new Map(wanted));
      expect(treeOf(folder)).toEqual(before);
      const sums = readFileSync(join(target, 'SHA256SUMS'), 'utf8').trim().split('\n');
      expect(new Map(sums.map((line) => [line.slice(66), line.slice(0, 64)]))).toEqual(tree);
    },
  );

  it('takes what was asked for, with its dates, and writes over nothing', async () => {
    const target = join(dir, 'some');
    const asked = ['--domain', 'CameraRollDomain', '--path', 'Media/DCIM/**/*.JPG'];
    const done = await run('extract', 'latest', target, ...asked);
    const wanted = truth.files.filter(
      ({ domain, relativePath }) => domain === 'CameraRollDomain' && /^Media\/DCIM\/.*\.JPG$/.test(relativePath),
    );
    expect(done).toMatchObject({ code: 0, last: { files: wanted.length } });
    const [first] = wanted as [Truth];
    const listed = (await run('ls', 'latest', `CameraRollDomain/${first.relativePath}`)).last['entries'] as Array<{
      mtime: string;
    }>;
    const path = join(target, first.domain, first.relativePath);
    expect(statSync(path).mtime.toISOString()).toBe(listed[0]?.mtime);
    writeFileSync(path, 'mine');
    const again = await run('extract', 'latest', target, ...asked);
    expect(again).toMatchObject({ code: 0, last: { files: wanted.length, sums: 'SHA256SUMS (2)' } });
    expect(readFileSync(path, 'utf8')).toBe('mine');
    expect(await run('extract', 'latest', join(dir, 'none'), '--path', 'no/*/thing')).toMatchObject({ code: 1 });
    expect(await run('extract', 'latest', join(dir, 'vault', 'inside'))).toMatchObject({
      code: 1,
      last: { code: 'export/target-in-vault' },
    });
  });

  it('follows no link that somebody put into the folder', async () => {
    const target = join(dir, 'linked');
    const outside = mkdtempSync(join(dir, 'outside-'));
    cpSync(outside, target, { recursive: true });
    symlinkSync(outside, join(target, 'CameraRollDomain'));
    const done = await run('extract', 'latest', target, '--domain', 'CameraRollDomain');
    expect(done.code).toBe(1);
    expect(JSON.stringify(done.last)).toMatch(/already something of that name|name-taken/);
    expect(readdirSync(outside)).toEqual([]);
  });
});

describe('kinds of data', () => {
  const KEYS: Readonly<Record<string, readonly [section: string, key: string]>> = {
    photos: ['photos', 'uuid'],
    messages: ['messages', 'guid'],
    whatsapp: ['whatsappMessages', 'stanza'],
    contacts: ['contacts', 'guid'],
    notes: ['notes', 'identifier'],
    calls: ['calls', 'id'],
    calendar: ['calendarEvents', 'uuid'],
    apps: ['apps', 'bundleId'],
    wifi: ['wifiNetworks', 'ssid'],
  };

  it.each(Object.entries(KEYS))('%s lists all of them by their ids', async (kind, [section, key]) => {
    const { code, last } = await run(kind, 'latest');
    expect([code, last['present'], last['unreadable']]).toEqual([0, true, []]);
    const items = last['items'] as Array<{ id: string }>;
    const ids = new Set(items.map(({ id }) => id));
    const missing = (truth.items[section] ?? []).filter(
      (one) => one['birthday'] !== true && !ids.has(String(one[key])),
    );
    expect(missing.filter((one) => one['type'] !== 'event')).toEqual([]);
  });

  it('answers with the newest first, as many as were asked for, and one conversation', async () => {
    const { last } = await run('messages', 'latest', '--limit', '3');
    const items = last['items'] as Array<{ sent: string; chatIds: string[] }>;
    expect(items).toHaveLength(3);
    expect(items.map(({ sent }) => sent)).toEqual(
      items
        .map(({ sent }) => sent)
        .toSorted()
        .toReversed(),
    );
    const chat = String((truth.items['conversations'] ?? [])[0]?.['guid']);
    const one = (await run('messages', '--folder', folder, '--chat', chat)).last['items'] as Array<{
      chatIds: string[];
    }>;
    expect(one.length).toBeGreaterThan(0);
    expect(one.every(({ chatIds }) => chatIds.includes(chat))).toBe(true);
    expect(await run('messages', 'latest', '--limit', '0')).toMatchObject({ code: 2 });
    expect(await run('photos', 'latest', '--chat', 'x')).toMatchObject({ code: 2 });
  });

  it.each([
    ['photos', [], /\.(JPG|HEIC|PNG|MOV|MP4)$/i],
    ['calls', [], /^Calls\.csv$/],
    ['calendar', [], /^Calendar\.ics$/],
    ['reminders', [], /^Reminders\.ics$/],
    ['safari', [], /^(Bookmarks|History)\.csv$/],
    ['voicemail', [], /\.(amr|csv)$/],
    ['voice-memos', [], /\.(m4a|qta)$/],
    ['apps', [], /^apps\.json$/],
    ['contacts', [], /^Contacts\.vcf$/],
  ] as const)('%s are taken out as files that people expect', async (kind, words, name) => {
    const target = join(dir, `taken-${kind}`);
    const { code, last } = await run(kind, 'latest', '--export', target, ...words);
    expect(code, JSON.stringify(last)).toBe(0);
    const files = [...treeOf(target).keys()].filter((one) => one !== 'SHA256SUMS');
    expect(files).toHaveLength(last['files']);
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((one) => !name.test(one) && !/\.AAE$/.test(one))).toEqual([]);
    const reasons = (last['unreadable'] as Array<{ reason: string }>).map(({ reason }) => reason);
    expect(reasons.filter((reason) => !/original/.test(reason))).toEqual([]);
    expect(last['sums']).toBe('SHA256SUMS');
  });

  it.each(['markdown', 'html', 'json'])('notes are taken out as %s', async (format) => {
    const target = join(dir, `notes-${format}`);
    const { code, last } = await run('notes', 'latest', '--export', target, '--format', format);
    expect([code, last['unreadable'], last['sums']]).toEqual([0, [], 'SHA256SUMS']);
    const end = { markdown: '.md', html: '.html', json: '.json' }[format] ?? '';
    expect([...treeOf(target).keys()].filter((one) => one.endsWith(end)).length).toBeGreaterThan(0);
    expect(await run('notes', 'latest', '--export', target, '--format', 'doc')).toMatchObject({
      code: 2,
      last: { code: 'browse/no-such-format' },
    });
  });

  it.each(['html', 'text', 'json'])('messages are taken out as %s', async (format) => {
    const target = join(dir, `talk-${format}`);
    const chat = String((truth.items['conversations'] ?? [])[0]?.['guid']);
    const { code, last } = await run('messages', 'latest', '--export', target, '--format', format, '--chat', chat);
    expect([code, last['unreadable']]).toEqual([0, []]);
    const page = [...treeOf(target).keys()].find((one) => /\.(html|txt|json)$/.test(one)) as string;
    const text = readFileSync(join(target, page), 'utf8');
    const own = (truth.items['messages'] ?? []).find(
      (one) =>
        (one['conversations'] as string[]).includes(chat) &&
        one['ordinary'] === true &&
        /^[\p{L} ]{6,}$/u.test(String(one['text'])),
    );
    if (own !== undefined) expect(text).toContain(String(own['text']));
    expect(await run('messages', 'latest', '--export', target, '--format', 'doc')).toMatchObject({ code: 2 });
    expect(await run('messages', 'latest', '--export', target, '--chat', 'nobody')).toMatchObject({ code: 1 });
  });

  it('finds words, and says what is in it and what is not', async () => {
    const message = (truth.items['messages'] ?? []).find(
      (one) => String(one['text'] ?? '').length > 12 && one['ordinary'] === true,
    );
    const words = String(message?.['text']).split(/\s+/).slice(0, 3).join(' ');
    const found = await run('search', 'latest', words, '--limit', '1000');
    expect(found.code).toBe(0);
    expect((found.last['hits'] as Array<{ id: string }>).map(({ id }) => id)).toContain(message?.['guid']);
    const coverage = await run('coverage', 'latest');
    expect(coverage.code).toBe(0);
    const kinds = coverage.last['kinds'] as Array<{ kind: string; status: string; count: number; newest: string }>;
    const ordinary = (truth.items['messages'] ?? []).filter(
      (one) => one['ordinary'] === true && one['deleted'] !== true,
    );
    expect(kinds.find(({ kind }) => kind === 'messages')).toMatchObject({ status: 'present', count: ordinary.length });
    expect(kinds.find(({ kind }) => kind === 'health')).toMatchObject({ status: 'present' });
    expect(coverage.last['notIncluded']).toContainEqual(expect.objectContaining({ kind: 'apple-pay' }));
    const shown = (truth.items['photos'] ?? []).filter((one) => one['trashed'] !== true);
    const { here, onlyInICloud, unknown } = coverage.last['originals'] as Record<string, number>;
    expect((here ?? 0) + (onlyInICloud ?? 0) + (unknown ?? 0)).toBe(shown.length);
    expect(onlyInICloud).toBe(shown.filter((one) => one['inCloudOnly'] === true).length);
  });

  it('says where the room goes', async () => {
    const { code, last } = await run('usage', 'latest');
    expect([code, last['unreadable']]).toEqual([0, []]);
    const categories = last['categories'] as Array<{ kind: string; bytes: number; count: number }>;
    expect(categories.reduce((sum, one) => sum + one.count, 0)).toBe(truth.files.length);
    expect((last['cleanups'] as unknown[]).length).toBe(5);
  });

  it('compares two versions, and knows in which something is', async () => {
    const first = ((await run('snapshots')).last['snapshots'] as Array<{ id: string }>)[0]?.id as string;
    expect(await phone.command({ cmd: 'mutate', delete: { photos: 7, conversations: 1 } })).toMatchObject({ ok: true });
    expect(await run('backup')).toMatchObject({ code: 0 });
    const { code, last } = await run('diff', first, 'latest');
    expect([code, last['unreadable']]).toEqual([0, []]);
    const kinds = last['kinds'] as Record<string, { gone: string[]; added: string[]; certain: boolean }>;
    expect(kinds['conversations']).toMatchObject({ added: [], certain: true });
    expect(kinds['conversations']?.gone).toHaveLength(1);
    expect(kinds['photos']?.gone.length).toBeGreaterThan(0);
    const target = join(dir, 'gone');
    const taken = await run('diff', first, 'latest', '--export', target);
    expect(taken).toMatchObject({ code: 0, last: { exported: { directory: target } } });
    const sums = new Set(treeOf(join(target, 'Photos')).values());
    const inTruth = new Map((truth.items['photos'] ?? []).map((one) => [one['uuid'], one]));
    const bytesOf = new Map(truth.files.map((one) => [`${one.domain}/${one.relativePath}`, one.sha256]));
    for (const id of kinds['photos']?.gone ?? []) {
      const one = inTruth.get(id);
      const sha = bytesOf.get(`${String(one?.['domain'])}/${String(one?.['relativePath'])}`);
      if (one?.['inCloudOnly'] !== true) expect(sums.has(String(sha)), id).toBe(true);
    }
    expect([...treeOf(join(target, 'Messages')).keys()].some((name) => name.endsWith('.html'))).toBe(true);
    const gone = kinds['photos']?.gone[0] as string;
    const where = (await run('where', 'latest', gone, '--kind', 'photos')).last['items'] as Array<{
      versions: Array<{ state: string }>;
    }>;
    expect(where).toHaveLength(1);
    expect(where[0]?.versions.map(({ state }) => state)).toEqual(['present', 'absent']);
    const coverage = (await run('coverage', 'latest')).last;
    expect(coverage['comparedWith']).toBe(first);
    const photos = (coverage['kinds'] as Array<{ kind: string; change: number }>).find(
      ({ kind }) => kind === 'conversations',
    );
    expect(photos?.change).toBe(-1);
    expect(await run('diff', first, 'nothing')).toMatchObject({ code: 1 });
    expect(await run('where', 'latest', 'x', '--kind', 'cars')).toMatchObject({
      code: 2,
      last: { code: 'browse/no-such-kind' },
    });
  });
});

describe('a sudden loss', () => {
  it('is said after the backup, and the version before is pinned; a usual change is not', async () => {
    const [, second] = (await run('snapshots')).last['snapshots'] as Array<{ id: string; pinned: boolean }>;
    expect(second?.pinned).toBe(false);
    await phone.command({ cmd: 'mutate', add: { photos: 3 } });
    expect((await run('backup')).last['losses']).toEqual([]);
    await phone.command({ cmd: 'mutate', delete: { photos: 150, apps: 1 } });
    const { code, last } = await run('backup');
    expect(code).toBe(0);
    const kinds = (last['losses'] as Array<{ kind: string }>).map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['photos', 'app']));
    const listed = (await run('snapshots')).last['snapshots'] as Array<{
      id: string;
      pinned: boolean;
      pinReason: string | null;
    }>;
    expect(listed.map(({ pinned }) => pinned)).toEqual([false, false, true, false]);
    expect(listed[2]?.pinReason).toBe('before a sudden loss');
    expect((last['losses'] as Array<{ pinned: string }>)[0]?.pinned).toBe(listed[2]?.id);
  });
});

describe('rules of retention', () => {
  it('say what only the versions that would go have, and that it is not known without the password', async () => {
    const policy = ['prune', '--dry-run', '--policy', 'light'];
    const listed = (await run('snapshots')).last['snapshots'] as Array<{ id: string }>;
    const known = await run(...policy);
    // Both versions are of today: nothing goes, and that is known.
    expect(known).toMatchObject({ code: 0, last: { remove: [], lastCopies: [], lastCopiesChecked: true } });
    expect(listed.length).toBeGreaterThan(1);
  });
});
