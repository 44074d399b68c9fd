import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  MEDIA_TYPES,
  type MediaRange,
  type MediaSource,
  type OpenedMedia,
} from '../../../shared/contract/carrier/index.ts';
import { isBackstopError } from '../../../shared/errors/index.ts';
import { commonHeaders, MEDIA_POLICY } from './headers.ts';

/** Bytes from a backup, as a picture, a film or a sound, or not at all. Never stored by the browser: they are decrypted. */
export async function sendMedia(
  source: MediaSource,
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const headers = { ...commonHeaders, 'content-security-policy': MEDIA_POLICY };
  const range = request.headers['if-range'] === undefined ? rangeOf(request.headers.range) : null;
  let opened: OpenedMedia;
  try {
    opened = await source.openMedia(token, range);
  } catch (error) {
    if (isBackstopError(error, 'app/bad-range')) {
      const { size } = error.data;
      response.writeHead(416, typeof size === 'number' ? { ...headers, 'content-range': `bytes */${size}` } : headers);
    } else if (isBackstopError(error, 'app/locked')) response.writeHead(403, headers);
    else if (isBackstopError(error, 'app/engine-gone')) response.writeHead(503, { ...headers, 'retry-after': '2' });
    else response.writeHead(404, headers);
    response.end();
    return;
  }
  const { type, size, start, end, bytes } = opened;
  const isAllowed = MEDIA_TYPES.includes(type);
  if (isAllowed) {
    response.writeHead(range === null ? 200 : 206, {
      ...headers,
      'content-type': type,
      'content-disposition': 'inline',
      'accept-ranges': 'bytes',
      'content-length': end - start + 1,
      ...(range === null ? {} : { 'content-range': `bytes ${start}-${end}/${size}` }),
    });
  } else response.writeHead(415, headers);
  if (!isAllowed || request.method === 'HEAD') {
    await bytes[Symbol.asyncIterator]().return?.();
    response.end();
    return;
  }
  try {
    await pipeline(Readable.from(bytes, { objectMode: true, highWaterMark: 1 }), response);
  } catch {
    // The browser went on to something else, or the engine could not read on: either way the answer ends short.
    response.destroy();
  }
}

/** One range as HTTP writes it. What is not understood is no range, and the whole is sent. */
function rangeOf(header: string | undefined): MediaRange | null {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (first !== '') return { start: Number(first), end: last === '' ? null : Number(last) };
  return last === '' ? null : { start: null, end: Number(last) };
}
