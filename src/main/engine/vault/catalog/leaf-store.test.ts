import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { LEAF_SCHEMA, loadLeaves, saveAllLeaves, saveChangedLeaves } from './leaf-store.ts';
import { EMPTY_LEAF, RootTree } from './root.ts';

test('leaves come back as they were saved last, whether their changes were worked in or not', () => {
  const db = new Database(':memory:');
  db.exec(LEAF_SCHEMA);
  const tree = new RootTree();
  saveAllLeaves(db, tree);
  const lists: number[] = [];
  for (let round = 1; round <= 6; round += 1) {
    const changed = new Set<number>();
    for (let leaf = round; leaf <= 0xffff; leaf += 20) changed.add(leaf);
    for (const leaf of changed) {
      tree.setLeaf(leaf, leaf % 7 === 0 ? EMPTY_LEAF : createHash('sha256').update(`${round} ${leaf}`).digest());
    }
    saveChangedLeaves(db, tree, changed);
    expect(loadLeaves(db).equals(tree)).toBe(true);
    lists.push(db.prepare<[], [number]>('SELECT count(*) FROM leafchange').raw(true).get()?.[0] ?? -1);
  }
  expect(lists).toEqual([1, 2, 3, 4, 0, 1]);
});
