import type { Backup } from '../../source/types.ts';
import { type Reading, UnreadableList } from '../reading.ts';
import { columnsOf, numberOf, selectList, textOf } from '../tolerant-table.ts';
import { withDatabase } from '../with-database.ts';

/** Mail and other accounts, by name; their passwords lie elsewhere and are not read (reference 4.14). */
export interface Account {
  /** The phone's own id (ZIDENTIFIER), else the row's number. */
  readonly id: string;
  readonly username: string | null;
  readonly description: string | null;
  /** Apple's name of the type, such as `com.apple.account.IMAPMail`. */
  readonly type: string | null;
  /** The type in Apple's words for people. */
  readonly typeName: string | null;
  /** False: a part of another account. */
  readonly isTopLevel: boolean;
  readonly isMail: boolean;
}

const MAIL =
  /^com\.apple\.account\.(IMAPMail|POP|Exchange|Google|AppleAccount|AppleIDAccount|Yahoo|aol|Hotmail|SMTP|IMAP)/i;

export async function readAccounts(backup: Backup): Promise<Reading<Account> & { readonly isPresent: boolean }> {
  const unreadable = new UnreadableList();
  const items: Account[] = [];
  const place = { domain: 'HomeDomain', path: 'Library/Accounts/Accounts3.sqlite' };
  const isPresent = await withDatabase(backup, unreadable, place, (db) => {
    const columns = columnsOf(db, 'ZACCOUNT');
    if (columns.size === 0) return unreadable.add('Accounts3.sqlite', 'it has no table of accounts');
    const types = columnsOf(db, 'ZACCOUNTTYPE');
    const hasTypes = types.has('Z_PK') && columns.has('ZACCOUNTTYPE');
    const wanted = {
      n: 'Z_PK',
      id: 'ZIDENTIFIER',
      username: 'ZUSERNAME',
      description: 'ZACCOUNTDESCRIPTION',
      parent: 'ZPARENTACCOUNT',
    };
    const ofType = hasTypes
      ? selectList(types, { type: 'ZIDENTIFIER', name: 'ZACCOUNTTYPEDESCRIPTION' }, 't')
      : 'NULL AS type, NULL AS name';
    const join = hasTypes ? 'LEFT JOIN ZACCOUNTTYPE t ON t.Z_PK = a.ZACCOUNTTYPE' : '';
    const sql = `SELECT ${selectList(columns, wanted, 'a')}, ${ofType} FROM ZACCOUNT a ${join}`;
    for (const found of db.prepare(sql).iterate()) {
      const row = found as Record<string, unknown>;
      const type = textOf(row['type']);
      items.push({
        id: textOf(row['id']) ?? String(row['n']),
        username: textOf(row['username']),
        description: textOf(row['description']),
        type,
        typeName: textOf(row['name']),
        isTopLevel: numberOf(row['parent']) === null,
        isMail: type !== null && MAIL.test(type),
      });
    }
  });
  return { items, isPresent, unreadable: unreadable.items };
}
