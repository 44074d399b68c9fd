import type { AppLibrary } from './kinds/apps/app-library.ts';
import type { AddressBook } from './kinds/contacts/address-book.ts';
import type { MessageStore } from './kinds/messages/message-store.ts';
import type { PhotoLibrary } from './kinds/photos/photo-library.ts';

/** The kinds of content of one phone. */
export interface Contents {
  readonly photos: PhotoLibrary;
  readonly messages: MessageStore;
  readonly contacts: AddressBook;
  readonly apps: AppLibrary;
}
