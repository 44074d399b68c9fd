import type { EngineService } from '../../src/main/engine/process/run-host.ts';
import { type MediaRange, type OpenedMedia, resolveRange } from '../../src/shared/contract/carrier/index.ts';
import type { EngineEvent, ProcedureName } from '../../src/shared/contract/procedures/index.ts';
import { BackstopError } from '../../src/shared/errors/index.ts';

/** Items by the first letter of their token. */
const MEDIA: Readonly<Record<string, { readonly type: string; readonly size: number }>> = {
  p: { type: 'image/jpeg', size: 1000 },
  e: { type: 'image/png', size: 0 },
  v: { type: 'video/mp4', size: 8 * 1024 * 1024 },
  // What an engine must never offer; a carrier must not pass it on even so.
  h: { type: 'text/html', size: 60 },
};

/** The byte at an offset of every item. */
export const byteAt = (offset: number): number => (offset * 7 + (offset >> 8)) & 0xff;

/** An engine that knows a few answers and some bytes: for tests of what carries them, not of what they mean. */
export class SmallEngine implements EngineService {
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  /** Chunks that were given out, of all items. */
  chunks = 0;
  /** Items that are being read. */
  reading = 0;
  isClosed = false;

  async answer(name: ProcedureName, input: unknown): Promise<unknown> {
    switch (name) {
      case 'jobs.list':
        return { jobs: [] };
      case 'settings.get':
        throw new BackstopError('app/locked');
      case 'lock.state':
        return { isOn: false, isLocked: false, systemUnlock: 'none' };
      case 'lock.lock':
        this.tell({ type: 'changed', topic: 'lock' });
        return { done: true };
      case 'passwords.test':
        // Nobody ever answers: what waits when an engine dies.
        return new Promise(() => undefined);
      case 'phones.stopDemo':
        // In the middle of other work, as bugs do.
        setTimeout(() => {
          throw new Error('a bug of ours');
        });
        return new Promise(() => undefined);
      default:
        throw new BackstopError('internal/bug', { data: { detail: `${name} ${JSON.stringify(input)}` } });
    }
  }

  tell(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  onEvent(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async openMedia(token: string, range: MediaRange | null): Promise<OpenedMedia> {
    const item = MEDIA[token[0] ?? ''];
    if (item === undefined) throw new BackstopError('app/unknown-media');
    const part = resolveRange(range, item.size);
    if (part === null) throw new BackstopError('app/bad-range', { data: { size: item.size } });
    return { ...item, ...part, bytes: this.#read(part.start, part.end) };
  }

  async *#read(start: number, end: number): AsyncGenerator<Uint8Array> {
    this.reading += 1;
    try {
      // Larger than a chunk on the way, so that cutting is seen.
      for (let offset = start; offset <= end; offset += 400_000) {
        this.chunks += 1;
        yield Uint8Array.from({ length: Math.min(400_000, end - offset + 1) }, (_, index) => byteAt(offset + index));
      }
    } finally {
      this.reading -= 1;
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

/** A token of the small engine. */
export const smallToken = (first: string): string => `${first}${'0'.repeat(23)}`;
