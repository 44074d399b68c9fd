import { isBackstopError } from '../../../../../shared/errors/index.ts';
import type { Backup, BackupFile, PhoneDatabase } from '../../source/types.ts';
import { type Unreadable, UnreadableList } from '../reading.ts';
import { reasonOf } from './albums.ts';
import { DAMAGED_PHOTOS } from './asset-keys.ts';
import { fileAt } from './companions.ts';
import { DatabaseLibrary } from './database-library.ts';
import { FileLibrary } from './file-library.ts';
import { LibraryTables } from './library-tables.ts';
import { mediaGroups } from './media-groups.ts';
import { CAMERA_ROLL } from './media-names.ts';
import { isPngOfAScreen, PNG_HEAD_BYTES } from './screens.ts';
import type {
  AssetPage,
  AssetPageRequest,
  AssetQuery,
  AssetStore,
  PhotoAlbum,
  PhotoAsset,
  PhotoCounts,
} from './types.ts';

const PATH = 'Media/PhotoData/Photos.sqlite';
/** Assets that are read at once while going through many. */
const BATCH = 200;
const MOST_AT_ONCE = 1000;
const CURSOR = /^row:(\d{1,15})$/;

/**
 * The photos and videos of a backup. Reads a page at a time; what it keeps grows with the number of albums, and by eight
 * bytes for each asset of the lists that were looked at last.
 */
export class PhotoLibrary implements Disposable {
  /** `files`: Photos.sqlite is missing or cannot be read, and the files of the camera roll speak for themselves. */
  readonly source: 'database' | 'files' | 'none';
  readonly #backup: Backup;
  readonly #database: PhoneDatabase | null;
  readonly #store: AssetStore;
  readonly #unreadable: UnreadableList;

  private constructor(parts: {
    readonly source: 'database' | 'files' | 'none';
    readonly backup: Backup;
    readonly database: PhoneDatabase | null;
    readonly store: AssetStore;
    readonly unreadable: UnreadableList;
  }) {
    this.source = parts.source;
    this.#backup = parts.backup;
    this.#database = parts.database;
    this.#store = parts.store;
    this.#unreadable = parts.unreadable;
  }

  /** Never fails because of what is in Photos.sqlite: then the files of the camera roll are read instead, and it says so. */
  static async open(backup: Backup): Promise<PhotoLibrary> {
    const unreadable = new UnreadableList();
    const database = await openDatabase(backup, unreadable);
    const store = database === null ? null : databaseStore(backup, database, unreadable);
    if (store !== null) return new PhotoLibrary({ source: 'database', backup, database, store, unreadable });
    database?.[Symbol.dispose]();
    const files = new FileLibrary(backup);
    if (!files.isEmpty && unreadable.count === 0) unreadable.add('Photos.sqlite', 'it is not in this backup');
    const source = files.isEmpty ? 'none' : 'files';
    return new PhotoLibrary({ source, backup, database: null, store: files, unreadable });
  }

  /** False: there is neither a library nor a photo. */
  get isPresent(): boolean {
    return this.source !== 'none' || this.#unreadable.count > 0;
  }

  /** What could not be read so far; complete after everything was gone through. */
  get unreadable(): readonly Unreadable[] {
    return this.#unreadable.items;
  }

  counts(): PhotoCounts {
    return this.#store.counts();
  }

  /** Albums, folders, shared albums and imports, also deleted ones. */
  albums(): readonly PhotoAlbum[] {
    return this.#store.albums();
  }

  length(query: AssetQuery = {}): number {
    return this.#store.keys(query).length;
  }

  assets(request: AssetPageRequest): AssetPage {
    const keys = this.#store.keys(request);
    const limit = Math.min(Math.max(1, Math.trunc(request.limit)), MOST_AT_ONCE);
    const start = this.#start(keys, request);
    const end = Math.min(keys.length, start + limit);
    const items = this.#store.read([...keys.subarray(start, end)]);
    const last = keys[end - 1];
    // Its number, not its id: damaged libraries give one id to two assets, and paging must come to its end.
    const next = end >= keys.length || last === undefined ? null : `row:${last}`;
    return { items, next, total: keys.length };
  }

  /** All of them, a few at a time. */
  *all(query: AssetQuery = {}): Generator<PhotoAsset> {
    const keys = this.#store.keys(query);
    for (let start = 0; start < keys.length; start += BATCH) {
      yield* this.#store.read([...keys.subarray(start, start + BATCH)]);
    }
  }

  /** The numbers of a list's assets, in its order: for `read`. */
  keys(query: AssetQuery = {}): Float64Array {
    return this.#store.keys(query);
  }

  /** By their numbers, in their order: for lists that were chosen elsewhere. */
  read(keys: readonly number[]): readonly PhotoAsset[] {
    return this.#store.read(keys.slice(0, MOST_AT_ONCE));
  }

  asset(id: string): PhotoAsset | null {
    const key = this.#store.keyOf(id);
    return key === null ? null : (this.#store.read([key])[0] ?? null);
  }

  /** The place of an asset in a list, to jump there; null when it is not in it. */
  placeOf(id: string, query: AssetQuery = {}): number | null {
    const key = this.#store.keyOf(id);
    const place = key === null ? -1 : this.#store.keys(query).indexOf(key);
    return place < 0 ? null : place;
  }

  /**
   * Pictures and films that lie where originals lie, but that no asset of the library names: leftovers of imports and
   * apps, or photos whose rows in a damaged library are gone. None when the library was read from the files themselves.
   */
  *unclaimed(): Generator<BackupFile> {
    if (this.source !== 'database') return;
    let folder: string | null = null;
    let stems: ReadonlySet<string> = new Set();
    for (const group of mediaGroups(this.#backup)) {
      if (group.folder !== folder) {
        folder = group.folder;
        stems = this.#store.stemsIn(folder.replace(/^Media\//, '')) ?? new Set();
      }
      if (!stems.has(group.stem)) yield* group.files;
    }
  }

  /**
   * Is it a screenshot? What the library says; where it says nothing, a PNG of exactly the size of a screen is taken for
   * one. Null: its bytes are not here or cannot be read.
   */
  async looksLikeScreenshot(asset: PhotoAsset): Promise<boolean | null> {
    const { file, isScreenshot } = asset;
    if (isScreenshot !== null) return isScreenshot;
    if (file === null || asset.sizeBytes === null) return null;
    if (!file.path.startsWith('Media/DCIM/') || !/\.png$/i.test(file.path)) return false;
    try {
      return isPngOfAScreen(await this.#backup.readRange(file, 0, PNG_HEAD_BYTES));
    } catch (error) {
      if (!isBackstopError(error)) throw error;
      this.#unreadable.addOnce(file.path, error.message);
      return null;
    }
  }

  /** From the files that the phone puts there as signs; their absence proves nothing, so there is no false. */
  get iCloudPhotos(): { readonly isOn: true | null; readonly isDownloadFinished: true | null } {
    const has = (name: string): true | null => (fileAt(this.#backup, `Media/PhotoData/${name}`) === null ? null : true);
    return { isOn: has('cpl_enabled_marker'), isDownloadFinished: has('cpl_download_finished_marker') };
  }

  [Symbol.dispose](): void {
    this.#database?.[Symbol.dispose]();
  }

  #start(keys: Float64Array, { after, offset }: AssetPageRequest): number {
    if (after === undefined) return Math.min(keys.length, Math.max(0, Math.trunc(offset ?? 0)));
    const number = CURSOR.exec(after)?.[1];
    const key = number === undefined ? this.#store.keyOf(after) : Number(number);
    const place = key === null ? -1 : keys.indexOf(key);
    return place < 0 ? keys.length : place + 1;
  }
}

async function openDatabase(backup: Backup, unreadable: UnreadableList): Promise<PhoneDatabase | null> {
  try {
    return await backup.openDatabase(CAMERA_ROLL, PATH);
  } catch (error) {
    if (!isBackstopError(error)) throw error;
    unreadable.add('Photos.sqlite', error.message);
    return null;
  }
}

/** Null when the database has no assets that could be read; the reason is in the list. */
function databaseStore(backup: Backup, database: PhoneDatabase, unreadable: UnreadableList): DatabaseLibrary | null {
  if (database.warning !== null) unreadable.add('Photos.sqlite', database.warning);
  try {
    const tables = new LibraryTables(database.db);
    if (tables.assets === null || !tables.assetColumns.has('Z_PK')) {
      unreadable.add('Photos.sqlite', 'it has no table of photos');
      return null;
    }
    if (!tables.assetColumns.has('ZUUID') && !tables.assetColumns.has('ZFILENAME')) {
      unreadable.add('Photos.sqlite', 'its table of photos has neither ids nor names');
      return null;
    }
    const store = new DatabaseLibrary(backup, tables, unreadable);
    const isDamaged = store.keys({}).length === 0 && unreadable.items.some(({ what }) => what === DAMAGED_PHOTOS);
    return isDamaged ? null : store;
  } catch (error) {
    unreadable.add('Photos.sqlite', reasonOf(error));
    return null;
  }
}
