import type { WorkOptions } from '../../../../../shared/contract/index.ts';
import { type Contact, ContactPhotos, readContacts } from '../../readers/contacts/index.ts';
import { UnreadableList } from '../../readers/reading.ts';
import type { Backup } from '../../source/types.ts';
import { ExportFolder } from '../export-folder.ts';
import type { ExportedItems, ItemsDestination } from '../exported-items.ts';
import { type VcardVersion, vcard } from './vcard.ts';

export interface ContactExportRequest extends ItemsDestination {
  readonly version?: VcardVersion | undefined;
  /** A file for each card, named after it; else all of them in "Contacts.vcf". */
  readonly isOneFileEach?: boolean | undefined;
  /** Only these; all without. */
  readonly ids?: readonly string[] | undefined;
}

/** Writes cards with their pictures as vCard. */
export async function exportContacts(
  backup: Backup,
  request: ContactExportRequest,
  options: WorkOptions = {},
): Promise<ExportedItems> {
  const version = request.version ?? '3.0';
  const { items, unreadable } = await readContacts(backup);
  const wanted = request.ids === undefined ? null : new Set(request.ids);
  const contacts = wanted === null ? items : items.filter(({ id }) => wanted.has(id));
  const missing = new UnreadableList();
  await using folder = await ExportFolder.open(request.directory, request.outside);
  using photos = await ContactPhotos.open(backup);
  const cardOf = (contact: Contact): Buffer => {
    const photo = contact.hasPhoto ? photos.find(contact.rowId, missing) : null;
    if (contact.hasPhoto && photo === null) {
      missing.add(`the picture of ${contact.name ?? contact.id}`, 'it cannot be read, or is in an unknown form');
    }
    return Buffer.from(vcard(contact, photo, version), 'utf8');
  };
  const { signal } = options;
  if (request.isOneFileEach === true) {
    for (const contact of contacts) {
      const times = { modifiedMs: contact.modifiedMs, signal };
      await folder.write([`${contact.name ?? 'No name'}.vcf`], [cardOf(contact)], times);
    }
  } else if (contacts.length > 0) await folder.write(['Contacts.vcf'], lazily(contacts, cardOf), { signal });
  const { files, bytes, sums } = await folder.finish({ signal });
  return { items: contacts.length, files, bytes, sums, unreadable: [...unreadable, ...missing.items] };
}

function* lazily(contacts: readonly Contact[], cardOf: (contact: Contact) => Buffer): Iterable<Buffer> {
  for (const contact of contacts) yield cardOf(contact);
}
