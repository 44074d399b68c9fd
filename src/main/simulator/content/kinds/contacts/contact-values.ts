import { type Person, person } from '../../people.ts';
import type { OpenDatabase } from '../../storage/scratch-database.ts';
import type { World } from '../../world.ts';

/** ABMultiValue.property. */
export const PHONE = 3;
const EMAIL = 4;
const ADDRESS = 5;
const DATE = 12;
const INSTANT_MESSAGE = 13;
const URL = 22;
const RELATED = 23;
const SOCIAL = 46;

export const LABELS = [
  '_$!<Mobile>!$_',
  '_$!<Home>!$_',
  '_$!<Work>!$_',
  '_$!<Anniversary>!$_',
  '_$!<HomePage>!$_',
  '_$!<Spouse>!$_',
  'Boat ⛵',
];
export const ENTRY_KEYS = ['Street', 'City', 'ZIP', 'Country', 'CountryCode', 'service', 'username', 'url'];

interface ContactDetails {
  readonly pk: number;
  readonly person: Person;
  readonly phones: readonly string[];
  readonly emails: readonly string[];
}

/** Numbers, addresses and everything else of which a card may have several. */
export class ContactValues {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  insertAll(database: OpenDatabase, contact: ContactDetails, index: number): void {
    const { person: one, pk } = contact;
    const random = this.#world.stream(`contact/${index}/values`);
    for (const phone of contact.phones) this.insert(database, pk, PHONE, 1, phone);
    for (const email of contact.emails) this.insert(database, pk, EMAIL, 2, email);
    if (random.chance(40) || index === 0) {
      const city = random.pick(one.language.cities);
      const address = this.insert(database, pk, ADDRESS, 2, null);
      this.#entry(database, address, 'Street', random.pick(one.language.streets));
      this.#entry(database, address, 'City', city.name);
      this.#entry(database, address, 'ZIP', random.digits(5));
      this.#entry(database, address, 'CountryCode', one.language.countryCode);
    }
    if (random.chance(8) || index === 1)
      this.insert(database, pk, DATE, 4, String(-86_400 * random.between(100, 5000)));
    if (random.chance(8) || index === 1) this.insert(database, pk, URL, 5, `https://example.org/~${random.hex(6)}`);
    if (random.chance(6) || index === 1) this.insert(database, pk, RELATED, 6, person(this.#world, index + 1).fullName);
    for (const [property, service, percent] of [
      [INSTANT_MESSAGE, 'Jabber', 5],
      [SOCIAL, 'mastodon', 8],
    ] as const) {
      if (!random.chance(percent) && index !== 1) continue;
      const value = this.insert(database, pk, property, 7, null);
      this.#entry(database, value, 'service', service);
      this.#entry(database, value, 'username', `user${random.digits(5)}`);
    }
  }

  insert(database: OpenDatabase, record: number, property: number, label: number, value: string | null): number {
    const uid = this.#world.next('multi-value');
    const guid = this.#world.stream(`multi-value/${uid}`).uuid();
    database.insert('ABMultiValue', { UID: uid, record_id: record, property, identifier: 0, label, value, guid });
    if (property === PHONE && value !== null)
      database.insert('ABPhoneLastFour', { multivalue_id: uid, value: value.slice(-4) });
    return uid;
  }

  #entry(database: OpenDatabase, parent: number, key: string, value: string): void {
    database.insert('ABMultiValueEntry', { parent_id: parent, key: ENTRY_KEYS.indexOf(key) + 1, value });
  }
}
