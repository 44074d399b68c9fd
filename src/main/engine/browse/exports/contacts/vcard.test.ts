import { describe, expect, it } from 'vitest';
import type { Contact } from '../../readers/contacts/index.ts';
import { vcard } from './vcard.ts';

const BARE: Contact = {
  id: 'A1',
  rowId: 1,
  externalUuid: null,
  isOrganisation: false,
  name: null,
  prefix: null,
  first: null,
  middle: null,
  last: null,
  suffix: null,
  nickname: null,
  previousLast: null,
  phoneticFirst: null,
  phoneticMiddle: null,
  phoneticLast: null,
  organisation: null,
  department: null,
  jobTitle: null,
  note: null,
  birthday: null,
  phones: [],
  emails: [],
  urls: [],
  addresses: [],
  dates: [],
  related: [],
  messengers: [],
  profiles: [],
  groups: [],
  store: null,
  linkedAs: null,
  isOwner: false,
  hasPhoto: false,
  createdMs: null,
  modifiedMs: null,
};

const unfolded = (card: string): string[] => card.replaceAll('\r\n ', '').split('\r\n');

describe('vcard', () => {
  it('escapes what would separate values, and lets nothing begin a line of its own', () => {
    const card = vcard(
      { ...BARE, name: 'A; B, C\\', last: 'a;b', note: 'one\r\ntwo\u2028three\0', groups: ['x,y', 'z'] },
      null,
      '3.0',
    );
    const lines = unfolded(card);
    expect(lines).toContain('FN:A\\; B\\, C\\\\');
    expect(lines).toContain('N:a\\;b;;;;');
    expect(lines).toContain('NOTE:one\\ntwo\\nthree');
    expect(lines).toContain('CATEGORIES:x\\,y,z');
    const injected = vcard({ ...BARE, urls: [{ label: null, value: 'https://x\r\nEND:VCARD' }] }, null, '4.0');
    expect(injected.match(/^END:VCARD/gm)).toHaveLength(1);
  });

  it('folds at 75 octets and never within a character', () => {
    const note = '👩🏽‍🚀 日本語 äöü '.repeat(40);
    const card = vcard({ ...BARE, note }, null, '3.0');
    for (const line of card.split('\r\n')) {
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
      expect(line.isWellFormed()).toBe(true);
    }
    expect(unfolded(card)).toContain(`NOTE:${note}`);
  });

  it('writes types, labels of the owner, days without a year, and the picture', () => {
    const contact: Contact = {
      ...BARE,
      birthday: '--04-01',
      phones: [
        { label: 'Mobile', value: '+49 170 1' },
        { label: 'Boat ⛵', value: '2' },
      ],
      emails: [{ label: 'Work', value: 'a@b.c' }],
      dates: [{ label: 'Anniversary', date: '2001-02-03' }],
      related: [{ label: 'Spouse', value: 'Kim' }],
    };
    const photo = { bytes: Buffer.from([0xff, 0xd8, 1, 2]), type: 'jpeg' } as const;
    expect(unfolded(vcard(contact, photo, '3.0'))).toEqual(
      expect.arrayContaining([
        'BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-01',
        'TEL;TYPE=CELL:+49 170 1',
        'item1.TEL:2',
        'item1.X-ABLabel:Boat ⛵',
        'EMAIL;TYPE=INTERNET,WORK:a@b.c',
        'item2.X-ABDATE:2001-02-03',
        'item2.X-ABLabel:Anniversary',
        'PHOTO;ENCODING=b;TYPE=JPEG:/9gBAg==',
      ]),
    );
    expect(unfolded(vcard(contact, photo, '4.0'))).toEqual(
      expect.arrayContaining([
        'BDAY:--0401',
        'TEL;TYPE=cell:+49 170 1',
        'ANNIVERSARY:20010203',
        'item2.RELATED;VALUE=text;TYPE=spouse:Kim',
        'PHOTO:data:image/jpeg;base64,/9gBAg==',
      ]),
    );
  });

  it('gives a nameless card a name, because the standard demands one', () => {
    expect(unfolded(vcard(BARE, null, '4.0'))).toEqual(expect.arrayContaining(['FN:No name', 'N:;;;;']));
  });
});
