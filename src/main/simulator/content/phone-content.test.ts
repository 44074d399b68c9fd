import { afterAll, describe, expect, test } from 'vitest';
import { parsePlist } from '../../engine/formats/plist/index.ts';
import { decodeJpeg } from './test-support/decode-jpeg.ts';
import { contentOf, PhoneBench } from './test-support/phone-bench.ts';

const bench = new PhoneBench();
afterAll(() => bench[Symbol.asyncDispose]());

describe('a generated phone', () => {
  test.each([1, 7, 20, 60, 139])('may be tiny: %i files are photos, messages and contacts', async (files) => {
    await using bench = new PhoneBench({ files, bytes: 520_000 + files * 8000 });
    expect(Math.abs(bench.phone.fileCount - files)).toBeLessThanOrEqual(5);
    expect((await bench.truth()).items['photos']?.length).toBeGreaterThan(0);
    for (const file of bench.regularFiles()) expect(contentOf(file)).toHaveLength(file.sizeBytes);
  });

  test('counts and sums what it gives', () => {
    const files = bench.regularFiles();
    expect(files).toHaveLength(bench.phone.fileCount);
    let sum = 0;
    for (const file of files) {
      const content = contentOf(file);
      expect([file.relativePath, content.length]).toEqual([file.relativePath, file.sizeBytes]);
      sum += content.length;
    }
    expect(sum).toBe(bench.phone.totalBytes);
  });

  test('lists each folder before what is in it, from the domain root down, and nothing twice', () => {
    const seen = new Set<string>();
    for (const { domain, relativePath } of bench.phone.files()) {
      expect(seen.has(`${domain}-${relativePath}`)).toBe(false);
      seen.add(`${domain}-${relativePath}`);
      if (relativePath === '') continue;
      const cut = relativePath.lastIndexOf('/');
      expect(seen.has(`${domain}-${cut < 0 ? '' : relativePath.slice(0, cut)}`)).toBe(true);
    }
  });

  test('fills folders: the mass of app data is no tree of folders with one file each', async () => {
    await using bench = new PhoneBench({ files: 6000, bytes: 12_000_000 });
    const isAppData = ({ domain }: { domain: string }): boolean => domain.startsWith('AppDomain-');
    const rows = [...bench.phone.files()].filter(isAppData);
    const folders = rows.filter(({ kind }) => kind === 'directory').length;
    expect(folders).toBeLessThan((rows.length - folders) / 2);
  });

  test('has property lists that parse and pictures that decode', () => {
    let plists = 0;
    let pictures = 0;
    for (const file of bench.regularFiles()) {
      if (/\.(plist|AAE|transcript)$/.test(file.relativePath)) {
        parsePlist(contentOf(file));
        plists += 1;
      } else if (/\.(jpe?g|thumb)$/i.test(file.relativePath) && pictures < 30) {
        expect(decodeJpeg(contentOf(file)).length).toBe(file.sizeBytes);
        pictures += 1;
      } else if (file.relativePath.endsWith('.json')) JSON.parse(contentOf(file).toString('utf8'));
    }
    expect(plists).toBeGreaterThan(40);
    expect(pictures).toBe(30);
  });

  test('marks what only encrypted backups hold, what has digests, and protects all files', () => {
    for (const row of bench.phone.files()) {
      const system =
        /^(Home|Root|Health|Wireless|SystemPreferences|Database|HomeKit|Install|ManagedPreferences|Keyboard|Keychain)Domain$/;
      if (row.kind === 'file') {
        expect([row.domain, row.hasDigest]).toEqual([row.domain, system.test(row.domain)]);
        expect(row.protectionClass).toBeGreaterThanOrEqual(1);
        expect(row.protectionClass).toBeLessThanOrEqual(4);
        expect(row.mode & 0o170_000).toBe(0o100_000);
      } else {
        expect([row.protectionClass, row.sizeBytes, row.hasDigest]).toEqual([0, 0, false]);
        expect(row.mode & 0o170_000).toBe(row.kind === 'directory' ? 0o040_000 : 0o120_000);
        expect(row.target === null).toBe(row.kind === 'directory');
      }
    }
    for (const [domain, path] of [
      ['HealthDomain', 'Health/healthdb_secure.sqlite'],
      ['HomeDomain', 'Library/CallHistoryDB/CallHistory.storedata'],
      ['HomeDomain', 'Library/Safari/History.db'],
      ['KeychainDomain', 'keychain-backup.plist'],
      ['SystemPreferencesDomain', 'com.apple.wifi.known-networks.plist'],
    ] as const) {
      expect([path, bench.file(domain, path).encryptedOnly]).toEqual([path, true]);
    }
    expect(bench.file('HomeDomain', 'Library/Safari/Bookmarks.db').encryptedOnly).toBe(false);
  });

  test('has attributes on camera-roll files and none elsewhere', async () => {
    const truth = await bench.truth();
    const photo = truth.items['photos']?.find(
      ({ favorite, inCloudOnly }) => favorite === true && inCloudOnly === false,
    );
    const attributes = bench.file('CameraRollDomain', String(photo?.['relativePath'])).extendedAttributes;
    expect(Buffer.from(attributes.get('com.apple.assetsd.favorite') ?? []).toString('hex')).toBe('0100');
    expect(
      Buffer.from(attributes.get('com.apple.assetsd.UUID') ?? [])
        .toString('hex')
        .toUpperCase(),
    ).toBe(String(photo?.['uuid']).replaceAll('-', ''));
    expect(parsePlist(attributes.get('com.apple.assetsd.addedDate') ?? Buffer.alloc(0))).toBeInstanceOf(Date);
    expect(bench.file('HomeDomain', 'Library/SMS/sms.db').extendedAttributes.size).toBe(0);
  });

  test('has the awkward cases: empty files, whole cipher blocks, odd names, depth, links, a wrong Size', () => {
    const files = bench.regularFiles();
    expect(files.some(({ sizeBytes }) => sizeBytes === 0)).toBe(true);
    expect(files.filter(({ sizeBytes }) => sizeBytes > 0 && sizeBytes % 16 === 0).length).toBeGreaterThan(3);
    expect(files.some(({ relativePath }) => relativePath.split('/').length > 20)).toBe(true);
    const names = files.map(({ relativePath }) => relativePath.split('/').at(-1));
    for (const name of ['caf\u00e9.txt', 'cafe\u0301.txt', 'CON', 'case.txt', 'Case.txt', 'trailing dot.'])
      expect(names).toContain(name);
    expect([...bench.phone.files()].filter(({ kind }) => kind === 'symlink').length).toBeGreaterThan(3);
    const liars = files
      .filter((file) => file.manifestSizeBytes !== file.sizeBytes)
      .map(({ relativePath }) => relativePath);
    expect(liars).toEqual(['Library/Databases/DataUsage.sqlite', 'Library/Databases/CellularUsage.db']);
  });

  test('shows its media to AFC', () => {
    const { phone } = bench;
    expect(phone.mediaChildren('')).toContain('DCIM');
    expect(phone.mediaChildren('/DCIM/')).toEqual(['100APPLE']);
    const [name] = phone.mediaChildren('DCIM/100APPLE') ?? [];
    expect(phone.mediaFile(`DCIM/100APPLE/${name}`)?.kind).toBe('file');
    expect(phone.mediaFile('DCIM')?.kind).toBe('directory');
    expect(phone.mediaChildren(`DCIM/100APPLE/${name}`)).toBeNull();
    expect(phone.mediaFile('../Library')).toBeNull();
    expect(phone.mediaChildren('nothing')).toBeNull();
  });

  test('has apps with papers from the store, and one without', () => {
    const [first] = bench.phone.apps;
    expect(first?.bundleId).toBe('net.whatsapp.WhatsApp');
    expect(parsePlist(first?.iTunesMetadata ?? Buffer.alloc(0))).toMatchObject({ itemName: 'WhatsApp Messenger' });
    expect(Buffer.from(first?.applicationSinf ?? []).toString('latin1', 4, 8)).toBe('sinf');
    expect(Buffer.from(first?.icon ?? []).toString('latin1', 1, 4)).toBe('PNG');
    expect(bench.phone.apps.some(({ iTunesMetadata }) => iTunesMetadata === null)).toBe(true);
  });
});
