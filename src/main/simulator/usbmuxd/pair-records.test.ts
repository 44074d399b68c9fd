import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PairRecordStore } from './pair-records.ts';

it('keeps records and identity in a folder across openings', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'backstop-records-'));
  const first = await PairRecordStore.open(dir);
  await first.save('00008110-0000000000000001', Buffer.from('record'));
  await first.save('gone', Buffer.from('x'));
  expect([await first.delete('gone'), await first.delete('gone')]).toEqual([true, false]);
  const second = await PairRecordStore.open(dir);
  expect(second.buid).toBe(first.buid);
  expect(second.read('00008110-0000000000000001')?.toString()).toBe('record');
  expect((await readdir(dir)).sort()).toEqual(['00008110-0000000000000001.plist', 'SystemConfiguration.plist']);
  await rm(dir, { recursive: true });
});

it('takes only names that are safe as file names', async () => {
  const store = await PairRecordStore.open(null);
  expect(['../x', 'a/b', '', '-x', 'SystemConfiguration', 'x'.repeat(200)].filter((id) => store.accepts(id))).toEqual(
    [],
  );
  expect(store.accepts('00008110-0000000000000001')).toBe(true);
});
