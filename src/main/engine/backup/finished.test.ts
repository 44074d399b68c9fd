import { describe, expect, it } from 'vitest';
import { MemoryObjects } from '../../../../tests/support/memory-vault.ts';
import { isBackstopError } from '../../../shared/errors/index.ts';
import { encodePlist, type PlistDict } from '../formats/plist/index.ts';
import { checkFinished, type PreviousRun } from './finished.ts';
import { Overlay } from './overlay/index.ts';
import { parseVirtualPath } from './paths.ts';

const UDID = '00008130-0012345678901234';
const DATE = new Date('2026-05-01T10:00:00Z');

interface Left {
  readonly status?: PlistDict | Buffer | null;
  readonly files?: Readonly<Record<string, Buffer>>;
  readonly previous?: PreviousRun | null;
}

/** What a healthy phone leaves, with changes; null leaves the status out. */
async function check({ status = {}, files = {}, previous = null }: Left = {}) {
  const overlay = new Overlay({ udid: UDID, base: null });
  const objects = new MemoryObjects();
  const put = (name: string, bytes: Buffer): void =>
    overlay.putFile(parseVirtualPath(`${UDID}/${name}`), { ...objects.store(bytes), modified: 1 });
  const good = { SnapshotState: 'finished', Date: DATE, UUID: 'U1', IsFullBackup: true };
  if (status !== null) {
    put('Status.plist', Buffer.isBuffer(status) ? status : encodePlist({ ...good, ...status }, 'binary'));
  }
  put('Manifest.plist', encodePlist({ IsEncrypted: true }, 'binary'));
  put('Manifest.db', Buffer.from('not looked into'));
  for (const [name, bytes] of Object.entries(files)) put(name, bytes);
  return checkFinished({ overlay, objects, previous });
}

async function reasonOf(left: Left): Promise<string> {
  try {
    await check(left);
  } catch (error) {
    if (isBackstopError(error, 'backup/not-finished')) return String(error.data['reason']);
    throw error;
  }
  return 'nothing';
}

describe('what a phone left behind is a backup', () => {
  it('when its status is finished and later than the one before', async () => {
    const finished = await check({ previous: { statusUUID: 'U0', statusDate: '2026-05-01T09:59:59.000Z' } });
    expect(finished).toMatchObject({ statusUuid: 'U1', statusDate: DATE, isFull: true });
    expect(finished.manifest.isEncrypted).toBe(true);
  });

  it('when it is another run of the same second', async () => {
    await check({ previous: { statusUUID: 'U0', statusDate: DATE.toISOString() } });
  });

  it.each<[string, RegExp, Left]>([
    ['has no status', /Status.plist is missing/, { status: null }],
    ['has a status that is no list', /Status.plist cannot be read/, { status: Buffer.from('x') }],
    ['is not finished', /“moving”/, { status: { SnapshotState: 'moving' } }],
    ['names no state', /“missing”|“finished”/, { status: { SnapshotState: 3 } }],
    ['has no date', /no date/, { status: { Date: 'today' } }],
    ['is the one before', /clock/, { previous: { statusUUID: 'U1', statusDate: DATE.toISOString() } }],
    ['is older', /clock/, { previous: { statusUUID: 'U0', statusDate: '2026-06-01T00:00:00.000Z' } }],
    ['left something unfinished', /unfinished/, { files: { 'Snapshot/ab/x': Buffer.of(1) } }],
    ['has an empty list of files', /Manifest.db is empty/, { files: { 'Manifest.db': Buffer.alloc(0) } }],
    ['has a broken Manifest.plist', /Manifest.plist cannot/, { files: { 'Manifest.plist': Buffer.of(1) } }],
    ['has a status of absurd size', /bytes/, { status: Buffer.alloc(2 * 1024 * 1024) }],
  ])('but not when it %s', async (_name, reason, left) => {
    expect(await reasonOf(left)).toMatch(reason);
  });
});
