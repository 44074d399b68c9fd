import {
  MEDIA_TYPES,
  type MediaRange,
  type MediaSource,
  type OpenedMedia,
} from '../../../shared/contract/carrier/index.ts';
import { mediaToken } from '../../../shared/contract/procedures/index.ts';
import { type ErrorCode, isBackstopError } from '../../../shared/errors/index.ts';
import { isOwnMedia } from './origins.ts';

/**
 * Bytes of the phone, for pictures and films: named by a token of the engine, typed by a fixed list, streamed. Whatever they
 * are, they never run: none of the types is a document, none is guessed, and a document would be in a sandbox.
 */
export function mediaScheme(source: MediaSource): (request: Request) => Promise<Response> {
  return async (request) => {
    const token = isOwnMedia(request.url) ? mediaToken.safeParse(new URL(request.url).pathname.slice(1)) : null;
    if (token === null || !token.success) return refused(404);
    if (request.method !== 'GET') return refused(405);
    const range = parseRange(request.headers.get('range'));
    try {
      const opened = await source.openMedia(token.data, range);
      if (!MEDIA_TYPES.includes(opened.type)) {
        await leave(opened);
        return refused(415);
      }
      return given(opened, range !== null);
    } catch (error) {
      return refused(statusOf(error));
    }
  };
}

/** One part, as players ask for it. What is no range of that kind means the whole item, as HTTP has it. */
export function parseRange(header: string | null): MediaRange | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  if (match === null) return null;
  const [, start = '', end = ''] = match;
  if (start === '') return end === '' ? null : { start: null, end: Number(end) };
  if (end !== '' && Number(end) < Number(start)) return null;
  return { start: Number(start), end: end === '' ? null : Number(end) };
}

function given(opened: OpenedMedia, isPart: boolean): Response {
  const { type, size, start, end } = opened;
  const headers = new Headers({ ...SAFE_HEADERS, 'content-type': type, 'content-length': String(end - start + 1) });
  headers.set('accept-ranges', 'bytes');
  if (isPart) headers.set('content-range', `bytes ${start}-${end}/${size}`);
  return new Response(streamOf(opened), { status: isPart ? 206 : 200, headers });
}

const SAFE_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  // Decrypted content leaves no copy in the browser's cache.
  'cache-control': 'no-store',
} as const;

const STATUSES: Partial<Record<ErrorCode, number>> = {
  'app/unknown-media': 404,
  'app/bad-range': 416,
  'app/locked': 403,
  'app/too-many-questions': 503,
  'app/engine-gone': 503,
};

function statusOf(error: unknown): number {
  return isBackstopError(error) ? (STATUSES[error.code] ?? 500) : 500;
}

function refused(status: number): Response {
  return new Response(null, { status, headers: SAFE_HEADERS });
}

/** Pulled, never pushed: a film that is paused is read no further. */
function streamOf({ bytes }: OpenedMedia): ReadableStream<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await iterator.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

async function leave({ bytes }: OpenedMedia): Promise<void> {
  await bytes[Symbol.asyncIterator]().return?.();
}
