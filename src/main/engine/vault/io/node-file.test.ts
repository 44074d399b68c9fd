import { constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openFile } from './node-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backstop-file-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const READ = constants.O_RDONLY;
const MAKE = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;
const always = (): boolean => true;

test('small files read one after another give their own bytes, whichever way they are read', async () => {
  for (let at = 0; at < 50; at += 1) writeFileSync(join(folder, `${at}`), `file ${at}`);
  for (let at = 0; at < 50; at += 1) {
    const file = await openFile(join(folder, `${at}`), READ, always);
    const bytes = Buffer.alloc(100);
    const size = await file.sizeBytes();
    expect(bytes.subarray(0, await file.read(bytes, 0)).toString()).toBe(`file ${at}`);
    expect(size).toBe(`file ${at}`.length);
    expect(await file.read(bytes, size)).toBe(0);
    await file.close();
  }
  await expect(openFile(join(folder, 'none'), READ, always)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a file is closed after what is under way, once, and not used afterwards', async () => {
  const file = await openFile(join(folder, 'a'), MAKE, always);
  const writes = Array.from({ length: 20 }, (_, at) => file.write(Buffer.alloc(4096, at), at * 4096));
  const closing = file.close();
  expect(await Promise.all(writes)).toEqual(Array(20).fill(4096));
  await closing;
  await file.close();
  await expect(file.write(Buffer.alloc(1), 0)).rejects.toMatchObject({ code: 'EBADF' });
  await expect(file.read(Buffer.alloc(1), 0)).rejects.toMatchObject({ code: 'EBADF' });
  await expect(openFile(join(folder, 'a'), MAKE, always)).rejects.toMatchObject({ code: 'EEXIST' });
});
