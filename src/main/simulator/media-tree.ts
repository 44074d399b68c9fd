import type { PhoneContent, PhoneFile } from './content/types.ts';
import type { EventLog } from './event-log.ts';
import type { JsonObject } from './json.ts';

/** A node of the media folder. The content's own files are read-only; what hosts write lives in memory. */
export type MediaNode =
  | { readonly kind: 'content-file'; readonly file: PhoneFile }
  | { readonly kind: 'content-directory' }
  | { readonly kind: 'file'; data: Buffer; sizeBytes: number; modifiedMs: number }
  | { readonly kind: 'directory'; readonly modifiedMs: number };

export type LockHolder = object;

/** Everything hosts write together; more is "no space". */
const MAX_WRITTEN_BYTES = 256 * 1024 * 1024;

/** `/var/mobile/Media` as AFC sees it. Paths are normalised, without a leading slash; "" is the root. */
export class MediaTree {
  readonly #content: PhoneContent;
  readonly #events: EventLog;
  readonly #written = new Map<string, MediaNode>();
  readonly #exclusive = new Map<string, LockHolder>();
  readonly #shared = new Map<string, Set<LockHolder>>();
  #writtenBytes = 0;
  /** Fault: while true, the sync lock is held by "another sync". */
  lockBusy = false;

  constructor(content: PhoneContent, events: EventLog) {
    this.#content = content;
    this.#events = events;
  }

  lookup(path: string): MediaNode | null {
    if (path === '') return { kind: 'directory', modifiedMs: 0 };
    const written = this.#written.get(path);
    if (written !== undefined) return written;
    const file = this.#content.mediaFile(path);
    if (file !== null && file.kind === 'file') return { kind: 'content-file', file };
    return this.#content.mediaChildren(path) === null ? null : { kind: 'content-directory' };
  }

  /** Names in a folder, sorted; null when it is not a folder. */
  list(path: string): readonly string[] | null {
    const node = this.lookup(path);
    if (node === null || node.kind === 'file' || node.kind === 'content-file') return null;
    const names = new Set(this.#content.mediaChildren(path) ?? []);
    const prefix = path === '' ? '' : `${path}/`;
    for (const key of this.#written.keys()) {
      if (key.startsWith(prefix) && !key.slice(prefix.length).includes('/')) names.add(key.slice(prefix.length));
    }
    return [...names].sort();
  }

  /** Bytes of a file that a host wrote (RestoreApplications.plist, say); null when there is none. */
  readWritten(path: string): Buffer | null {
    const node = this.#written.get(path.replace(/^\/+/, ''));
    return node?.kind === 'file' ? Buffer.from(node.data.subarray(0, node.sizeBytes)) : null;
  }

  createFile(path: string): Extract<MediaNode, { kind: 'file' }> {
    const node = { kind: 'file' as const, data: Buffer.alloc(0), sizeBytes: 0, modifiedMs: Date.now() };
    this.#written.set(path, node);
    return node;
  }

  createDirectory(path: string): void {
    this.#written.set(path, { kind: 'directory', modifiedMs: Date.now() });
  }

  /** False when the phone has no room for it. */
  write(node: Extract<MediaNode, { kind: 'file' }>, offset: number, bytes: Uint8Array): boolean {
    const end = offset + bytes.length;
    if (end > node.sizeBytes && !this.resize(node, end)) return false;
    node.data.set(bytes, offset);
    node.modifiedMs = Date.now();
    return true;
  }

  resize(node: Extract<MediaNode, { kind: 'file' }>, sizeBytes: number): boolean {
    const growth = sizeBytes - node.sizeBytes;
    if (this.#writtenBytes + growth > MAX_WRITTEN_BYTES) return false;
    if (sizeBytes > node.data.length) {
      const larger = Buffer.alloc(Math.max(sizeBytes, Math.min(2 * node.data.length, MAX_WRITTEN_BYTES)));
      node.data.copy(larger, 0, 0, node.sizeBytes);
      node.data = larger;
    }
    if (growth < 0) node.data.fill(0, sizeBytes, node.sizeBytes);
    node.sizeBytes = sizeBytes;
    this.#writtenBytes += growth;
    return true;
  }

  /** Removes one written node; the content's own files stay. */
  remove(path: string): boolean {
    const node = this.#written.get(path);
    if (node === undefined) return false;
    if (node.kind === 'file') this.#writtenBytes -= node.sizeBytes;
    this.#written.delete(path);
    return true;
  }

  rename(from: string, to: string): boolean {
    const moved = [...this.#written].filter(([path]) => path === from || path.startsWith(`${from}/`));
    if (moved.length === 0) return false;
    this.remove(to);
    for (const [path, node] of moved) {
      this.#written.delete(path);
      this.#written.set(to + path.slice(from.length), node);
    }
    return true;
  }

  /** Non-blocking, as flock(2): false when somebody else holds it. A holder may change its own lock. */
  lock(path: string, holder: LockHolder, exclusive: boolean): boolean {
    if (this.lockBusy) return false;
    const owner = this.#exclusive.get(path);
    if (owner !== undefined && owner !== holder) return false;
    const readers = this.#shared.get(path) ?? new Set();
    if (exclusive && [...readers].some((reader) => reader !== holder)) return false;
    readers.delete(holder);
    if (exclusive) {
      this.#exclusive.set(path, holder);
    } else {
      this.#exclusive.delete(path);
      readers.add(holder);
    }
    this.#shared.set(path, readers);
    this.#events.record('afc.locked', { path: `/${path}`, exclusive });
    return true;
  }

  unlock(path: string, holder: LockHolder): void {
    const wasExclusive = this.#exclusive.get(path) === holder;
    if (wasExclusive) this.#exclusive.delete(path);
    const wasShared = this.#shared.get(path)?.delete(holder) ?? false;
    if (wasExclusive || wasShared) this.#events.record('afc.unlocked', { path: `/${path}` });
  }

  /** Is the sync lock of a backup or restore held by a host right now? */
  get syncLockHeld(): boolean {
    return this.#exclusive.has('com.apple.itunes.lock_sync');
  }

  report(): JsonObject {
    return { syncLockHeld: this.syncLockHeld, written: [...this.#written.keys()].sort() };
  }
}
