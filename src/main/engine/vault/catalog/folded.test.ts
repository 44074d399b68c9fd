import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CatalogWriter } from './catalog-writer.ts';
import { FoldedIndex, type RowChange } from './folded.ts';
import { RootTree } from './root.ts';
import { EMPTY_HASH, type EntryRow, type TopRow } from './schema.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'backstop-folded-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const sha1 = (text: string): Buffer => createHash('sha1').update(text).digest();
const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

function row(name: string, generation: number): EntryRow {
  const size = name.length + generation;
  const place = { pack: name.length % 3, offset: 160, storedLength: size, codec: 0 };
  return { id: sha1(name), obj: sha256(`${name} ${generation}`), size, place, modified: generation };
}
const tops: readonly TopRow[] = [
  {
    name: 'Manifest.db',
    obj: sha256('m'),
    size: 9,
    place: { pack: 1, offset: 160, storedLength: 9, codec: 0 },
    modified: 1,
  },
  { name: 'Snapshot/', obj: EMPTY_HASH, size: 0, place: null, modified: 1 },
];
const byId = (a: { readonly id: Buffer }, b: { readonly id: Buffer }): number => Buffer.compare(a.id, b.id);

async function foldedOf(rows: readonly EntryRow[]): Promise<FoldedIndex> {
  const writer = new CatalogWriter(join(root, 'full.db'));
  for (const one of [...rows].sort(byId)) writer.addEntry(one);
  const packs = [1, 2].map((n) => ({ n, hash: sha256(`pack ${n}`), size: 1000 }));
  writer.finish({ kind: 'full', base: null, device: 'd', seq: 1, rows: rows.length, root: '' }, tops, packs);
  const state = { snapshot: 'a', catalogs: [], deltaRows: 0, root: '' };
  return FoldedIndex.fromFull(join(root, 'full.db'), join(root, 'folded.db'), null, { state });
}

/** The root by the text of the format, in the plainest way. */
function plainRoot(rows: readonly EntryRow[]): string {
  const u64 = (value: number): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(BigInt(value));
    return bytes;
  };
  const top = createHash('sha256');
  for (const one of tops) {
    top.update(Buffer.of(0, one.name.length)).update(one.name).update(u64(one.size)).update(one.obj);
  }
  const leaves = new Map<number, EntryRow[]>();
  for (const one of [...rows].sort(byId)) {
    const leaf = one.id.readUInt16BE(0);
    leaves.set(leaf, [...(leaves.get(leaf) ?? []), one]);
  }
  const tree = createHash('sha256').update('BSROOT1').update(top.digest());
  for (let first = 0; first < 256; first += 1) {
    const node = createHash('sha256');
    for (let second = 0; second < 256; second += 1) {
      const mine = leaves.get(first * 256 + second) ?? [];
      const leaf = createHash('sha256');
      for (const one of mine) leaf.update(one.id).update(u64(one.size)).update(one.obj);
      node.update(mine.length === 0 ? Buffer.alloc(32) : leaf.digest());
    }
    tree.update(node.digest());
  }
  return tree.digest('hex');
}

test('the root kept up to date equals the root from nothing, and the uses are counted right', async () => {
  const contents = new Map<string, EntryRow>();
  for (let at = 0; at < 300; at += 1) contents.set(`f${at}`, row(`f${at}`, 0));
  const index = await foldedOf([...contents.values()]);
  expect(index.loadTree().root(tops).toString('hex')).toBe(plainRoot([...contents.values()]));
  for (let round = 1; round <= 5; round += 1) {
    const changes: RowChange[] = [];
    for (let at = round; at < 330; at += 17) {
      const name = `f${at}`;
      if (at % 5 === 0 && contents.has(name)) {
        contents.delete(name);
        changes.push({ id: sha1(name), removed: true });
      } else {
        contents.set(name, row(name, round));
        changes.push(row(name, round));
      }
    }
    index.db.exec('BEGIN');
    const { root: kept } = await index.apply(changes.sort(byId), tops);
    index.db.exec('COMMIT');
    expect(kept.toString('hex')).toBe(plainRoot([...contents.values()]));
    expect((await index.computeTree()).equals(index.loadTree())).toBe(true);
    expect(index.rows).toBe(contents.size);
    expect(index.bytes).toBe(9 + [...contents.values()].reduce((sum, { size }) => sum + size, 0));
    expect(index.singles().length).toBe([...contents.values()].filter(({ place }) => place?.pack === 0).length);
  }
  const stored = [...index.entriesInStoredOrder()];
  expect(stored).toHaveLength(contents.size);
  expect(new Set(stored.map(({ id }) => id.toString('hex'))).size).toBe(contents.size);
  index.close();
});

test('an empty version has a root of its own', () => {
  expect(new RootTree().root([]).toString('hex')).toMatch(/^[0-9a-f]{64}$/);
});

test('a folded index that is torn counts as missing', async () => {
  const index = await foldedOf([row('a', 0)]);
  index.db.exec("DELETE FROM folded WHERE k = 'version'");
  index.close();
  expect(FoldedIndex.open(index.file)).toBeNull();
});
