import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { fingerprints, PhoneBench } from '../../src/main/simulator/content/test-support/phone-bench.ts';

describe('generated phones', () => {
  test('are the same every time, byte for byte, and others for another seed', async () => {
    await using first = new PhoneBench();
    await using second = new PhoneBench();
    await using third = new PhoneBench({ seed: 6 });
    const truth = await first.truth();
    expect(await second.truth()).toEqual(truth);
    expect((await third.truth()).udid).not.toBe(truth.udid);
    expect(second.phone.apps).toEqual(first.phone.apps);
    const rows = (bench: PhoneBench): unknown[] =>
      [...bench.phone.files()].map((row) => [
        row.domain,
        row.relativePath,
        row.inode,
        row.modified,
        row.birth,
        row.mode,
        row.protectionClass,
        row.target,
      ]);
    expect(rows(second)).toEqual(rows(first));
  });

  test('are the same as they were when this test was written: old seeds must not change by accident (databases aside, whose bytes are SQLite’s)', async () => {
    await using bench = new PhoneBench({ seed: 1, files: 200, bytes: 5_000_000 });
    const all = createHash('sha256');
    for (const [name, digest] of fingerprints(bench.phone)) {
      if (!/\.(sqlite3?|sqlitedb|db|storedata)(-wal)?$/.test(name)) all.update(`${name} ${digest}\n`);
    }
    expect(all.digest('hex').slice(0, 16)).toMatchInlineSnapshot(`"73dac46b343789b1"`);
  });

  test('do not depend on time zone or locale of the computer', async () => {
    const door = pathToFileURL(path.resolve('src/main/simulator/content/test-support/phone-bench.ts')).href;
    const script = `
      const { fingerprints, PhoneBench } = await import(${JSON.stringify(door)});
      await using bench = new PhoneBench();
      console.log(JSON.stringify([bench.phone.identity, ...fingerprints(bench.phone)]));`;
    const run = async (env: Record<string, string>): Promise<string> => {
      const options = { env: { ...process.env, ...env }, maxBuffer: 1 << 26 };
      return (await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], options)).stdout;
    };
    const [here, there] = await Promise.all([
      run({ TZ: 'UTC', LC_ALL: 'C' }),
      run({ TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' }),
    ]);
    expect(there).toBe(here);
    expect(here.length).toBeGreaterThan(10_000);
  });

  test.each([
    [200, 4_000_000],
    [300, 3_000_000],
    [500, 60_000_000],
    [1000, 20_000_000],
  ])('have about %i files of %i bytes', async (files, bytes) => {
    await using bench = new PhoneBench({ files, bytes });
    expect(Math.abs(bench.phone.fileCount - files)).toBeLessThanOrEqual(files * 0.05);
    expect(Math.abs(bench.phone.totalBytes - bytes)).toBeLessThanOrEqual(bytes * 0.1);
  });

  test.each(['en-GB', 'de_DE', 'ja-JP', 'zh-Hans-CN', 'ar-AE', 'he', 'tlh'])('speak %s', async (locale) => {
    await using bench = new PhoneBench({ locale });
    expect(bench.phone.identity.locale).toBe(locale.replaceAll('-', '_'));
    expect((await bench.truth()).items['messages']?.length).toBeGreaterThan(60);
  });
});
