import type Database from 'better-sqlite3';
import { indexedForm, matchExpression, type Snippet, snippetOf } from './words.ts';

/**
 * The words of one backup: messages, notes, contacts, names of files and photos. Results come newest first within each
 * kind, which needs no ranking of all that matches: the index is read backwards and stops after a page.
 */

export const SEARCHED_KINDS = ['messages', 'whatsapp', 'notes', 'contacts', 'photos', 'calendar', 'files'] as const;
export type SearchedKind = (typeof SEARCHED_KINDS)[number];

export interface SearchDocument {
  readonly kind: SearchedKind;
  readonly id: string;
  /** The conversation, folder or album to show it in. */
  readonly group: string | null;
  /** Whose it is or what it is called; searched too. */
  readonly title: string | null;
  readonly text: string;
  readonly atMs: number | null;
}

export interface SearchHit {
  readonly kind: SearchedKind;
  readonly id: string;
  readonly group: string | null;
  readonly title: string | null;
  readonly atMs: number | null;
  readonly snippet: Snippet;
}

export interface SearchOptions {
  readonly kinds?: readonly SearchedKind[] | undefined;
  /** Of each kind. */
  readonly limit?: number | undefined;
}

/** Each kind has its own numbers, so that one kind's newest can be read without the others'. */
const KIND_STRIDE = 2 ** 40;
/** Longer ones are searched in their beginning. */
const MAX_TEXT = 256 * 1024;
const BATCH = 2000;
const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 1000;

interface HitRow {
  readonly id: string;
  readonly grp: string | null;
  readonly title: string | null;
  readonly text: string;
  readonly at: number | null;
}

export class SearchIndex {
  readonly #db: Database.Database;

  /** `db`: private to the index; empty, or one that an index was made in. */
  constructor(db: Database.Database) {
    this.#db = db;
  }

  static create(db: Database.Database): SearchIndex {
    db.exec(`
      CREATE TABLE docs (n INTEGER PRIMARY KEY, id TEXT NOT NULL, grp TEXT, title TEXT, text TEXT NOT NULL, at INTEGER);
      CREATE VIRTUAL TABLE words USING fts5(body, content='', detail=full, prefix='1 2 3',
        tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co So Mn Mc'");
    `);
    return new SearchIndex(db);
  }

  /**
   * Takes the documents of a kind, oldest first, so that the newest are found first. `pause` is called between batches:
   * whoever else needs this thread gets it.
   */
  async add(
    kind: SearchedKind,
    documents: Iterable<SearchDocument> | AsyncIterable<SearchDocument>,
    pause: () => Promise<void> = async () => undefined,
  ): Promise<number> {
    const base = SEARCHED_KINDS.indexOf(kind) * KIND_STRIDE;
    const last: unknown = this.#db
      .prepare('SELECT max(n) FROM docs WHERE n >= ? AND n < ?')
      .pluck()
      .get(base, base + KIND_STRIDE);
    let next = typeof last === 'number' ? last + 1 : base;
    const insert = this.#db.prepare('INSERT INTO docs VALUES (?, ?, ?, ?, ?, ?)');
    const words = this.#db.prepare('INSERT INTO words (rowid, body) VALUES (?, ?)');
    const write = this.#db.transaction((batch: readonly SearchDocument[]) => {
      for (const { id, group, title, text, atMs } of batch) {
        const kept = text.slice(0, MAX_TEXT);
        insert.run(next, id, group, title, kept, atMs);
        words.run(next, indexedForm(title === null ? kept : `${title}\n${kept}`));
        next += 1;
      }
    });
    let batch: SearchDocument[] = [];
    let count = 0;
    for await (const document of documents) {
      batch.push(document);
      count += 1;
      if (batch.length < BATCH) continue;
      write(batch);
      batch = [];
      await pause();
    }
    write(batch);
    return count;
  }

  /** Merges what `add` wrote into its final form. */
  finish(): void {
    this.#db.exec(`INSERT INTO words (words) VALUES ('optimize')`);
  }

  /** Hits newest first, kind by kind in the order that was asked for. Nothing typed, nothing found. */
  search(typed: string, { kinds = SEARCHED_KINDS, limit = DEFAULT_LIMIT }: SearchOptions = {}): SearchHit[] {
    const match = matchExpression(typed);
    if (match === null) return [];
    const page = Math.max(1, Math.min(MAX_LIMIT, limit));
    const statement = this.#db.prepare<[string, bigint, bigint, number], HitRow>(`
      SELECT d.id, d.grp, d.title, d.text, d.at
      FROM (SELECT rowid AS n FROM words WHERE words MATCH ? AND rowid >= ? AND rowid < ? ORDER BY rowid DESC LIMIT ?) w
      JOIN docs d ON d.n = w.n ORDER BY d.n DESC`);
    const hits: SearchHit[] = [];
    for (const kind of kinds) {
      // As integers: of a floating number FTS5 makes no bound, and would walk through all other kinds.
      const base = BigInt(SEARCHED_KINDS.indexOf(kind) * KIND_STRIDE);
      for (const row of statement.iterate(match, base, base + BigInt(KIND_STRIDE), page)) {
        const inText = snippetOf(row.text, typed);
        hits.push({
          kind,
          id: row.id,
          group: row.grp,
          title: row.title,
          atMs: row.at,
          snippet: row.text === '' && row.title !== null ? snippetOf(row.title, typed) : inText,
        });
      }
    }
    return hits;
  }
}
