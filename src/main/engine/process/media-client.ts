import {
  errorFrom,
  type MediaRange,
  type MediaSource,
  type OpenedMedia,
  type Port,
} from '../../../shared/contract/carrier/index.ts';
import { BackstopError } from '../../../shared/errors/index.ts';
import { type MediaFrame, type MediaOrderFrame, mediaFrame } from './frames.ts';

/** A wall of pictures asks for hundreds at once; the others wait for their turn. */
const MOST_OPEN = 32;

/** The asking end of media on a port. */
export function createMediaClient(port: Port): MediaSource {
  const open = new Map<number, Receiving>();
  const queue: (() => void)[] = [];
  let next = 0;
  let isOpen = true;
  let taken = 0;

  const leave = (id: number): void => {
    if (!open.delete(id)) return;
    taken -= 1;
    queue.shift()?.();
  };
  port.onFrame((frame) => {
    const parsed = mediaFrame.safeParse(frame);
    if (parsed.success) open.get(parsed.data.id)?.take(parsed.data);
  });
  port.onClose(() => {
    isOpen = false;
    for (const one of open.values()) one.fail(new BackstopError('app/engine-gone'));
    for (const wake of queue.splice(0)) wake();
  });

  return {
    async openMedia(token: string, range: MediaRange | null): Promise<OpenedMedia> {
      while (isOpen && taken >= MOST_OPEN) await new Promise<void>((resolve) => queue.push(resolve));
      if (!isOpen) throw new BackstopError('app/engine-gone');
      const id = next++;
      taken += 1;
      const post = (order: MediaOrderFrame): void => {
        if (isOpen) port.post(order);
      };
      const one = new Receiving(
        () => post({ type: 'media-more', id }),
        (isWhole) => {
          if (!isWhole) post({ type: 'media-stop', id });
          leave(id);
        },
      );
      open.set(id, one);
      port.post({ type: 'media-open', id, token, range });
      return one.opened;
    },
  };
}

/** One item on its way. Chunks that came and were not read yet are few: the other end waits for `more`. */
class Receiving {
  readonly opened: Promise<OpenedMedia>;
  readonly #more: () => void;
  readonly #leave: (isWhole: boolean) => void;
  readonly #chunks: Uint8Array[] = [];
  #head: { readonly resolve: (opened: OpenedMedia) => void; readonly reject: (error: unknown) => void };
  #end: 'open' | 'ended' | 'left' = 'open';
  #failure: BackstopError | null = null;
  #wake: () => void = () => undefined;

  constructor(more: () => void, leave: (isWhole: boolean) => void) {
    this.#more = more;
    this.#leave = leave;
    const { promise, resolve, reject } = Promise.withResolvers<OpenedMedia>();
    this.opened = promise;
    this.#head = { resolve, reject };
  }

  take(frame: MediaFrame): void {
    if (frame.type === 'media-head') {
      const { media: type, size, start, end } = frame;
      this.#head.resolve({ type, size, start, end, bytes: { [Symbol.asyncIterator]: () => this.#iterator() } });
    } else if (frame.type === 'media-bytes') {
      this.#chunks.push(frame.bytes);
      this.#wake();
    } else if (frame.type === 'media-end') this.#finish(true);
    else this.fail(errorFrom(frame.failure));
  }

  fail(error: BackstopError): void {
    this.#failure = error;
    this.#head.reject(error);
    this.#finish(true);
  }

  #finish(isWhole: boolean): void {
    if (this.#end !== 'open') return;
    this.#end = isWhole ? 'ended' : 'left';
    this.#leave(isWhole);
    this.#wake();
  }

  #iterator(): AsyncIterator<Uint8Array> {
    return {
      next: async () => {
        for (;;) {
          const chunk = this.#chunks.shift();
          if (chunk !== undefined) {
            if (this.#end === 'open') this.#more();
            return { done: false, value: chunk };
          }
          if (this.#failure !== null) throw this.#failure;
          if (this.#end !== 'open') return { done: true, value: undefined };
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      },
      return: async () => {
        this.#chunks.length = 0;
        this.#finish(false);
        return { done: true, value: undefined };
      },
    };
  }
}
