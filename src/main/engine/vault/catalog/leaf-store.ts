import type Database from 'better-sqlite3';
import { LEAVES_OF_NODE_BYTES, NODES, RootTree } from './root.ts';

/**
 * The leaves of a folded index. A hundredth of a version's rows touches nearly every node, so a commit does not write
 * 2 MiB of nodes: it adds a list of the leaves that it changed, and now and then the lists are worked in.
 */

export const LEAF_SCHEMA = `
CREATE TABLE leaf (node INTEGER PRIMARY KEY, leaves BLOB NOT NULL) STRICT;
CREATE TABLE leafchange (n INTEGER PRIMARY KEY, changes BLOB NOT NULL) STRICT;
`;

/** Of each changed leaf its number, u16be, and its hash. */
const CHANGE_BYTES = 34;
const MAX_CHANGES_BYTES = 16_384 * CHANGE_BYTES;

export function loadLeaves(db: Database.Database): RootTree {
  const leaves = Buffer.alloc(NODES * LEAVES_OF_NODE_BYTES);
  for (const [node, bytes] of db.prepare<[], [number, Buffer]>('SELECT node, leaves FROM leaf').raw(true).all())
    bytes.copy(leaves, node * LEAVES_OF_NODE_BYTES);
  for (const [changes] of db.prepare<[], [Buffer]>('SELECT changes FROM leafchange ORDER BY n').raw(true).all()) {
    for (let at = 0; at < changes.length; at += CHANGE_BYTES)
      changes.copy(leaves, changes.readUInt16BE(at) * 32, at + 2, at + CHANGE_BYTES);
  }
  return new RootTree(leaves);
}

export function saveAllLeaves(db: Database.Database, tree: RootTree): void {
  const put = db.prepare('INSERT OR REPLACE INTO leaf VALUES (?, ?)');
  for (let node = 0; node < NODES; node += 1) put.run(node, tree.leavesOfNode(node));
  db.exec('DELETE FROM leafchange');
}

export function saveChangedLeaves(db: Database.Database, tree: RootTree, changed: ReadonlySet<number>): void {
  const [before] = db
    .prepare<[], [number]>('SELECT coalesce(sum(length(changes)), 0) FROM leafchange')
    .raw(true)
    .get() ?? [0];
  const changes = Buffer.alloc(changed.size * CHANGE_BYTES);
  if (before + changes.length > MAX_CHANGES_BYTES) {
    saveAllLeaves(db, tree);
    return;
  }
  let at = 0;
  for (const leaf of changed) {
    changes.writeUInt16BE(leaf, at);
    tree.leaf(leaf).copy(changes, at + 2);
    at += CHANGE_BYTES;
  }
  db.prepare('INSERT INTO leafchange (changes) VALUES (?)').run(changes);
}
