import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { FIND_OBJECT, OBJECT_SCHEMA, type ObjectRow, ObjectRows } from './object-rows.ts';

function open(): { readonly db: Database.Database; readonly rows: ObjectRows } {
  const db = new Database(':memory:');
  db.exec(`CREATE TABLE pack (n INTEGER PRIMARY KEY); ${OBJECT_SCHEMA}`);
  return { db, rows: new ObjectRows(db) };
}

function batch(pack: number, count: number): ObjectRow[] {
  return Array.from({ length: count }, (_, at): ObjectRow => {
    const hash = createHash('sha256').update(`${pack} ${at}`).digest();
    return [hash, pack, at * 8, 8, 8, 0];
  }).sort((a, b) => Buffer.compare(a[0], b[0]));
}

test('rows of many small packs and of a large one are all found, moved over or not', async () => {
  const { db, rows } = open();
  const all: ObjectRow[] = [];
  // The 17th goes over the limit of the small tree, the last one past it at once.
  for (let pack = 1; pack <= 18; pack += 1) all.push(...batch(pack, 1000));
  const large = batch(19, 17_000);
  for (let pack = 1; pack <= 18; pack += 1) {
    const mine = all.filter((row) => row[1] === pack).sort((a, b) => Buffer.compare(a[0], b[0]));
    await rows.add(mine.length, (at) => mine[at] as ObjectRow);
  }
  await rows.add(large.length, (at) => large[at] as ObjectRow);
  all.push(...large);
  const recent = db.prepare<[], [number]>('SELECT count(*) FROM recent').raw(true).get()?.[0];
  expect(recent).toBe(1000);
  const find = db.prepare<[Buffer], number[]>(FIND_OBJECT).raw(true);
  for (const [hash, ...place] of all) expect(find.all(hash)).toEqual([place]);
  expect(rows.count()).toBe(35_000);
  const sorted = all.map(([hash]) => hash.toString('hex')).sort();
  expect([...rows.allPlaces()].map(({ hash }) => hash.toString('hex'))).toEqual(sorted);
});

test('a row that is added twice stands once, and rows of packs that are gone go from both trees', async () => {
  const { db, rows } = open();
  const old = batch(1, 10);
  await rows.add(10, (at) => old[at] as ObjectRow);
  expect(rows.count()).toBe(10);
  const both = [...old, ...batch(2, 5)].sort((a, b) => Buffer.compare(a[0], b[0]));
  await rows.add(15, (at) => both[at] as ObjectRow);
  expect([...rows.allPlaces()]).toHaveLength(15);
  const again = batch(2, 5);
  await rows.add(5, (at) => again[at] as ObjectRow);
  db.exec('INSERT INTO pack VALUES (1)');
  rows.dropLost();
  expect([...rows.allPlaces()].map(({ pack }) => pack)).toEqual(Array(10).fill(1));
});
