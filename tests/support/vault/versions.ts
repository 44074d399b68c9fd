import { createHash } from 'node:crypto';
import type {
  CommitRequest,
  Entry,
  ObjectRef,
  Snapshot,
  SnapshotView,
  TopEntry,
  Vault,
  VaultSession,
} from '../../../src/main/engine/vault/index.ts';

/** Makes versions of a made-up phone and knows what must be in them. */

export const UDID = '00008101-000A1B2C3D4E5F60';

export type Content = ReadonlyMap<string, Buffer>;

export function fileId(name: string): Buffer {
  return createHash('sha1').update(name).digest();
}

export async function store(session: VaultSession, bytes: Buffer, chunkBytes = 64 * 1024): Promise<ObjectRef> {
  const writer = session.createObject(bytes.length);
  for (let at = 0; at < bytes.length; at += chunkBytes) await writer.write(bytes.subarray(at, at + chunkBytes));
  return writer.finish();
}

/** Stores what differs between two contents and commits it. Names that hold a dot are tops. */
export async function commitVersion(
  session: VaultSession,
  before: { readonly snapshot: Snapshot; readonly content: Content } | null,
  content: Content,
  statusDate: string,
): Promise<Snapshot> {
  return session.commit(await requestFor(session, before, content, statusDate));
}

export async function requestFor(
  session: VaultSession,
  before: { readonly snapshot: Snapshot; readonly content: Content } | null,
  content: Content,
  statusDate: string,
): Promise<CommitRequest> {
  const changes: Array<Entry | { readonly id: Buffer; readonly removed: true }> = [];
  const tops: TopEntry[] = [];
  for (const [name, bytes] of content) {
    const isTop = name.includes('.');
    if (!isTop && before?.content.get(name)?.equals(bytes)) continue;
    const object = await store(session, bytes);
    if (isTop) tops.push({ name, ...object, modified: 1000 });
    else changes.push({ id: fileId(name), ...object, modified: 1000 });
  }
  for (const name of before?.content.keys() ?? []) {
    if (!name.includes('.') && !content.has(name)) changes.push({ id: fileId(name), removed: true });
  }
  changes.sort((a, b) => Buffer.compare(a.id, b.id));
  await session.seal();
  return {
    parent: before?.snapshot ?? null,
    full: before === null,
    changes,
    tops,
    facts: {
      udid: UDID,
      name: 'Anna’s iPhone',
      model: 'iPhone14,2',
      ios: '18.1',
      encrypted: true,
      statusUuid: 'E1D6A9D0-0000-4000-8000-000000000000',
      statusDate,
      startedAt: statusDate,
    },
  };
}

/** Reads a version back and compares every byte; answers what is wrong, or null. */
export async function differenceFrom(vault: Vault, snapshot: Snapshot, content: Content): Promise<string | null> {
  await using view = await vault.view(snapshot);
  return await differenceOf(view, content);
}

/** As `differenceFrom`, for a version that is open already. */
export async function differenceOf(view: SnapshotView, content: Content): Promise<string | null> {
  const entries = [...content].filter(([name]) => !name.includes('.'));
  if (view.entryCount !== entries.length) return `${view.entryCount} entries instead of ${entries.length}`;
  for (const [name, bytes] of content) {
    const found = name.includes('.') ? view.top(name) : view.get(fileId(name));
    if (found === null) return `${name} is missing`;
    if (!(await view.readWhole(found, 1 << 30)).equals(bytes)) return `${name} has other bytes`;
  }
  return null;
}
