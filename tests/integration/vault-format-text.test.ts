import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { CATALOG_FORMAT, CATALOG_PAGE_BYTES, CATALOG_SCHEMA } from '../../src/main/engine/vault/catalog/schema.ts';
import { descriptionSchema } from '../../src/main/engine/vault/layout/description.ts';
import { deviceFolderName, deviceTag, FOLDERS, isIgnoredName } from '../../src/main/engine/vault/layout/names.ts';
import { policyFor } from '../../src/main/engine/vault/layout/policy.ts';
import { leaseSchema } from '../../src/main/engine/vault/lease/lease-file.ts';
import {
  encodeFooter,
  encodePackHeader,
  FOOTER_BYTES,
  INDEX_ENTRY_BYTES,
  INDEX_HEADER_BYTES,
  PACK_FLAG_META,
  PACK_HEADER_BYTES,
  RECORD_HEADER_BYTES,
  writeIndexEntry,
  writeIndexHeader,
  writeRecordHeader,
} from '../../src/main/engine/vault/pack/layout.ts';
import { snapshotRecordSchema } from '../../src/main/engine/vault/record.ts';

/** Does docs/formats/vault.md say what the code does? Whoever writes another program has only the text. */

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docs/formats/vault.md'), 'utf8');
const vaultSource = (path: string): string => readFileSync(join(root, 'src/main/engine/vault', path), 'utf8');

/** A section's text, by its title. */
function section(title: string): string {
  const found = text.split(/^## /m).find((part) => part.replace(/^[\d.]+ /, '').startsWith(`${title}\n`));
  if (found === undefined) throw new Error(`no section ${title}`);
  return found;
}

function block(title: string, kind = ''): string {
  const found = new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(section(title));
  if (found === null) throw new Error(`no block in ${title}`);
  return found[1] as string;
}

/** Keys in the order in which a line of JSON in the text names them. */
const keysIn = (line: string): string[] =>
  [...line.matchAll(/(?<=[{,]\s*)"([A-Za-z0-9_]+)"/g)].map(([, key]) => key as string);

interface Field {
  readonly at: number;
  readonly size: number;
  readonly what: string;
}

/** The fields of a table of the pack's layout: "offset size meaning", several in a line. */
function fieldsOf(title: string): Field[] {
  const part = block('Packs')
    .split(/\n\n/)
    .find((one) => one.startsWith(title)) as string;
  const fields: Field[] = [];
  for (const line of part.split('\n').slice(1)) {
    const isEntry = line.includes('entries') || line.startsWith('        ');
    for (const [, at, size, what] of line.matchAll(/(\d+)\s+(\d+)\s+(\S.*?)(?=\s{2,}\d+\s+\d+\s|\s{3}\d+ \d+ |$)/g)) {
      if (!isEntry) fields.push({ at: Number(at), size: Number(size), what: what as string });
    }
  }
  return fields;
}

function entryFields(): Field[] {
  const line = block('Packs')
    .split('\n')
    .find((one) => one.includes(' 32 hash')) as string;
  return [...line.matchAll(/(\d+) (\d+) ([a-zA-Z].*?|CRC.*?)(?= {2,}|$)/g)].map(([, at, size, what]) => ({
    at: Number(at),
    size: Number(size),
    what: what as string,
  }));
}

/** Every byte is spoken for exactly once. */
function expectGapless(fields: readonly Field[], bytes: number): void {
  let at = 0;
  for (const field of fields) {
    expect(field.at, field.what).toBe(at);
    at += field.size;
  }
  expect(at).toBe(bytes);
}

const valueAt = (bytes: Buffer, { at, size }: Field): bigint => {
  let value = 0n;
  for (let byte = size - 1; byte >= 0; byte -= 1) value = value * 256n + BigInt(bytes[at + byte] as number);
  return value;
};
const named = (fields: readonly Field[], what: string): Field => {
  const found = fields.find((field) => field.what.startsWith(what));
  if (found === undefined) throw new Error(`no field ${what}`);
  return found;
};
const slice = (bytes: Buffer, { at, size }: Field): Buffer => bytes.subarray(at, at + size);

describe('the text of the format', () => {
  test('pack header', () => {
    const fields = fieldsOf('HEADER');
    expectGapless(fields, PACK_HEADER_BYTES);
    const vault = Buffer.alloc(16, 0xa1);
    const session = Buffer.alloc(16, 0xb2);
    const tag = Buffer.alloc(16, 0xc3);
    const bytes = encodePackHeader({ flags: PACK_FLAG_META, vault, session, createdMs: 1767225600123, deviceTag: tag });
    expect(bytes).toHaveLength(PACK_HEADER_BYTES);
    expect(slice(bytes, named(fields, '"BSPACK01"')).toString()).toBe('BSPACK01');
    expect(valueAt(bytes, named(fields, 'version = 1'))).toBe(1n);
    expect(valueAt(bytes, named(fields, 'header length = 96'))).toBe(96n);
    expect(named(fields, 'flags').what).toContain('bit 1 meta pack');
    expect(valueAt(bytes, named(fields, 'flags'))).toBe(2n);
    expect(slice(bytes, named(fields, 'vault id')).equals(vault)).toBe(true);
    expect(slice(bytes, named(fields, 'session id')).equals(session)).toBe(true);
    expect(valueAt(bytes, named(fields, 'created'))).toBe(1767225600123n);
    expect(slice(bytes, named(fields, 'device tag')).equals(tag)).toBe(true);
    for (const field of fields.filter(({ what }) => what === 'zero')) expect(valueAt(bytes, field)).toBe(0n);
  });

  test('record, index and footer', () => {
    const hash = Buffer.alloc(32, 0xd4);
    const record = fieldsOf('RECORD');
    expectGapless(record, RECORD_HEADER_BYTES);
    const head = Buffer.alloc(RECORD_HEADER_BYTES);
    writeRecordHeader(head, { codec: 1, storedLength: 0x1_0203_0405, rawLength: 0x2_0304_0506, hash, crc: 0x0a0b0c0d });
    expect(slice(head, named(record, '"BSOB"')).toString()).toBe('BSOB');
    expect(valueAt(head, named(record, 'codec'))).toBe(1n);
    expect(valueAt(head, named(record, 'stored length'))).toBe(0x1_0203_0405n);
    expect(valueAt(head, named(record, 'raw length'))).toBe(0x2_0304_0506n);
    expect(slice(head, named(record, 'SHA-256 of the raw')).equals(hash)).toBe(true);
    expect(valueAt(head, named(record, 'CRC-32 of the stored'))).toBe(0x0a0b0c0dn);

    const index = fieldsOf('INDEX');
    expectGapless(index, INDEX_HEADER_BYTES);
    const entry = entryFields();
    expectGapless(entry, INDEX_ENTRY_BYTES);
    const bytes = Buffer.alloc(INDEX_HEADER_BYTES + INDEX_ENTRY_BYTES);
    writeIndexHeader(bytes, 7);
    writeIndexEntry(bytes, INDEX_HEADER_BYTES, {
      hash,
      offset: 0x1_0000_00a0,
      storedLength: 5,
      rawLength: 6,
      crc: 7,
      codec: 1,
    });
    expect(slice(bytes, named(index, '"BSINDEX1"')).toString()).toBe('BSINDEX1');
    expect(valueAt(bytes, named(index, 'count'))).toBe(7n);
    expect(valueAt(bytes, named(index, 'entry size = 56'))).toBe(56n);
    const one = bytes.subarray(INDEX_HEADER_BYTES);
    expect(slice(one, named(entry, 'hash')).equals(hash)).toBe(true);
    expect(valueAt(one, named(entry, 'offset'))).toBe(0x1_0000_00a0n);
    expect(valueAt(one, named(entry, 'stored length'))).toBe(5n);
    expect(valueAt(one, named(entry, 'raw length'))).toBe(6n);
    expect(valueAt(one, named(entry, 'CRC-32'))).toBe(7n);
    expect(valueAt(one, named(entry, 'codec'))).toBe(1n);

    const foot = fieldsOf('FOOTER');
    expectGapless(foot, FOOTER_BYTES);
    const footer = encodeFooter(0x1_0000_0060, bytes, 7);
    expect(slice(footer, named(foot, '"BSFOOT01"')).toString()).toBe('BSFOOT01');
    expect(valueAt(footer, named(foot, 'offset of INDEX'))).toBe(0x1_0000_0060n);
    expect(valueAt(footer, named(foot, 'length of INDEX'))).toBe(BigInt(bytes.length));
    expect(valueAt(footer, named(foot, 'count'))).toBe(7n);
  });

  test('tables of a catalog', () => {
    const tablesOf = (sql: string): unknown => {
      const db = new Database(':memory:');
      db.exec(sql);
      const tables = db
        .prepare<[], { sql: string }>('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name')
        .all();
      db.close();
      return tables.map((table) => table.sql.replace(/\s+/g, ' '));
    };
    expect(tablesOf(block('Catalogs', 'sql'))).toEqual(tablesOf(CATALOG_SCHEMA));
    expect(section('Catalogs')).toContain(`page size ${CATALOG_PAGE_BYTES}`);
    expect(section('Catalogs')).toContain(`\`format\` = ${CATALOG_FORMAT}`);
  });

  test('keys of JSON files, in their order', () => {
    const [description = ''] = block('vault.json', 'json').split('\n');
    const outer = Object.keys(descriptionSchema.shape);
    expect(keysIn(description).filter((key) => outer.includes(key) || key === 'sha256')).toEqual([...outer, 'sha256']);
    const record = Object.keys(snapshotRecordSchema.shape);
    // Keys of what lies inside (catalogs, notSent, verified) stand in inner braces.
    const flat = (json: string): string => json.slice(1).replace(/\{[^{}]*\}/g, '');
    expect(keysIn(`{${flat(block('Snapshot records'))}`)).toEqual(record);
    const lease = /^`(\{"format":"backstop-lease".*?\})`/m.exec(section('Leases'))?.[1] ?? '';
    expect(keysIn(lease)).toEqual(Object.keys(leaseSchema.shape));
  });

  test('every kind of event, mark and feature that the code writes is described', () => {
    const kinds = [...vaultSource('events.ts').matchAll(/kind: z\.literal\('([a-z-]+)'\)/g)].map(([, kind]) => kind);
    expect(kinds.length).toBeGreaterThan(8);
    for (const kind of kinds) expect(section('Events'), `event ${kind}`).toContain(`\`${kind}\``);
    const formats = ['events.ts', 'collect/gc-files.ts', 'record.ts', 'layout/description.ts', 'lease/lease-file.ts']
      .flatMap((path) => [...vaultSource(path).matchAll(/'(backstop-[a-z]+)'/g)])
      .map(([, format]) => format as string);
    expect(new Set(formats).size).toBe(6);
    for (const format of formats) expect(text).toContain(`"format":"${format}"`);
  });

  test('folders, names and thresholds', () => {
    for (const folder of FOLDERS) expect(block('Layout')).toMatch(new RegExp(`^${folder}/`, 'm'));
    const passedOver = /Names beginning with ([\s\S]*?)are passed over everywhere/.exec(section('Layout'))?.[1] ?? '';
    const names = [...passedOver.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string);
    expect(names.length).toBeGreaterThan(12);
    for (const name of names) {
      const example = name.startsWith('…') ? "a (Anna's conflicted copy 2026).pack" : name;
      expect(isIgnoredName(/^\.(_|nfs|fuse_hidden)$/.test(name) ? `${name}1` : example), name).toBe(true);
    }
    const tag = deviceTag('vault', 'phone');
    expect(tag).toHaveLength(16);
    expect(deviceFolderName('x'.repeat(99), tag)).toMatch(/^x{40}-[0-9a-f]{8}$/);
    const mib = (bytes: number): string => `${bytes / 2 ** 20} MiB`;
    const layout = section('Layout');
    const { plain, reflink, exfat } = {
      plain: policyFor('plain'),
      reflink: policyFor('reflink'),
      exfat: policyFor('exfat'),
    };
    const { singleFromBytes, packTargetBytes } = plain.policy;
    expect(layout).toContain(`single object from ${mib(singleFromBytes)} and packs of ${mib(packTargetBytes)}`);
    expect(layout).toContain(`from ${mib(reflink.policy.singleFromBytes)} where copies can share blocks`);
    expect(layout).toContain(
      `from ${mib(exfat.policy.singleFromBytes)}, packs of ${mib(exfat.policy.packTargetBytes)} and \`fanOut: "flat"\` on exFAT`,
    );
    const network = policyFor('network').policy;
    expect(layout).toContain(
      `from ${mib(network.singleFromBytes)} and packs of ${mib(network.packTargetBytes)} on network shares`,
    );
  });
});
