import { cocoa, DAY } from '../../calendar-time.ts';
import { coreDataTables, describeStore, type Entity, entityTable, updatePrimaryKeys } from '../../storage/core-data.ts';
import type { World } from '../../world.ts';
import type { Kind, TruthSection } from '../kind.ts';

const entities: readonly Entity[] = [
  { number: 1, name: 'AccessOptionsKey', table: 'ZACCESSOPTIONSKEY' },
  { number: 2, name: 'Account', table: 'ZACCOUNT' },
  { number: 3, name: 'AccountProperty', table: 'ZACCOUNTPROPERTY' },
  { number: 4, name: 'AccountType', table: 'ZACCOUNTTYPE' },
  { number: 7, name: 'Dataclass', table: 'ZDATACLASS' },
];

const schema: readonly string[] = [
  ...coreDataTables,
  entityTable('ZACCOUNT', {
    integer: 'ZACTIVE ZAUTHENTICATED ZSUPPORTSAUTHENTICATION ZVISIBLE ZWARMINGUP ZACCOUNTTYPE ZPARENTACCOUNT',
    timestamp: 'ZDATE ZLASTCREDENTIALRENEWALREJECTIONDATE',
    varchar:
      'ZACCOUNTDESCRIPTION ZAUTHENTICATIONTYPE ZCREDENTIALTYPE ZIDENTIFIER ZMODIFICATIONID ZOWNINGBUNDLEID ZUSERNAME',
    blob: 'ZDATACLASSPROPERTIES',
  }),
  entityTable('ZACCOUNTTYPE', {
    integer: 'ZOBSOLETE ZSUPPORTSAUTHENTICATION ZSUPPORTSMULTIPLEACCOUNTS ZVISIBILITY',
    varchar: 'ZACCOUNTTYPEDESCRIPTION ZCREDENTIALPROTECTIONPOLICY ZCREDENTIALTYPE ZIDENTIFIER ZOWNINGBUNDLEID',
  }),
  entityTable('ZACCOUNTPROPERTY', { integer: 'ZOWNER', varchar: 'ZKEY', blob: 'ZVALUE' }),
  entityTable('ZACCESSOPTIONSKEY', { varchar: 'ZNAME' }),
  entityTable('ZDATACLASS', { varchar: 'ZNAME' }),
  'CREATE TABLE Z_2ENABLEDDATACLASSES (Z_2ENABLEDACCOUNTS INTEGER, Z_7ENABLEDDATACLASSES INTEGER, PRIMARY KEY (Z_2ENABLEDACCOUNTS, Z_7ENABLEDDATACLASSES))',
  'CREATE INDEX ZACCOUNT_ZPARENTACCOUNT_INDEX ON ZACCOUNT (ZPARENTACCOUNT)',
];

const types = [
  ['com.apple.account.AppleAccount', 'iCloud'],
  ['com.apple.account.IMAPMail', 'IMAP'],
  ['com.apple.account.Google', 'Gmail'],
  ['com.apple.account.Exchange', 'Exchange'],
  ['com.apple.account.POP', 'POP'],
  ['com.apple.account.CalDAV', 'CalDAV'],
  ['com.apple.account.SMTP', 'SMTP'],
] as const;

/** The type, and the account above it. */
const accounts = [
  { type: 0, parent: null, description: 'iCloud' },
  { type: 5, parent: 0, description: 'iCloud Calendars' },
  { type: 1, parent: null, description: 'Home ✉️' },
  { type: 6, parent: 2, description: 'Home ✉️' },
  { type: 2, parent: null, description: 'Gmail' },
  { type: 3, parent: null, description: 'Work' },
] as const;

/** Accounts3.sqlite; the accounts themselves are still in its log, only the types are in the main file. */
export class Accounts implements Kind {
  readonly #rows: Readonly<Record<string, unknown>>[] = [];

  constructor(world: World) {
    const store = world.database({
      domain: 'HomeDomain',
      relativePath: 'Library/Accounts/Accounts3.sqlite',
      schema,
      log: 'recent',
    });
    const first = store.change();
    describeStore(first, world.stream('accounts/store'), entities);
    types.forEach(([identifier, description], index) => {
      first.insert('ZACCOUNTTYPE', {
        Z_PK: index + 1,
        Z_ENT: 4,
        Z_OPT: 1,
        ZIDENTIFIER: identifier,
        ZACCOUNTTYPEDESCRIPTION: description,
        ZVISIBILITY: 0,
        ZSUPPORTSAUTHENTICATION: 1,
      });
    });
    ['com.apple.Dataclass.Mail', 'com.apple.Dataclass.Calendars'].forEach((name, index) => {
      first.insert('ZDATACLASS', { Z_PK: index + 1, Z_ENT: 7, Z_OPT: 1, ZNAME: name });
    });
    store.checkpoint();
    const database = store.change();
    accounts.forEach(({ type, parent, description }, index) => {
      const random = world.stream(`account/${index}`);
      const username = `owner.${random.hex(4)}@example.com`;
      const identifier = random.uuid();
      this.#rows.push({ identifier, username, description, type: types[type][0], topLevel: parent === null });
      database.insert('ZACCOUNT', {
        Z_PK: index + 1,
        Z_ENT: 2,
        Z_OPT: 1,
        ZACTIVE: 1,
        ZAUTHENTICATED: 1,
        ZVISIBLE: parent === null ? 1 : 0,
        ZACCOUNTTYPE: type + 1,
        ZPARENTACCOUNT: parent === null ? null : parent + 1,
        ZDATE: cocoa(world.clock.now - (900 - index) * DAY),
        ZACCOUNTDESCRIPTION: description,
        ZIDENTIFIER: identifier,
        ZUSERNAME: username,
        ZOWNINGBUNDLEID: 'com.apple.accountsd',
      });
      database.insert('ZACCOUNTPROPERTY', {
        Z_PK: index + 1,
        Z_ENT: 3,
        Z_OPT: 1,
        ZOWNER: index + 1,
        ZKEY: 'FullUserName',
        ZVALUE: Buffer.from(description),
      });
      database.insert('Z_2ENABLEDDATACLASSES', { Z_2ENABLEDACCOUNTS: index + 1, Z_7ENABLEDDATACLASSES: 1 });
    });
    updatePrimaryKeys(database, entities);
  }

  truth(): readonly TruthSection[] {
    return [{ name: 'accounts', rows: () => this.#rows }];
  }
}
