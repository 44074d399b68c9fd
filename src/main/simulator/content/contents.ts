import type { AppLibrary } from './kinds/apps/app-library.ts';
import type { AddressBook } from './kinds/contacts/address-book.ts';
import type { Kind } from './kinds/kind.ts';
import type { MessageStore } from './kinds/messages/message-store.ts';
import type { NoteStore } from './kinds/notes/note-store.ts';
import type { PhotoLibrary } from './kinds/photos/photo-library.ts';

/** The kinds of content of one phone: those that mutations know by name, and the others. */
export interface Contents {
  readonly photos: PhotoLibrary;
  readonly messages: MessageStore;
  readonly contacts: AddressBook;
  /** Null on a phone too small to have any. */
  readonly notes: NoteStore | null;
  readonly apps: AppLibrary;
  readonly others: readonly Kind[];
}
