import { cocoa, DAY } from '../../calendar-time.ts';
import { encodeJpeg } from '../../media/jpeg.ts';
import { drawLandscape } from '../../media/picture.ts';
import { type Person, person } from '../../people.ts';
import type { Plan } from '../../plan.ts';
import type { ScratchDatabase } from '../../storage/scratch-database.ts';
import type { World } from '../../world.ts';
import { choose, type Kind, type TruthSection } from '../kind.ts';
import { ContactValues, ENTRY_KEYS, LABELS, PHONE } from './contact-values.ts';
import { contactImageSchema, contactSchema } from './schema.ts';

const FULL_CARD = 3;

interface Contact {
  readonly pk: number;
  readonly guid: string;
  readonly person: Person;
  readonly organization: string | null;
  readonly isCompany: boolean;
  readonly owner: boolean;
  readonly link: number;
  readonly group: string | null;
  readonly image: boolean;
  note: string | null;
  phones: string[];
  readonly emails: readonly string[];
}

/** AddressBook.sqlitedb, all of it still in the log, and the pictures beside it. */
export class AddressBook implements Kind {
  readonly #world: World;
  readonly #planned: number;
  readonly #values: ContactValues;
  readonly #database: ScratchDatabase;
  readonly #images: ScratchDatabase | null;
  #contacts: Contact[] = [];

  constructor(world: World, plan: Plan) {
    this.#world = world;
    this.#planned = plan.contacts;
    this.#values = new ContactValues(world);
    const folder = 'Library/AddressBook';
    this.#database = world.database({
      domain: 'HomeDomain',
      relativePath: `${folder}/AddressBook.sqlitedb`,
      schema: contactSchema,
      log: 'everything',
    });
    this.#images = plan.tiny
      ? null
      : world.database({
          domain: 'HomeDomain',
          relativePath: `${folder}/AddressBookImages.sqlitedb`,
          schema: contactImageSchema,
        });
  }

  build(): void {
    const database = this.#database.change();
    const random = this.#world.stream('address-book');
    database.insert('_SqliteDatabaseProperties', { key: '_ClientVersion', value: '84' });
    database.insert('_SqliteDatabaseProperties', { key: '_UniqueIdentifier', value: random.uuid() });
    database.insert('ABAccount', {
      ROWID: 1,
      AccountIdentifier: random.uuid(),
      Flags: 0,
      DefaultSourceID: 1,
      guid: random.uuid(),
    });
    database.insert('ABStore', {
      ROWID: 0,
      Name: null,
      Type: 0,
      AccountID: -1,
      MeIdentifier: 1,
      StoreInternalIdentifier: 'local',
      guid: random.uuid(),
    });
    database.insert('ABStore', {
      ROWID: 1,
      Name: 'Card',
      Type: 4,
      AccountID: 1,
      StoreInternalIdentifier: random.uuid(),
      guid: random.uuid(),
    });
    for (const value of LABELS) database.insert('ABMultiValueLabel', { value });
    for (const value of ENTRY_KEYS) database.insert('ABMultiValueEntryKey', { value });
    this.#world.language.groups.forEach((name, index) => {
      database.insert('ABGroup', { ROWID: index + 1, Name: name, StoreID: 0, guid: random.uuid() });
    });
    database.insert('ABPersonLink', {
      ROWID: 1,
      PreferredImagePersonID: 2,
      PreferredNamePersonID: 2,
      guid: random.uuid(),
    });
    this.#images?.change().insert('_SqliteDatabaseProperties', { key: '_ClientVersion', value: '84' });
    for (let index = 0; index < this.#planned; index++) this.#make(index);
  }

  count(): number {
    return this.#contacts.length;
  }

  add(count: number): number {
    for (let made = 0; made < count; made++) this.#make(this.#planned + this.#world.next('added-contact'));
    return count;
  }

  remove(count: number, below: (limit: number) => number): number {
    const gone = new Set(choose(this.#contacts, count, below));
    const database = this.#database.change();
    for (const { pk, image } of gone) {
      database.run(
        'DELETE FROM ABPhoneLastFour WHERE multivalue_id IN (SELECT UID FROM ABMultiValue WHERE record_id = ?)',
        pk,
      );
      database.run(
        'DELETE FROM ABMultiValueEntry WHERE parent_id IN (SELECT UID FROM ABMultiValue WHERE record_id = ?)',
        pk,
      );
      database.run('DELETE FROM ABMultiValue WHERE record_id = ?', pk);
      database.run('DELETE FROM ABGroupMembers WHERE member_id = ?', pk);
      database.run('DELETE FROM ABPerson WHERE ROWID = ?', pk);
      if (!image || this.#images === null) continue;
      this.#images.change().run('DELETE FROM ABThumbnailImage WHERE record_id = ?', pk);
      this.#images.change().run('DELETE FROM ABFullSizeImage WHERE record_id = ?', pk);
    }
    this.#contacts = this.#contacts.filter((contact) => !gone.has(contact));
    return gone.size;
  }

  /** A new note and one more number. */
  edit(count: number, below: (limit: number) => number): number {
    const chosen = choose(this.#contacts, count, below);
    const database = this.#database.change();
    for (const contact of chosen) {
      const random = this.#world.stream(`contact/${contact.pk}/edit/${contact.phones.length}`);
      const phone = `+${contact.person.language.dialCode}${random.between(2, 9)}${random.digits(8)}`;
      contact.note = random.pick(contact.person.language.notes);
      contact.phones.push(phone);
      this.#values.insert(database, contact.pk, PHONE, 3, phone);
      database.run(
        'UPDATE ABPerson SET Note = ?, ModificationDate = ? WHERE ROWID = ?',
        contact.note,
        Math.floor(cocoa(this.#world.clock.now)),
        contact.pk,
      );
    }
    return chosen.length;
  }

  truth(): readonly TruthSection[] {
    return [{ name: 'contacts', rows: () => this.#contacts.map(truthRow) }];
  }

  #make(index: number): void {
    const world = this.#world;
    const random = world.stream(`contact/${index}`);
    const one = person(world, index);
    const pk = world.next('contact-pk');
    const isCompany = index % 9 === 5;
    const owner = index === 0;
    const link = index === 1 || index === 2 ? 1 : -1;
    /** One card has everything, so that every phone has some of it. */
    const complete = index === FULL_CARD;
    const contact: Contact = {
      pk,
      guid: random.uuid(),
      person: one,
      organization: isCompany || random.chance(20) || complete ? random.pick(one.language.companies) : null,
      isCompany,
      owner,
      link,
      group: random.chance(15) || complete ? random.pick(world.language.groups) : null,
      image: this.#images !== null && (index < 3 || random.chance(10)),
      note: random.chance(15) || complete ? random.pick(one.language.notes) : null,
      phones: [owner ? world.identity.phoneNumber.replaceAll(' ', '') : one.phone],
      emails: random.chance(60) || owner ? [one.email] : [],
    };
    this.#contacts.push(contact);
    const database = this.#database.change();
    const created = Math.floor(cocoa(world.clock.now - random.between(30, 1500) * DAY));
    database.insert('ABPerson', {
      ROWID: pk,
      First: isCompany ? null : one.first,
      Last: isCompany ? null : one.last,
      Middle: random.chance(8) || complete ? random.pick(one.language.firstNames) : null,
      Prefix: random.chance(4) || complete ? 'Dr.' : null,
      Suffix: random.chance(2) || complete ? 'Jr.' : null,
      Nickname: random.chance(6) || complete ? `${one.first}2` : null,
      Organization: contact.organization,
      Department: isCompany ? '№ 1' : null,
      JobTitle: contact.organization !== null && !isCompany ? 'CEO' : null,
      Note: contact.note,
      Kind: isCompany ? 1 : 0,
      Birthday: random.chance(40) || complete ? String(-86_400 * random.between(2000, 20_000)) : null,
      FirstSort: one.first,
      LastSort: one.last,
      FirstSortSection: one.first.slice(0, 1),
      LastSortSection: one.last.slice(0, 1),
      CreationDate: created,
      ModificationDate: created + random.below(9 * DAY),
      StoreID: index % 4 === 3 ? 1 : 0,
      PersonLink: link,
      IsPreferredName: index === 2 ? 0 : 1,
      guid: contact.guid,
      ImageType: contact.image ? 'PHOTO' : null,
      ExternalUUID: random.uuid(),
    });
    this.#values.insertAll(database, contact, index);
    if (contact.group !== null) {
      const group = world.language.groups.indexOf(contact.group) + 1;
      database.insert('ABGroupMembers', { group_id: group, member_type: 0, member_id: pk });
    }
    if (contact.image) this.#insertImage(pk, index);
  }

  #insertImage(pk: number, index: number): void {
    const images = this.#images?.change();
    if (images === undefined) return;
    const portrait = (side: number): Buffer =>
      encodeJpeg(side, side, drawLandscape(this.#world.stream(`contact/${index}/image`), 8, 8));
    images.insert('ABThumbnailImage', { record_id: pk, format: 0, derived_from_format: 5, data: portrait(64) });
    images.insert('ABFullSizeImage', { record_id: pk, crop_x: 0, crop_y: 0, crop_width: 320, data: portrait(320) });
  }
}

function truthRow(contact: Contact): Readonly<Record<string, unknown>> {
  const { person: one, isCompany } = contact;
  return {
    id: contact.pk,
    guid: contact.guid,
    first: isCompany ? null : one.first,
    last: isCompany ? null : one.last,
    organization: contact.organization,
    note: contact.note,
    phones: contact.phones,
    emails: contact.emails,
    linkedTo: contact.link === -1 ? null : contact.link,
    owner: contact.owner,
    image: contact.image,
    group: contact.group,
  };
}
