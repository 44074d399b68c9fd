import type { BackupFile } from '../../source/types.ts';

export type AssetKind = 'photo' | 'video' | 'unknown';

/** ZKINDSUBTYPE, as far as its values are known; null for plain ones and for values that are not. */
export type AssetVariant =
  | 'panorama'
  | 'live'
  | 'screenshot'
  | 'slow-motion'
  | 'time-lapse'
  | 'screen-recording'
  | null;

/** Whose it is: ZSAVEDASSETTYPE. `other` is a value that is not known, null is not said. */
export type AssetLibrary = 'own' | 'icloud' | 'shared-album' | 'shared-with-you' | 'other' | null;

/** Are the bytes of the original in this backup? `icloud`: they are not, and the phone says that only iCloud has them. */
export type OriginalState = 'here' | 'icloud' | 'unknown';

/**
 * Where the phone's library says that the original's bytes were: `nowhere` is lost or never imported, `unclear` is a
 * value that does not say it, null is no word at all.
 */
export type PhoneSays = 'phone' | 'phone-and-icloud' | 'icloud' | 'nowhere' | 'unclear' | null;

export interface Original {
  readonly state: OriginalState;
  readonly phoneSays: PhoneSays;
  /** What the library says that the original has; what must be downloaded where it is not here. */
  readonly bytes: number | null;
}

export interface Burst {
  /** The same for all its frames. */
  readonly id: string;
  /** False: a frame that neither the phone nor the owner chose. Null: not said. */
  readonly isPicked: boolean | null;
  readonly isChosenByOwner: boolean | null;
  readonly isKeyFrame: boolean | null;
}

export interface PhotoAsset {
  /** The asset's UUID (ZUUID), which it keeps for life; `row:…` or `file:…` where it has none. */
  readonly id: string;
  readonly kind: AssetKind;
  readonly variant: AssetVariant;
  readonly library: AssetLibrary;
  /** As it lies on the phone: IMG_0001.HEIC. */
  readonly fileName: string | null;
  /** As it was called where it came from. */
  readonly originalFileName: string | null;
  /** In CameraRollDomain, whether or not the backup has it. */
  readonly path: string | null;
  /** The original, if the backup lists it. Whether its bytes are here says `original.state`. */
  readonly file: BackupFile | null;
  readonly original: Original;
  /** The original's size as it lies in the backup; null when it does not. */
  readonly sizeBytes: number | null;
  readonly uniformType: string | null;
  /** Instants, Unix milliseconds; the place's own time is `takenMs` plus the offset. */
  readonly takenMs: number | null;
  readonly addedMs: number | null;
  readonly modifiedMs: number | null;
  readonly timeZoneOffsetSeconds: number | null;
  readonly timeZoneName: string | null;
  /** Pixels. */
  readonly width: number | null;
  readonly height: number | null;
  /** Null for photos, and where not said. */
  readonly durationSeconds: number | null;
  readonly isFavourite: boolean | null;
  readonly isHidden: boolean | null;
  /** In "Recently Deleted". */
  readonly isTrashed: boolean | null;
  readonly trashedMs: number | null;
  /** False: the phone shows it nowhere by itself, as a frame of a burst that was not picked. */
  readonly isVisible: boolean | null;
  readonly isScreenshot: boolean | null;
  readonly isLive: boolean;
  /** The film of a Live Photo. */
  readonly liveVideo: BackupFile | null;
  readonly burst: Burst | null;
  readonly isEdited: boolean | null;
  readonly editedMs: number | null;
  /** How it looks after its edits, and the film of a Live Photo after them. */
  readonly editedFile: BackupFile | null;
  readonly editedVideo: BackupFile | null;
  /** What was edited (.AAE), for programs that can take edits back. */
  readonly adjustments: BackupFile | null;
  /** The raw picture beside a JPEG or HEIC. */
  readonly rawFile: BackupFile | null;
  readonly place: { readonly latitude: number; readonly longitude: number } | null;
  /** Ids of the albums that it is in. */
  readonly albumIds: readonly string[];
  /** The phone's own hash of the original: equal ones mean equal bytes. Nobody else can compute it. */
  readonly fingerprint: string | null;
  /** The phone's own search for duplicates put it into this group. */
  readonly duplicateGroup: string | null;
  readonly importedBy: string | null;
}

export type AlbumKind = 'album' | 'folder' | 'shared' | 'import';

export interface PhotoAlbum {
  /** ZUUID. */
  readonly id: string;
  readonly kind: AlbumKind;
  readonly title: string | null;
  /** The folder it is in; null at the top. */
  readonly parentId: string | null;
  /** Assets in it, also hidden and deleted ones; null where the phone's list of members cannot be read. 0 for folders. */
  readonly count: number | null;
  readonly isTrashed: boolean | null;
  readonly createdMs: number | null;
}

/** What is left away does not matter. Unknown counts as no. */
export interface AssetFilter {
  readonly kind?: 'photo' | 'video' | undefined;
  /** What the phone's Photos app counts: not deleted, visible, and of the owner's own library. Hidden ones are in it. */
  readonly shown?: boolean | undefined;
  readonly favourite?: boolean | undefined;
  readonly hidden?: boolean | undefined;
  readonly trashed?: boolean | undefined;
  readonly screenshot?: boolean | undefined;
  readonly live?: boolean | undefined;
  readonly edited?: boolean | undefined;
  readonly burst?: boolean | undefined;
  readonly withPlace?: boolean | undefined;
  readonly albumId?: string | undefined;
  /** Unix milliseconds, from inclusive, to exclusive. */
  readonly takenFromMs?: number | undefined;
  readonly takenToMs?: number | undefined;
  /** In the file name or the original file name; case does not matter. */
  readonly text?: string | undefined;
}

/** `album` is the order the owner gave an album, or the oldest first where no album is asked for. */
export type AssetOrder = 'newest' | 'oldest' | 'album';

export interface AssetQuery {
  readonly filter?: AssetFilter | undefined;
  readonly order?: AssetOrder | undefined;
}

export interface AssetPageRequest extends AssetQuery {
  /** `next` of the page before, or the id of an asset; the first page without. Wins over `offset`. */
  readonly after?: string | undefined;
  /** Or the place of the first one, to jump there. */
  readonly offset?: number | undefined;
  readonly limit: number;
}

export interface AssetPage {
  readonly items: readonly PhotoAsset[];
  /** For the next page's `after`; null at the end. */
  readonly next: string | null;
  /** How many there are in all. */
  readonly total: number;
}

export interface PhotoCounts {
  /** Every asset the library knows. */
  readonly all: number;
  /** What the phone's Photos app counts as photos and videos. */
  readonly photos: number;
  readonly videos: number;
  /** Of those. */
  readonly hidden: number;
  readonly favourites: number;
  /** Null where only the files speak, which do not say it. */
  readonly screenshots: number | null;
  readonly live: number;
  readonly edited: number | null;
  /** Beside those. */
  readonly trashed: number;
  readonly shared: number;
  readonly notShown: number;
  /** Of photos and videos, as the library says, wherever they are; null where no size is said. */
  readonly originalBytes: number | null;
  /** The newest of photos and videos. */
  readonly newestMs: number | null;
}

/** What a library is read from. Both number their assets, and a list is numbers in an order. */
export interface AssetStore {
  keys(query: AssetQuery): Float64Array;
  read(keys: readonly number[]): readonly PhotoAsset[];
  keyOf(id: string): number | null;
  albums(): readonly PhotoAlbum[];
  counts(): PhotoCounts;
  /** Lower-case stems of the names that assets of a folder have ("DCIM/100APPLE"); null when that cannot be told. */
  stemsIn(directory: string): ReadonlySet<string> | null;
}
