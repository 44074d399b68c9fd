import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  encodePlist,
  PlistReal,
  PlistUid,
  type PlistValue,
  parsePlist,
} from '../../src/main/engine/formats/plist/index.ts';

/** What the phone and the tools around it exchange; both peers can hold it. */
const MESSAGE: PlistValue = {
  MessageName: 'Backup',
  SupportedProtocolVersions: [new PlistReal(2), new PlistReal(2.1)],
  BackupTotalCount: 0,
  Negative: -104,
  UniqueChipID: 2n ** 63n + 5n,
  Largest: 2n ** 63n - 1n,
  Bytes: [255, 256, 65_535, 65_536, 4_294_967_295, 4_294_967_296],
  Empty: { Text: '', List: [], Dict: {}, Data: Buffer.alloc(0) },
  DeviceName: 'Ada’s <iPhone> & “co” 😀 עברית',
  Lines: 'one\ntwo\ttab',
  Data: Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251)),
  Date: new Date('2026-09-01T10:00:00Z'),
  Flags: [true, false],
  Long: 'x'.repeat(5000),
  Many: Array.from({ length: 400 }, (_, index) => `item ${index}`),
};

function present(command: string, args: readonly string[]): boolean {
  const found = spawnSync(command, args, { stdio: 'ignore' }).status === 0;
  if (!found) {
    process.stderr.write(`SKIPPED: ${command} is not installed; property lists are not held against it here.\n`);
  }
  return found;
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'backstop-plist-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hasPlistutil = present('plistutil', ['--version']);

describe.skipIf(!hasPlistutil)('plistutil of libplist (Debian libplist-utils; runs in CI)', () => {
  const convert = (bytes: Buffer, format: 'xml' | 'bin'): Buffer => {
    const source = join(folder, 'source.plist');
    const target = join(folder, 'target.plist');
    writeFileSync(source, bytes);
    execFileSync('plistutil', ['-i', source, '-o', target, '-f', format]);
    return readFileSync(target);
  };

  it.each(['binary', 'xml'] as const)('reads what we write as %s, and we read what it writes', (format) => {
    const ours = encodePlist(MESSAGE, format);
    expect(parsePlist(convert(ours, 'bin'))).toEqual(parsePlist(ours));
    // libplist writes the real 2.0 as `<real>2</real>`, which is a real to us.
    expect(parsePlist(convert(ours, 'xml'))).toEqual(parsePlist(ours));
  });

  it('understands our UIDs in both forms', () => {
    const archive = { $top: { root: new PlistUid(1) }, $objects: ['$null', { next: new PlistUid(300) }] };
    const binary = encodePlist(archive, 'binary');
    expect(parsePlist(convert(binary, 'bin'))).toEqual(parsePlist(binary));
    expect(parsePlist(convert(binary, 'xml'))).toEqual(parsePlist(binary));
    // From XML it makes dictionaries with the key CF$UID, which it then writes back as such.
    const xml = encodePlist(archive, 'xml');
    expect(parsePlist(convert(xml, 'xml'))).toEqual(parsePlist(binary));
  });
});

/** Prints each value with its type, so that 2 and 2.0 differ. */
const DUMP = `
import plistlib, sys, json
def show(v):
    if isinstance(v, dict): return {k: show(x) for k, x in v.items()}
    if isinstance(v, list): return [show(x) for x in v]
    if isinstance(v, bytes): return 'bytes ' + v.hex()
    return type(v).__name__ + ' ' + (v.isoformat() if hasattr(v, 'isoformat') else str(v))
value = plistlib.load(open(sys.argv[1], 'rb'))
plistlib.dump(value, open(sys.argv[2], 'wb'), fmt=plistlib.FMT_BINARY)
plistlib.dump(value, open(sys.argv[3], 'wb'), fmt=plistlib.FMT_XML)
print(json.dumps(show(value)))
`;

function shown(value: PlistValue): unknown {
  if (typeof value === 'string') return `str ${value}`;
  if (typeof value === 'number' || typeof value === 'bigint') return `int ${value}`;
  if (typeof value === 'boolean') return `bool ${value ? 'True' : 'False'}`;
  if (value instanceof PlistReal) return `float ${Number.isInteger(value.value) ? `${value.value}.0` : value.value}`;
  if (value instanceof Date) return `datetime ${value.toISOString().slice(0, 19)}`;
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return value.map(shown);
  return Object.fromEntries(Object.entries(value ?? {}).map(([key, inner]) => [key, shown(inner)]));
}

const hasPython = present('python3', ['-c', 'import plistlib']);

describe.skipIf(!hasPython)('plistlib of Python', () => {
  it.each(['binary', 'xml'] as const)('reads what we write as %s, and we read what it writes', (format) => {
    const [source, binary, xml] = ['source', 'binary', 'xml'].map((name) => join(folder, `${name}.plist`)) as [
      string,
      string,
      string,
    ];
    const ours = encodePlist(MESSAGE, format);
    writeFileSync(source, ours);
    const output = execFileSync('python3', ['-c', DUMP, source, binary, xml], { encoding: 'utf8' });
    expect(JSON.parse(output)).toEqual(shown(MESSAGE));
    expect(parsePlist(readFileSync(binary))).toEqual(parsePlist(ours));
    expect(parsePlist(readFileSync(xml))).toEqual(parsePlist(ours));
  });
});
