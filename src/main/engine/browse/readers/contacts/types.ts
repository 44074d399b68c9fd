/** Cards of the address book (reference 4.3). */

export interface LabelledValue {
  /** As the phone shows it in English ("Mobile"), or the owner's own word; null where there is none. */
  readonly label: string | null;
  readonly value: string;
}

export interface PostalAddress {
  readonly label: string | null;
  readonly street: string | null;
  readonly city: string | null;
  readonly state: string | null;
  readonly postalCode: string | null;
  readonly country: string | null;
  readonly countryCode: string | null;
  readonly subLocality: string | null;
}

export interface OnlineAccount {
  readonly label: string | null;
  readonly service: string | null;
  readonly username: string | null;
  readonly url: string | null;
}

export interface LabelledDate {
  readonly label: string | null;
  readonly date: CalendarDate;
}

/** "1990-04-01"; "--04-01" when the owner gave no year. A day of a calendar, in no time zone. */
export type CalendarDate = string;

export interface Contact {
  /** The card's own GUID, which it keeps as long as it exists; else the UUID its server gave it, else the row's number. */
  readonly id: string;
  /** Number of the row; pictures go by it. */
  readonly rowId: number;
  /** The vCard UID of the account that the card is synchronised with. */
  readonly externalUuid: string | null;
  readonly isOrganisation: boolean;
  /** What the phone would show: the name, else the organisation, else a number or address. Null for an empty card. */
  readonly name: string | null;
  readonly prefix: string | null;
  readonly first: string | null;
  readonly middle: string | null;
  readonly last: string | null;
  readonly suffix: string | null;
  readonly nickname: string | null;
  readonly previousLast: string | null;
  readonly phoneticFirst: string | null;
  readonly phoneticMiddle: string | null;
  readonly phoneticLast: string | null;
  readonly organisation: string | null;
  readonly department: string | null;
  readonly jobTitle: string | null;
  readonly note: string | null;
  readonly birthday: CalendarDate | null;
  readonly phones: readonly LabelledValue[];
  readonly emails: readonly LabelledValue[];
  readonly urls: readonly LabelledValue[];
  readonly addresses: readonly PostalAddress[];
  readonly dates: readonly LabelledDate[];
  readonly related: readonly LabelledValue[];
  readonly messengers: readonly OnlineAccount[];
  readonly profiles: readonly OnlineAccount[];
  readonly groups: readonly string[];
  /** Where the card is kept: the name of the account's list; null for the phone itself or where none is said. */
  readonly store: string | null;
  /** Cards with the same number are shown as one person. Null: this one alone. */
  readonly linkedAs: number | null;
  /** The owner's own card. */
  readonly isOwner: boolean;
  readonly hasPhoto: boolean;
  readonly createdMs: number | null;
  readonly modifiedMs: number | null;
}
