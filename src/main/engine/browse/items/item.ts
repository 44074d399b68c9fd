/**
 * What a person would call one thing, of any kind: a photo, a message, an app. Readers know their kinds in depth; counting,
 * comparing and looking for last copies only need this.
 */

export const ITEM_KINDS = [
  'photos',
  'messages',
  'conversations',
  'whatsapp',
  'whatsapp-conversations',
  'contacts',
  'notes',
  'calls',
  'calendar',
  'reminders',
  'voicemail',
  'recordings',
  'bookmarks',
  'history',
  'apps',
  'app-data',
  'files',
] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];

export interface Item {
  /** The same in every version of one phone, as long as it is the same thing. */
  readonly id: string;
  /** Another text when its owner would say that it changed. What the phone changes by itself (read, synced) is left out. */
  readonly digest: string;
  /** Words to find it by: a file name, the first words, a name. */
  readonly title: string | null;
  /** When it was taken, sent or made, Unix milliseconds. */
  readonly atMs: number | null;
  /** What it takes in the backup, as far as known. */
  readonly bytes: number | null;
  /** The conversation, app or folder that it belongs to. */
  readonly group: string | null;
}

/** The items of one kind in one backup; can be gone through more than once. */
export interface ItemList extends AsyncDisposable {
  /** False: the backup has nothing of this kind, not even an empty database. */
  readonly isPresent: boolean;
  /** Null when it is not known without going through them. */
  readonly count: number | null;
  items(): Iterable<Item>;
  /** What could not be read; complete after `items` was gone through. Such a list proves no absence. */
  readonly unreadable: readonly { readonly what: string; readonly reason: string }[];
}
