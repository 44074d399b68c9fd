import type { Contact, ContactPhoto, OnlineAccount, PostalAddress } from '../../readers/contacts/index.ts';
import { contentLine, escapeText, parameterValue, uriValue, utcStamp } from '../content-lines.ts';

export type VcardVersion = '3.0' | '4.0';

/** Labels of the phone that vCard has a type for; others are written as Apple's X-ABLabel, which most programs show. */
const TYPES: ReadonlyMap<string, readonly string[]> = new Map([
  ['Mobile', ['cell']],
  ['iPhone', ['cell', 'iphone']],
  ['Home', ['home']],
  ['Work', ['work']],
  ['Main', ['main']],
  ['HomeFAX', ['home', 'fax']],
  ['WorkFAX', ['work', 'fax']],
  ['OtherFAX', ['fax']],
  ['Pager', ['pager']],
]);
/** Those of them that only telephones have. */
const PHONE_ONLY = new Set(['Mobile', 'iPhone', 'Main', 'HomeFAX', 'WorkFAX', 'OtherFAX', 'Pager']);
/** Not in the standard of either version. */
const APPLE_ONLY = new Set(['iphone', 'main']);
const RELATIONS: ReadonlyMap<string, string> = new Map([
  ['Spouse', 'spouse'],
  ['Partner', 'sweetheart'],
  ['Child', 'child'],
  ['Parent', 'parent'],
  ['Mother', 'parent'],
  ['Father', 'parent'],
  ['Brother', 'sibling'],
  ['Sister', 'sibling'],
  ['Friend', 'friend'],
]);
const MEDIA_TYPES = { jpeg: 'image/jpeg', png: 'image/png', heic: 'image/heic', gif: 'image/gif' } as const;
const NO_YEAR = '1604';

/** One card. 3.0 is what most programs import, 4.0 the current standard; nothing of the card is left out of either. */
export function vcard(contact: Contact, photo: ContactPhoto | null, version: VcardVersion): string {
  return new Card(version).of(contact, photo);
}

class Card {
  readonly #version: VcardVersion;
  #text = '';
  #groups = 0;

  constructor(version: VcardVersion) {
    this.#version = version;
  }

  of(contact: Contact, photo: ContactPhoto | null): string {
    this.#line('BEGIN', 'VCARD');
    this.#line('VERSION', this.#version);
    this.#line('PRODID', '-//Backstop//EN');
    this.#line(
      this.#is4 ? 'UID;VALUE=text' : 'UID',
      escapeText(contact.externalUuid ?? contact.id.replace(/:ABPerson$/, '')),
    );
    if (this.#is4) this.#line('KIND', contact.isOrganisation ? 'org' : 'individual');
    else if (contact.isOrganisation) this.#line('X-ABShowAs', 'COMPANY');
    this.#names(contact);
    for (const { label, value } of contact.phones) this.#labelled('TEL', label, escapeText(value), [], true);
    for (const { label, value } of contact.emails) {
      this.#labelled('EMAIL', label, escapeText(value), this.#is4 ? [] : ['internet'], false);
    }
    for (const { label, value } of contact.urls) this.#labelled('URL', label, uriValue(value), [], false);
    for (const address of contact.addresses) this.#address(address);
    this.#days(contact);
    for (const { label, value } of contact.related) this.#related(label, value);
    for (const account of contact.messengers) this.#messenger(account);
    for (const account of contact.profiles) this.#profile(account);
    if (contact.groups.length > 0) this.#line('CATEGORIES', contact.groups.map(escapeText).join(','));
    this.#optional('NOTE', contact.note);
    if (photo !== null) this.#photo(photo);
    if (contact.modifiedMs !== null) this.#line('REV', utcStamp(contact.modifiedMs));
    this.#line('END', 'VCARD');
    return this.#text;
  }

  get #is4(): boolean {
    return this.#version === '4.0';
  }

  #line(name: string, value: string): void {
    this.#text += contentLine(name, value);
  }

  #optional(name: string, text: string | null): void {
    if (text !== null) this.#line(name, escapeText(text));
  }

  #names(contact: Contact): void {
    const parts = [contact.last, contact.first, contact.middle, contact.prefix, contact.suffix];
    this.#line('N', parts.map((part) => escapeText(part ?? '')).join(';'));
    // FN must be there and must not be empty.
    this.#line('FN', escapeText(contact.name ?? 'No name'));
    this.#optional('NICKNAME', contact.nickname);
    this.#optional('X-MAIDENNAME', contact.previousLast);
    this.#optional('X-PHONETIC-FIRST-NAME', contact.phoneticFirst);
    this.#optional('X-PHONETIC-MIDDLE-NAME', contact.phoneticMiddle);
    this.#optional('X-PHONETIC-LAST-NAME', contact.phoneticLast);
    if (contact.organisation !== null || contact.department !== null) {
      const department = contact.department === null ? '' : `;${escapeText(contact.department)}`;
      this.#line('ORG', `${escapeText(contact.organisation ?? '')}${department}`);
    }
    this.#optional('TITLE', contact.jobTitle);
  }

  /** With the type that stands for the label, else with the label itself. */
  #labelled(name: string, label: string | null, value: string, more: readonly string[], isPhone: boolean): void {
    const mapped = label === null || (PHONE_ONLY.has(label) && !isPhone) ? undefined : TYPES.get(label);
    const standard = (mapped ?? []).filter((type) => !this.#is4 || !APPLE_ONLY.has(type));
    const types = [...more, ...standard];
    const type = types.length === 0 ? '' : `;TYPE=${this.#typeList(types)}`;
    const isSaid = label === null || (mapped !== undefined && standard.length === mapped.length);
    if (isSaid) this.#line(`${name}${type}`, value);
    else this.#grouped(`${name}${type}`, value, label);
  }

  #typeList(types: readonly string[]): string {
    if (!this.#is4) return types.map((type) => type.toUpperCase()).join(',');
    return types.length === 1 ? types.join('') : `"${types.join(',')}"`;
  }

  #grouped(name: string, value: string, label: string | null): void {
    if (label === null) {
      this.#line(name, value);
      return;
    }
    this.#groups += 1;
    this.#line(`item${this.#groups}.${name}`, value);
    this.#line(`item${this.#groups}.X-ABLabel`, escapeText(label));
  }

  #address(address: PostalAddress): void {
    const street = [address.street, address.subLocality].filter((one) => one !== null).join('\n');
    const country = address.country ?? address.countryCode;
    const parts = ['', '', street, address.city, address.state, address.postalCode, country];
    this.#labelled('ADR', address.label, parts.map((part) => escapeText(part ?? '')).join(';'), [], false);
  }

  #days(contact: Contact): void {
    if (contact.birthday !== null) this.#day('BDAY', contact.birthday, null);
    for (const { label, date } of contact.dates) {
      if (this.#is4 && label === 'Anniversary') this.#day('ANNIVERSARY', date, null);
      else this.#day('X-ABDATE', date, label);
    }
  }

  #day(name: string, date: string, label: string | null): void {
    const hasYear = !date.startsWith('--');
    // 4.0 drops the dashes between parts (RFC 6350 4.3.1); 3.0 has no day without a year, so Apple's mark stands for it.
    if (this.#is4)
      this.#grouped(name, hasYear ? date.replaceAll('-', '') : `--${date.slice(2).replace('-', '')}`, label);
    else if (hasYear) this.#grouped(name, date, label);
    else this.#grouped(`${name};X-APPLE-OMIT-YEAR=${NO_YEAR}`, `${NO_YEAR}-${date.slice(2)}`, label);
  }

  #related(label: string | null, value: string): void {
    const relation = label === null ? undefined : RELATIONS.get(label);
    if (!this.#is4) {
      this.#grouped('X-ABRELATEDNAMES', escapeText(value), label);
      return;
    }
    this.#grouped(`RELATED;VALUE=text${relation === undefined ? '' : `;TYPE=${relation}`}`, escapeText(value), label);
  }

  #messenger({ label, service, username, url }: OnlineAccount): void {
    const scheme = (service ?? 'x-im').toLowerCase().replace(/[^a-z0-9+.-]/g, '') || 'x-im';
    const type = service === null ? '' : `;X-SERVICE-TYPE=${parameterValue(service)}`;
    this.#grouped(`IMPP${type}`, url === null ? uriValue(`${scheme}:${username ?? ''}`) : uriValue(url), label);
  }

  #profile({ label, service, username, url }: OnlineAccount): void {
    const type = service === null ? '' : `;TYPE=${parameterValue(service)}`;
    const user = username === null ? '' : `;X-USER=${parameterValue(username)}`;
    this.#grouped(`X-SOCIALPROFILE${type}${user}`, url === null ? escapeText(username ?? '') : uriValue(url), label);
  }

  #photo({ bytes, type }: ContactPhoto): void {
    const data = bytes.toString('base64');
    if (this.#is4) this.#line('PHOTO', `data:${MEDIA_TYPES[type]};base64,${data}`);
    else this.#line(`PHOTO;ENCODING=b;TYPE=${type.toUpperCase()}`, data);
  }
}
