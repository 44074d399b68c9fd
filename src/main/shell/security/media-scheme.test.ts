import { describe, expect, it } from 'vitest';
import { MEDIA_TYPES, type MediaRange, type OpenedMedia } from '../../../shared/contract/carrier/index.ts';
import { BackstopError } from '../../../shared/errors/index.ts';
import { mediaScheme, parseRange } from './media-scheme.ts';

const TOKEN = 't'.repeat(20);
const ADDRESS = `backstop-media://media/${TOKEN}`;

/** An item of ten bytes that counts what is read of it and whether it was let go of. */
function item(type = 'image/jpeg', failAfter = Number.POSITIVE_INFINITY) {
  const seen = { asked: [] as (MediaRange | null)[], read: 0, isLeft: false };
  async function* bytes(): AsyncGenerator<Uint8Array> {
    try {
      for (let at = 0; at < 10; at += 1) {
        if (at >= failAfter) throw new BackstopError('app/engine-gone');
        seen.read += 1;
        yield new Uint8Array([at]);
      }
    } finally {
      seen.isLeft = true;
    }
  }
  const answer = mediaScheme({
    async openMedia(token, range): Promise<OpenedMedia> {
      if (token !== TOKEN) throw new BackstopError('app/unknown-media');
      seen.asked.push(range);
      return { type, size: 10, start: 0, end: 9, bytes: bytes() };
    },
  });
  return { seen, get: (address: string, init?: RequestInit) => answer(new Request(address, init)) };
}

describe('media', () => {
  it('come whole, typed, and leave no copy', async () => {
    const { get } = item();
    const response = await get(ADDRESS);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'content-length': '10',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; sandbox",
    });
    expect((await response.arrayBuffer()).byteLength).toBe(10);
  });

  it('come in part, when a part was asked for', async () => {
    const { get, seen } = item();
    const response = await get(ADDRESS, { headers: { range: 'bytes=0-9' } });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe('bytes 0-9/10');
    expect(seen.asked).toEqual([{ start: 0, end: 9 }]);
  });

  it.each(['text/html', 'image/svg+xml', 'application/pdf', 'text/javascript', 'IMAGE/JPEG', 'image/jpeg; x'])(
    'of the type %s never come',
    async (type) => {
      const { get, seen } = item(type);
      const response = await get(ADDRESS);
      expect(response.status).toBe(415);
      expect(await response.text()).toBe('');
      expect(seen.read).toBe(0);
    },
  );

  it('are of no type that is a document', () => {
    expect(MEDIA_TYPES.filter((type) => !/^(image|video|audio)\//.test(type) || type.includes('svg'))).toEqual([]);
  });

  it('are read as fast as they are wanted, and let go of when nobody wants more', async () => {
    const { get, seen } = item();
    const reader = (await get(ADDRESS)).body?.getReader();
    expect(seen.read).toBe(0);
    await reader?.read();
    expect(seen.read).toBe(1);
    await reader?.cancel();
    expect(seen.isLeft).toBe(true);
  });

  it('break off when the engine goes', async () => {
    const { get } = item('video/mp4', 3);
    await expect((await get(ADDRESS)).arrayBuffer()).rejects.toMatchObject({ code: 'app/engine-gone' });
  });

  it.each([
    ['another token', `backstop-media://media/${'u'.repeat(20)}`, 404],
    ['no token', 'backstop-media://media/', 404],
    ['a path', `backstop-media://media/a/../${TOKEN}/x`, 404],
    ['another host', `backstop-media://other/${TOKEN}`, 404],
    ['a short token', 'backstop-media://media/short', 404],
  ])('of %s are not there', async (_what, address, status) => {
    const { get } = item();
    expect((await get(address)).status).toBe(status);
  });

  it('are only read', async () => {
    const { get } = item();
    expect((await get(ADDRESS, { method: 'POST' })).status).toBe(405);
  });
});

describe('a range', () => {
  it.each([
    ['bytes=0-', { start: 0, end: null }],
    ['bytes=5-9', { start: 5, end: 9 }],
    ['bytes=-5', { start: null, end: 5 }],
    ['bytes=9-5', null],
    ['bytes=-', null],
    ['bytes=1-2,4-5', null],
    ['items=1-2', null],
    ['bytes=99999999999999999-', null],
    [null, null],
  ])('%s', (header, range) => expect(parseRange(header)).toEqual(range));
});
