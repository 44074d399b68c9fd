/** Contacts as vCard. */
export { type ContactExportRequest, exportContacts } from './export-contacts.ts';
export type { VcardVersion } from './vcard.ts';
