import {
  failureFrom,
  type MediaRange,
  type MediaSource,
  type OpenedMedia,
  type Port,
} from '../../../shared/contract/carrier/index.ts';
import { BackstopError } from '../../../shared/errors/index.ts';
import { CHUNK_BYTES, CHUNKS_ON_THE_WAY, type MediaFrame, mediaOrderFrame } from './frames.ts';

/** Items that may be open at once. The other end keeps to less (`media-client`). */
const MOST_OPEN = 64;

/** The giving end of media on a port: each chunk is sent only when the other end has room for it. */
export function serveMedia(source: MediaSource, port: Port): void {
  const open = new Map<number, Sending>();
  let isOpen = true;
  const post = (frame: MediaFrame): void => {
    if (isOpen) port.post(frame);
  };
  port.onFrame((frame) => {
    const parsed = mediaOrderFrame.safeParse(frame);
    if (!parsed.success) return;
    const order = parsed.data;
    if (order.type === 'media-more') open.get(order.id)?.allow();
    else if (order.type === 'media-stop') open.get(order.id)?.stop();
    else if (open.size >= MOST_OPEN || open.has(order.id)) {
      post({ type: 'media-failure', id: order.id, failure: failureFrom(new BackstopError('app/too-many-questions')) });
    } else {
      const sending = new Sending(order.id, post);
      open.set(order.id, sending);
      void sending.run(source, order.token, order.range).finally(() => open.delete(order.id));
    }
  });
  port.onClose(() => {
    isOpen = false;
    for (const sending of open.values()) sending.stop();
  });
}

class Sending {
  readonly #id: number;
  readonly #post: (frame: MediaFrame) => void;
  #room = CHUNKS_ON_THE_WAY;
  #isStopped = false;
  #wake: () => void = () => undefined;

  constructor(id: number, post: (frame: MediaFrame) => void) {
    this.#id = id;
    this.#post = post;
  }

  allow(): void {
    this.#room = Math.min(this.#room + 1, CHUNKS_ON_THE_WAY);
    this.#wake();
  }

  stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  async run(source: MediaSource, token: string, range: MediaRange | null): Promise<void> {
    try {
      const opened = await source.openMedia(token, range);
      const { type: media, size, start, end } = opened;
      this.#post({ type: 'media-head', id: this.#id, media, size, start, end });
      await this.#send(opened);
      this.#post({ type: 'media-end', id: this.#id });
    } catch (error) {
      this.#post({ type: 'media-failure', id: this.#id, failure: failureFrom(error) });
    }
  }

  /** Leaving the loop early returns the iterator, which lets go of the item. */
  async #send(opened: OpenedMedia): Promise<void> {
    for await (const part of opened.bytes) {
      for (let offset = 0; offset < part.length; offset += CHUNK_BYTES) {
        await this.#waitForRoom();
        if (this.#isStopped) return;
        this.#room -= 1;
        // A copy of its own: a view would take the whole buffer under it along.
        const bytes = new Uint8Array(part.subarray(offset, offset + CHUNK_BYTES));
        this.#post({ type: 'media-bytes', id: this.#id, bytes });
      }
      if (this.#isStopped) return;
    }
  }

  async #waitForRoom(): Promise<void> {
    while (this.#room === 0 && !this.#isStopped) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
