import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManifestDb } from '../../formats/index.ts';
import { MemorySecrets } from '../../platform/index.ts';
import { LateManifest } from './late-manifest.ts';
import { ManifestCache } from './manifest-cache.ts';
import { PrivateFile } from './private-file.ts';

let dir = '';
let list: PrivateFile;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'backstop-cache-'));
  {
    using manifest = createManifestDb(join(dir, 'plain.db'));
    for (let at = 0; at < 500; at += 1) {
      manifest.put({ domain: 'HomeDomain', relativePath: `Library/secret-${at}.db`, flags: 1, file: null });
    }
  }
  const plain = readFileSync(join(dir, 'plain.db'));
  rmSync(join(dir, 'plain.db'));
  list = PrivateFile.create(join(dir, 'work')).file;
  list.write(plain, 0);
});
afterEach(() => {
  list[Symbol.dispose]();
  rmSync(dir, { recursive: true, force: true });
});

const DOMAINS = [{ domain: 'HomeDomain', files: 500, bytes: 7000 }];

describe('the cache of lists of files', () => {
  const place = () => join(dir, 'cache');

  it('gives the domains at once and the list when it is asked for', async () => {
    const cache = new ManifestCache(place(), new MemorySecrets());
    expect(await cache.find('one')).toBeNull();
    await cache.save('one', list, DOMAINS);
    const found = await cache.find('one');
    if (found === null) throw new Error('not kept');
    using late = new LateManifest(found, join(dir, 'work'));
    expect(late.domains()).toEqual(DOMAINS);
    expect([...late.rowsBelow('HomeDomain', 'Library/secret-49')].map(({ relativePath }) => relativePath)).toHaveLength(
      11,
    );
    expect(await cache.find('another')).toBeNull();
  });

  it('holds nothing that can be read, not even in names', async () => {
    const cache = new ManifestCache(place(), new MemorySecrets());
    await cache.save('one', list, DOMAINS);
    const [name = ''] = readdirSync(place());
    const bytes = readFileSync(join(place(), name));
    for (const word of ['SQLite', 'HomeDomain', 'secret', 'one']) {
      expect(bytes.includes(word) || name.includes(word), word).toBe(false);
    }
  });

  it('is nothing without its key, and when it is damaged, cut off or forgotten', async () => {
    const secrets = new MemorySecrets();
    const cache = new ManifestCache(place(), secrets);
    const kept = async (change: (bytes: Buffer) => Buffer) => {
      await cache.save('one', list, DOMAINS);
      const path = join(place(), readdirSync(place())[0] ?? '');
      writeFileSync(path, change(readFileSync(path)));
      const found = await cache.find('one');
      if (found === null) return 'gone';
      using late = new LateManifest(found, join(dir, 'work'));
      try {
        return [...late.rowsBelow('HomeDomain', '')].length;
      } catch (error) {
        expect(error).toMatchObject({ code: 'formats/bad-manifest' });
        expect(readdirSync(place())).toEqual([]);
        return 'damaged';
      }
    };
    expect(await kept((bytes) => bytes)).toBe(500);
    expect(await kept((bytes) => bytes.fill(1, 40, 41))).toBe('gone');
    expect(await kept((bytes) => bytes.fill(1, bytes.length - 40, bytes.length - 30))).toBe('damaged');
    expect(await kept((bytes) => bytes.subarray(0, -1))).toBe('damaged');
    expect(await kept(() => Buffer.alloc(0))).toBe('gone');
    await cache.save('one', list, DOMAINS);
    expect(await new ManifestCache(place(), new MemorySecrets()).find('one')).toBeNull();
    await cache.forget();
    expect(await cache.find('one')).toBeNull();
    expect(await secrets.get('browse-cache')).toBeNull();
  });
});
