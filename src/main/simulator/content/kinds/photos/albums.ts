import { cocoa, DAY } from '../../calendar-time.ts';
import type { OpenDatabase } from '../../storage/scratch-database.ts';
import type { World } from '../../world.ts';
import type { Asset } from './asset.ts';
import { ALBUM_ENTITY } from './schema.ts';

/** ZGENERICALBUM.ZKIND. */
const USER_ALBUM = 2;
const SHARED_ALBUM = 1505;
const IMPORT_SESSION = 1506;
const DUPLICATES = 1510;
const FOLDER = 4000;
const ROOT_FOLDER = 3999;
const PROJECT_ROOT_FOLDER = 3998;

/** ZDUPLICATEASSETVISIBILITYSTATE. */
const REPRESENTATIVE = 1;
const DUPLICATE = 2;

/** The entity of an album of this kind. */
function entityOf(kind: number): number {
  if (kind === SHARED_ALBUM) return ALBUM_ENTITY.shared;
  if (kind === DUPLICATES) return ALBUM_ENTITY.duplicates;
  if (kind === IMPORT_SESSION) return ALBUM_ENTITY.imports;
  return kind >= PROJECT_ROOT_FOLDER ? ALBUM_ENTITY.folder : ALBUM_ENTITY.album;
}

export interface Album {
  readonly pk: number;
  readonly uuid: string;
  readonly title: string;
  readonly kind: number;
  count: number;
}

interface Pair {
  readonly group: Album;
  readonly original: Asset;
  readonly duplicate: Asset;
}

/** Albums, folders and the shared album of the phone. */
export class Albums {
  readonly #world: World;
  readonly #list: Album[] = [];
  readonly #root: Album;
  readonly #user: Album[] = [];
  readonly #shared: Album;
  readonly #imports: Album;
  readonly #pairs = new Map<Asset, readonly Pair[]>();

  constructor(world: World, database: OpenDatabase) {
    this.#world = world;
    this.#root = this.#insert(database, '', ROOT_FOLDER, null);
    this.#insert(database, '', PROJECT_ROOT_FOLDER, null);
    const folder = this.#insert(database, '📁 Archive', FOLDER, this.#root);
    const titles = world.language.albums;
    titles.forEach((title, index) => {
      this.#user.push(this.#insert(database, title, USER_ALBUM, index === titles.length - 1 ? folder : this.#root));
    });
    this.#shared = this.#insert(database, `${titles[0] ?? 'Shared'} ♥`, SHARED_ALBUM, null);
    this.#imports = this.#insert(database, '', IMPORT_SESSION, null);
    database.insert('ZALBUMLIST', { Z_PK: 1, Z_ENT: 2, Z_OPT: 1, ZIDENTIFIER: 5, ZUUID: this.#root.uuid });
  }

  /** Puts a new asset where it belongs: the shared album, or now and then one of the owner's. */
  place(database: OpenDatabase, asset: Asset): void {
    const random = this.#world.stream(`asset/${asset.plan.index}/albums`);
    if (asset.plan.place === 'sharedAlbum') this.#join(database, this.#shared, asset);
    else if (asset.plan.flavour === 'received') this.#join(database, this.#imports, asset);
    else if (!asset.plan.trashed && (asset.plan.index < 8 || random.chance(30))) {
      this.#join(database, random.pick(this.#user), asset);
    }
    if (asset.duplicateOf !== null) this.#pair(database, asset.duplicateOf, asset);
  }

  leave(database: OpenDatabase, asset: Asset): void {
    for (const album of this.#list) {
      if (!asset.albums.includes(album.pk)) continue;
      album.count -= 1;
      this.#writeCount(database, album);
    }
    asset.albums.length = 0;
    for (const pair of this.#pairs.get(asset) ?? []) this.#unpair(database, pair);
  }

  titlesOf(asset: Asset): string[] {
    return this.#list.filter(({ pk }) => asset.albums.includes(pk)).map(({ title }) => title);
  }

  /** What a person would call an album. */
  visible(): readonly Album[] {
    return [...this.#user, this.#shared];
  }

  /** What the phone's own search for duplicates found: a group of two, by metadata or by looks. */
  #pair(database: OpenDatabase, original: Asset, duplicate: Asset): void {
    const group = this.#insert(database, '', DUPLICATES, null);
    const column =
      this.#world.next('duplicate-pair') % 2 === 0
        ? 'ZDUPLICATEMETADATAMATCHINGALBUM'
        : 'ZDUPLICATEPERCEPTUALMATCHINGALBUM';
    const pair = { group, original, duplicate };
    for (const [member, state] of [
      [original, REPRESENTATIVE],
      [duplicate, DUPLICATE],
    ] as const) {
      database.run(
        `UPDATE ZASSET SET ZDUPLICATEASSETVISIBILITYSTATE = ${state}, ${column} = ${group.pk} WHERE Z_PK = ${member.pk}`,
      );
      this.#pairs.set(member, [...(this.#pairs.get(member) ?? []), pair]);
    }
    group.count = 2;
    this.#writeCount(database, group);
  }

  #unpair(database: OpenDatabase, { group, original, duplicate }: Pair): void {
    database.run('DELETE FROM ZGENERICALBUM WHERE Z_PK = ?', group.pk);
    for (const member of [original, duplicate]) {
      const left = (this.#pairs.get(member) ?? []).filter((pair) => pair.group !== group);
      this.#pairs.set(member, left);
      if (left.length > 0) continue;
      database.run(
        `UPDATE ZASSET SET ZDUPLICATEASSETVISIBILITYSTATE = 0, ZDUPLICATEMETADATAMATCHINGALBUM = NULL,
          ZDUPLICATEPERCEPTUALMATCHINGALBUM = NULL WHERE Z_PK = ?`,
        member.pk,
      );
    }
    duplicate.duplicateOf = null;
  }

  #join(database: OpenDatabase, album: Album, asset: Asset): void {
    album.count += 1;
    asset.albums.push(album.pk);
    database.insert('Z_30ASSETS', { Z_30ALBUMS: album.pk, Z_3ASSETS: asset.pk, Z_FOK_3ASSETS: album.count * 1024 });
    this.#writeCount(database, album);
  }

  #writeCount(database: OpenDatabase, album: Album): void {
    database.run(
      'UPDATE ZGENERICALBUM SET ZCACHEDCOUNT = ?, ZCACHEDPHOTOSCOUNT = ? WHERE Z_PK = ?',
      album.count,
      album.count,
      album.pk,
    );
  }

  #insert(database: OpenDatabase, title: string, kind: number, parent: Album | null): Album {
    const pk = this.#world.next('album-pk');
    const uuid = this.#world.stream(`album/${pk}`).uuid();
    const created = cocoa(this.#world.clock.now - 900 * DAY + pk * DAY);
    database.insert('ZGENERICALBUM', {
      Z_PK: pk,
      Z_ENT: entityOf(kind),
      Z_OPT: 1,
      ZKIND: kind,
      ZTITLE: title === '' ? null : title,
      ZUUID: uuid,
      ZPARENTFOLDER: parent?.pk ?? null,
      Z_FOK_PARENTFOLDER: parent === null ? null : pk * 1024,
      ZCACHEDCOUNT: 0,
      ZCACHEDPHOTOSCOUNT: 0,
      ZCACHEDVIDEOSCOUNT: 0,
      ZTRASHEDSTATE: 0,
      ZCREATIONDATE: created,
      ZLASTMODIFIEDDATE: created,
      ZCLOUDLOCALSTATE: 0,
      ZISOWNED: kind === SHARED_ALBUM ? 0 : null,
      ZDUPLICATETYPE: kind === DUPLICATES ? 1 : null,
    });
    const album = { pk, uuid, title, kind, count: 0 };
    this.#list.push(album);
    return album;
  }
}
