import { cocoa, DAY } from '../calendar-time.ts';
import type { Plan } from '../plan.ts';
import type { OpenDatabase } from '../storage/scratch-database.ts';
import type { World } from '../world.ts';
import type { Kind, TruthSection } from './kind.ts';

const bookmarkSchema: readonly string[] = [
  `CREATE TABLE bookmarks (id INTEGER PRIMARY KEY AUTOINCREMENT, special_id INTEGER DEFAULT 0, parent INTEGER,
    type INTEGER, title TEXT, url TEXT COLLATE NOCASE, num_children INTEGER DEFAULT 0, editable INTEGER DEFAULT 1,
    deletable INTEGER DEFAULT 1, hidden INTEGER DEFAULT 0, hidden_ancestor_count INTEGER DEFAULT 0,
    order_index INTEGER NOT NULL, external_uuid TEXT UNIQUE, read INTEGER DEFAULT NULL, last_modified REAL DEFAULT NULL,
    server_id TEXT, sync_key TEXT, added INTEGER DEFAULT 1, deleted INTEGER DEFAULT 0,
    extra_attributes BLOB DEFAULT NULL, local_attributes BLOB DEFAULT NULL, fetched_icon BOOL DEFAULT 0, icon BLOB DEFAULT NULL,
    dav_generation INTEGER DEFAULT 0, locally_added BOOL DEFAULT 0, archive_status INTEGER DEFAULT 0, syncable BOOL DEFAULT 1,
    web_filter_status INTEGER DEFAULT 0, modified_attributes UNSIGNED BIG INT DEFAULT 0)`,
  'CREATE TABLE folder_ancestors (id INTEGER PRIMARY KEY AUTOINCREMENT, folder_id INTEGER NOT NULL, ancestor_id INTEGER NOT NULL)',
  'CREATE TABLE generations (generation INTEGER)',
  'CREATE TABLE sync_properties (key TEXT PRIMARY KEY, value TEXT)',
  'CREATE INDEX parent_index ON bookmarks (parent)',
];

const historySchema: readonly string[] = [
  `CREATE TABLE history_items (id INTEGER PRIMARY KEY AUTOINCREMENT, url TEXT NOT NULL UNIQUE, domain_expansion TEXT,
    visit_count INTEGER NOT NULL, daily_visit_counts BLOB NOT NULL, weekly_visit_counts BLOB, autocomplete_triggers BLOB,
    should_recompute_derived_visit_counts INTEGER NOT NULL, visit_count_score INTEGER NOT NULL, status_code INTEGER NOT NULL DEFAULT 0)`,
  `CREATE TABLE history_visits (id INTEGER PRIMARY KEY AUTOINCREMENT, history_item INTEGER NOT NULL REFERENCES history_items(id)
    ON DELETE CASCADE, visit_time REAL NOT NULL, title TEXT, load_successful BOOLEAN NOT NULL DEFAULT 1,
    http_non_get BOOLEAN NOT NULL DEFAULT 0, synthesized BOOLEAN NOT NULL DEFAULT 0, redirect_source INTEGER NULL UNIQUE,
    redirect_destination INTEGER NULL UNIQUE, origin INTEGER NOT NULL DEFAULT 0, generation INTEGER NOT NULL DEFAULT 0,
    attributes INTEGER NOT NULL DEFAULT 0, score INTEGER NOT NULL DEFAULT 0)`,
  'CREATE TABLE history_tombstones (id INTEGER PRIMARY KEY AUTOINCREMENT, start_time REAL NOT NULL, end_time REAL NOT NULL, url TEXT, generation INTEGER NOT NULL DEFAULT 0)',
  'CREATE TABLE metadata (key TEXT NOT NULL UNIQUE, value)',
  'CREATE INDEX history_visits__last_visit ON history_visits (history_item, visit_time DESC, synthesized ASC)',
];

const tabSchema: readonly string[] = [
  `CREATE TABLE bookmarks (id INTEGER PRIMARY KEY AUTOINCREMENT, special_id INTEGER DEFAULT 0, parent INTEGER, type INTEGER,
    subtype INTEGER DEFAULT 0, title TEXT, url TEXT COLLATE NOCASE, num_children INTEGER DEFAULT 0, order_index INTEGER NOT NULL,
    external_uuid TEXT UNIQUE, read INTEGER DEFAULT NULL, last_modified REAL DEFAULT NULL, deleted INTEGER DEFAULT 0,
    hidden INTEGER DEFAULT 0, extra_attributes BLOB DEFAULT NULL, local_attributes BLOB DEFAULT NULL, date_closed REAL)`,
  'CREATE TABLE windows (id INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT, date_closed REAL, is_last_session BOOLEAN DEFAULT 0, scene_id TEXT)',
];

interface Bookmark {
  readonly title: string;
  readonly url: string;
  readonly folder: string;
  readonly readingList: boolean;
  readonly read: boolean | null;
}

/** Safari: bookmarks and reading list; history and open tabs, which only encrypted backups hold. */
export class Safari implements Kind {
  readonly #world: World;
  readonly #bookmarks: Bookmark[] = [];
  readonly #visits: { readonly url: string; readonly title: string; readonly time: number }[] = [];
  readonly #tabs: { readonly url: string; readonly title: string }[] = [];

  constructor(world: World, plan: Plan) {
    this.#world = world;
    const at = (name: string): string => `Library/Safari/${name}`;
    const domain = 'HomeDomain';
    this.#fillBookmarks(
      world.database({ domain, relativePath: at('Bookmarks.db'), schema: bookmarkSchema }).change(),
      plan.bookmarks,
    );
    const history = {
      domain,
      relativePath: at('History.db'),
      schema: historySchema,
      encryptedOnly: true,
      protectionClass: 2,
    };
    this.#fillHistory(world.database(history).change(), plan.visits);
    const tabs = { domain, relativePath: at('SafariTabs.db'), schema: tabSchema, encryptedOnly: true };
    this.#fillTabs(world.database(tabs).change());
  }

  truth(): readonly TruthSection[] {
    return [
      { name: 'bookmarks', rows: () => this.#bookmarks.map((one) => ({ ...one })) },
      { name: 'visits', rows: () => this.#visits },
      { name: 'tabs', rows: () => this.#tabs },
    ];
  }

  #fillBookmarks(database: OpenDatabase, count: number): void {
    const { language, clock } = this.#world;
    const folders = [
      { id: 0, special: 0, title: 'Root', parent: null },
      { id: 1, special: 1, title: 'BookmarksBar', parent: 0 },
      { id: 2, special: 2, title: 'BookmarksMenu', parent: 0 },
      { id: 3, special: 3, title: 'com.apple.ReadingList', parent: 0 },
      { id: 4, special: 0, title: language.albums[0] ?? 'Folder', parent: 1 },
    ];
    for (const { id, special, title, parent } of folders) {
      database.insert('bookmarks', {
        id,
        special_id: special,
        parent,
        type: 1,
        title,
        order_index: id,
        external_uuid: this.#uuid(`folder/${id}`),
        last_modified: clock.now,
      });
      if (parent !== null) database.insert('folder_ancestors', { folder_id: id, ancestor_id: parent });
    }
    for (let index = 0; index < count; index++) {
      const random = this.#world.stream(`bookmark/${index}`);
      const readingList = index % 3 === 2;
      const folder = readingList ? 3 : index % 3 === 1 ? 4 : 1;
      const bookmark: Bookmark = {
        title: random.pick(language.notes),
        url: this.#address(`bookmark/${index}/url`),
        folder: folders[folder]?.title ?? '',
        readingList,
        read: readingList ? random.chance(50) : null,
      };
      this.#bookmarks.push(bookmark);
      database.insert('bookmarks', {
        id: folders.length + index,
        parent: folder,
        type: 0,
        title: bookmark.title,
        url: bookmark.url,
        order_index: index,
        external_uuid: random.uuid(),
        read: bookmark.read === null ? null : bookmark.read ? 1 : 0,
        last_modified: clock.now - random.below(700 * DAY),
        added: 1,
        deleted: 0,
        hidden: 0,
      });
    }
    database.insert('generations', { generation: 1 });
  }

  #fillHistory(database: OpenDatabase, count: number): void {
    const items = new Map<string, { id: number; visits: number }>();
    const pages = Math.max(1, Math.floor(count / 3));
    for (let index = 0; index < count; index++) {
      const random = this.#world.stream(`visit/${index}`);
      const url = this.#address(`page/${random.below(pages)}`);
      let item = items.get(url);
      if (item === undefined) {
        item = { id: items.size + 1, visits: 0 };
        items.set(url, item);
        database.insert('history_items', {
          id: item.id,
          url,
          domain_expansion: 'example',
          visit_count: 0,
          daily_visit_counts: Buffer.from([100, 0, 0, 0]),
          should_recompute_derived_visit_counts: 0,
          visit_count_score: 100,
        });
      }
      item.visits += 1;
      const time = this.#world.clock.now - (count - index) * 900 - random.below(800);
      const title = random.pick(this.#world.language.notes);
      this.#visits.push({ url, title, time });
      database.insert('history_visits', {
        id: index + 1,
        history_item: item.id,
        visit_time: cocoa(time),
        title,
        load_successful: 1,
        redirect_source: index % 20 === 19 ? index : null,
        redirect_destination: index % 20 === 18 ? index + 2 : null,
        origin: index % 5 === 4 ? 1 : 0,
        score: 100,
      });
    }
    for (const { id, visits } of items.values())
      database.run('UPDATE history_items SET visit_count = ? WHERE id = ?', visits, id);
    database.insert('metadata', { key: 'current_generation', value: 7 });
  }

  #fillTabs(database: OpenDatabase): void {
    database.insert('windows', { id: 1, uuid: this.#uuid('window'), is_last_session: 1 });
    database.insert('bookmarks', { id: 1, type: 1, title: 'Local', order_index: 0, external_uuid: this.#uuid('tabs') });
    for (let index = 0; index < 4; index++) {
      const tab = {
        url: this.#address(`tab/${index}`),
        title: this.#world.language.notes[index % this.#world.language.notes.length] ?? '',
      };
      this.#tabs.push(tab);
      database.insert('bookmarks', {
        id: index + 2,
        parent: 1,
        type: 0,
        ...tab,
        order_index: index,
        external_uuid: this.#uuid(`tab/${index}`),
      });
    }
  }

  #address(name: string): string {
    const random = this.#world.stream(`address/${name}`);
    return `https://${random.pick(['www', 'news', 'shop', 'blog'])}.example.${random.pick(['com', 'org', 'net'])}/${random.hex(8)}`;
  }

  #uuid(name: string): string {
    return this.#world.stream(`safari/${name}`).uuid();
  }
}
