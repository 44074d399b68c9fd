/** Contacts: cards with everything on them, their pictures, and names for numbers and addresses. */
export { ContactBook } from './contact-book.ts';
export { type ContactPhoto, ContactPhotos } from './contact-photos.ts';
export { readContacts } from './read-contacts.ts';
export type { Contact, OnlineAccount, PostalAddress } from './types.ts';
