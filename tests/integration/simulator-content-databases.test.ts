import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { parsePlist } from '../../src/main/engine/formats/plist/index.ts';
import { decodeTypedStream } from '../../src/main/simulator/content/test-support/decode-typedstream.ts';
import { PhoneBench } from '../../src/main/simulator/content/test-support/phone-bench.ts';

const bench = new PhoneBench({ seed: 21, files: 900, bytes: 20_000_000 });
const truth = bench.truth();
/** As small as a phone can be that has everything. */
const small = new PhoneBench({ seed: 22, files: 150, bytes: 3_000_000 });
afterAll(() => Promise.all([bench[Symbol.asyncDispose](), small[Symbol.asyncDispose]()]));

const HOME = 'HomeDomain';
const NOTES = 'AppDomainGroup-group.com.apple.notes';
const WHATSAPP = 'AppDomainGroup-group.net.whatsapp.WhatsApp.shared';
const MEMOS = 'AppDomainGroup-group.com.apple.VoiceMemos.shared';

/** What readers of backups look for: each column must exist and be filled in at least one row. */
const expected: readonly [domain: string, file: string, table: string, columns: string][] = [
  [
    'CameraRollDomain',
    'Media/PhotoData/Photos.sqlite',
    'ZASSET',
    `Z_PK ZUUID ZDIRECTORY ZFILENAME ZKIND ZKINDSUBTYPE ZDATECREATED
    ZADDEDDATE ZMODIFICATIONDATE ZWIDTH ZHEIGHT ZDURATION ZFAVORITE ZHIDDEN ZTRASHEDSTATE ZTRASHEDDATE ZUNIFORMTYPEIDENTIFIER
    ZAVALANCHEUUID ZAVALANCHEPICKTYPE ZVISIBILITYSTATE ZSAVEDASSETTYPE ZCLOUDLOCALSTATE ZCOMPLETE ZLATITUDE ZLONGITUDE
    ZVIDEOCPVISIBILITYSTATE ZVIDEOCPDURATIONVALUE ZMEDIAGROUPUUID ZADJUSTMENTSSTATE ZISDETECTEDSCREENSHOT
    ZDUPLICATEASSETVISIBILITYSTATE ZDUPLICATEMETADATAMATCHINGALBUM ZDUPLICATEPERCEPTUALMATCHINGALBUM`,
  ],
  [
    'CameraRollDomain',
    'Media/PhotoData/Photos.sqlite',
    'ZADDITIONALASSETATTRIBUTES',
    `ZASSET ZORIGINALFILENAME ZORIGINALFILESIZE
    ZORIGINALWIDTH ZORIGINALHEIGHT ZTIMEZONEOFFSET ZTIMEZONENAME ZIMPORTEDBY ZIMPORTEDBYBUNDLEIDENTIFIER ZORIGINALSTABLEHASH`,
  ],
  [
    'CameraRollDomain',
    'Media/PhotoData/Photos.sqlite',
    'ZINTERNALRESOURCE',
    `ZASSET ZRESOURCETYPE ZDATASTORESUBTYPE ZDATASTORECLASSID
    ZVERSION ZLOCALAVAILABILITY ZREMOTEAVAILABILITY ZDATALENGTH ZFINGERPRINT ZSTABLEHASH ZTRASHEDSTATE`,
  ],
  [
    'CameraRollDomain',
    'Media/PhotoData/Photos.sqlite',
    'ZGENERICALBUM',
    'ZKIND ZTITLE ZUUID ZPARENTFOLDER ZTRASHEDSTATE ZCACHEDCOUNT',
  ],
  ['CameraRollDomain', 'Media/PhotoData/Photos.sqlite', 'Z_30ASSETS', 'Z_30ALBUMS Z_3ASSETS Z_FOK_3ASSETS'],
  ['CameraRollDomain', 'Media/PhotoData/Photos.sqlite', 'Z_PRIMARYKEY', 'Z_ENT Z_NAME Z_SUPER Z_MAX'],
  [
    HOME,
    'Library/SMS/sms.db',
    'message',
    `ROWID guid text attributedBody date date_read date_delivered date_played date_edited
    date_retracted is_from_me service handle_id cache_has_attachments item_type group_action_type group_title
    associated_message_type associated_message_guid associated_message_emoji balloon_bundle_id payload_data
    message_summary_info thread_originator_guid thread_originator_part reply_to_guid is_audio_message
    expressive_send_style_id is_spam`,
  ],
  [HOME, 'Library/SMS/sms.db', 'chat', 'ROWID guid chat_identifier display_name style service_name'],
  [HOME, 'Library/SMS/sms.db', 'handle', 'ROWID id service person_centric_id'],
  [
    HOME,
    'Library/SMS/sms.db',
    'attachment',
    `ROWID guid created_date start_date filename total_bytes transfer_name mime_type uti
    is_sticker hide_attachment transfer_state`,
  ],
  [HOME, 'Library/SMS/sms.db', 'chat_message_join', 'chat_id message_id message_date'],
  [HOME, 'Library/SMS/sms.db', 'chat_handle_join', 'chat_id handle_id'],
  [HOME, 'Library/SMS/sms.db', 'message_attachment_join', 'message_id attachment_id'],
  [HOME, 'Library/SMS/sms.db', 'chat_recoverable_message_join', 'chat_id message_id delete_date'],
  [
    HOME,
    'Library/AddressBook/AddressBook.sqlitedb',
    'ABPerson',
    `ROWID First Last Middle Prefix Suffix Nickname Organization
    Department JobTitle Note Kind Birthday CreationDate ModificationDate StoreID PersonLink guid`,
  ],
  [HOME, 'Library/AddressBook/AddressBook.sqlitedb', 'ABMultiValue', 'UID record_id property label value'],
  [HOME, 'Library/AddressBook/AddressBook.sqlitedb', 'ABMultiValueLabel', 'rowid value'],
  [HOME, 'Library/AddressBook/AddressBook.sqlitedb', 'ABMultiValueEntry', 'parent_id key value'],
  [HOME, 'Library/AddressBook/AddressBook.sqlitedb', 'ABMultiValueEntryKey', 'rowid value'],
  [HOME, 'Library/AddressBook/AddressBook.sqlitedb', 'ABGroup', 'ROWID Name'],
  [HOME, 'Library/AddressBook/AddressBook.sqlitedb', 'ABGroupMembers', 'group_id member_id'],
  [HOME, 'Library/AddressBook/AddressBook.sqlitedb', 'ABStore', 'ROWID Name Type AccountID'],
  [HOME, 'Library/AddressBook/AddressBook.sqlitedb', 'ABAccount', 'ROWID AccountIdentifier'],
  [HOME, 'Library/AddressBook/AddressBookImages.sqlitedb', 'ABThumbnailImage', 'record_id format data'],
  [HOME, 'Library/AddressBook/AddressBookImages.sqlitedb', 'ABFullSizeImage', 'record_id data'],
  [
    NOTES,
    'NoteStore.sqlite',
    'ZICCLOUDSYNCINGOBJECT',
    `Z_PK Z_ENT ZIDENTIFIER ZTITLE1 ZTITLE2 ZSNIPPET ZMODIFICATIONDATE1 ZCREATIONDATE3
    ZFOLDER ZACCOUNT7 ZISPASSWORDPROTECTED ZMARKEDFORDELETION ZISPINNED ZNAME ZFOLDERTYPE ZNOTE ZTYPEUTI ZMEDIA ZATTACHMENT1
    ZFILENAME ZGENERATION1 ZMERGEABLEDATA1 ZCRYPTOSALT ZCRYPTOITERATIONCOUNT ZCRYPTOWRAPPEDKEY`,
  ],
  [NOTES, 'NoteStore.sqlite', 'ZICNOTEDATA', 'Z_PK ZNOTE ZDATA ZCRYPTOINITIALIZATIONVECTOR ZCRYPTOTAG'],
  [
    HOME,
    'Library/CallHistoryDB/CallHistory.storedata',
    'ZCALLRECORD',
    `ZDATE ZDURATION ZADDRESS ZORIGINATED ZANSWERED ZCALLTYPE
    ZSERVICE_PROVIDER ZNAME ZLOCATION ZISO_COUNTRY_CODE ZREAD ZUNIQUE_ID`,
  ],
  [HOME, 'Library/CallHistoryDB/CallHistoryTemp.storedata', 'ZCALLRECORD', 'ZDATE ZUNIQUE_ID'],
  [HOME, 'Library/CallHistoryDB/CallHistory.storedata', 'ZHANDLE', 'ZVALUE'],
  [
    HOME,
    'Library/Calendar/Calendar.sqlitedb',
    'CalendarItem',
    `ROWID summary description start_date start_tz end_date end_tz
    all_day calendar_id location_id organizer_id url creation_date last_modified entity_type calendar_scale`,
  ],
  [HOME, 'Library/Calendar/Calendar.sqlitedb', 'Calendar', 'ROWID store_id title color'],
  [HOME, 'Library/Calendar/Calendar.sqlitedb', 'Store', 'ROWID name type'],
  [HOME, 'Library/Calendar/Calendar.sqlitedb', 'Location', 'title'],
  [HOME, 'Library/Calendar/Calendar.sqlitedb', 'Participant', 'owner_id entity_type status identity_id'],
  [HOME, 'Library/Calendar/Calendar.sqlitedb', 'Identity', 'address'],
  [HOME, 'Library/Calendar/Calendar.sqlitedb', 'Recurrence', 'owner_id frequency interval'],
  [HOME, 'Library/Calendar/Calendar.sqlitedb', 'Alarm', 'calendaritem_owner_id'],
  [
    'AppDomainGroup-group.com.apple.reminders',
    'Container_v1/Stores/Data-local.sqlite',
    'ZREMCDREMINDER',
    `ZTITLE ZNOTES ZCOMPLETED
    ZCOMPLETIONDATE ZDUEDATE ZALLDAY ZFLAGGED ZPRIORITY ZLIST ZACCOUNT ZMARKEDFORDELETION ZCREATIONDATE ZPARENTREMINDER`,
  ],
  [
    'AppDomainGroup-group.com.apple.reminders',
    'Container_v1/Stores/Data-local.sqlite',
    'ZREMCDBASELIST',
    'ZNAME ZISGROUP',
  ],
  [
    HOME,
    'Library/Voicemail/voicemail.db',
    'voicemail',
    `ROWID remote_uid date token sender callback_num duration expiration
    trashed_date flags receiver label`,
  ],
  [
    MEMOS,
    'Recordings/CloudRecordings.db',
    'ZCLOUDRECORDING',
    `ZDATE ZDURATION ZCUSTOMLABELFORSORTING ZENCRYPTEDTITLE ZCUSTOMLABEL
    ZPATH ZUNIQUEID ZFOLDER ZEVICTIONDATE`,
  ],
  [
    HOME,
    'Library/Safari/Bookmarks.db',
    'bookmarks',
    'id special_id parent type title url order_index hidden read deleted last_modified',
  ],
  [HOME, 'Library/Safari/History.db', 'history_items', 'id url visit_count'],
  [
    HOME,
    'Library/Safari/History.db',
    'history_visits',
    `id history_item visit_time title load_successful redirect_source
    redirect_destination origin`,
  ],
  ['HealthDomain', 'Health/healthdb_secure.sqlite', 'samples', 'data_id start_date end_date data_type'],
  ['HealthDomain', 'Health/healthdb_secure.sqlite', 'quantity_samples', 'data_id quantity'],
  ['HealthDomain', 'Health/healthdb_secure.sqlite', 'category_samples', 'data_id value'],
  ['HealthDomain', 'Health/healthdb_secure.sqlite', 'objects', 'data_id provenance type'],
  [
    'HealthDomain',
    'Health/healthdb_secure.sqlite',
    'data_provenances',
    'ROWID source_id device_id origin_product_type',
  ],
  ['HealthDomain', 'Health/healthdb_secure.sqlite', 'workouts', 'data_id duration activity_type total_distance'],
  ['HealthDomain', 'Health/healthdb_secure.sqlite', 'workout_activities', 'owner_id'],
  ['HealthDomain', 'Health/healthdb_secure.sqlite', 'workout_statistics', 'workout_activity_id quantity'],
  ['HealthDomain', 'Health/healthdb.sqlite', 'sources', 'ROWID name product_type'],
  [
    WHATSAPP,
    'ChatStorage.sqlite',
    'ZWACHATSESSION',
    `Z_PK ZCONTACTJID ZPARTNERNAME ZSESSIONTYPE ZLASTMESSAGEDATE ZMESSAGECOUNTER
    ZARCHIVED ZREMOVED`,
  ],
  [
    WHATSAPP,
    'ChatStorage.sqlite',
    'ZWAMESSAGE',
    `Z_PK ZCHATSESSION ZMESSAGEDATE ZISFROMME ZTEXT ZMESSAGETYPE ZFROMJID ZTOJID
    ZGROUPMEMBER ZSTANZAID ZSTARRED ZPUSHNAME`,
  ],
  [
    WHATSAPP,
    'ChatStorage.sqlite',
    'ZWAMEDIAITEM',
    `Z_PK ZMESSAGE ZMEDIALOCALPATH ZFILESIZE ZTITLE ZVCARDSTRING ZMOVIEDURATION
    ZLATITUDE ZLONGITUDE ZXMPPTHUMBPATH`,
  ],
  [WHATSAPP, 'ChatStorage.sqlite', 'ZWAGROUPMEMBER', 'ZMEMBERJID ZCONTACTNAME'],
  [WHATSAPP, 'ChatStorage.sqlite', 'ZWAPROFILEPUSHNAME', 'ZJID ZPUSHNAME'],
  [WHATSAPP, 'ContactsV2.sqlite', 'ZWAADDRESSBOOKCONTACT', 'ZFULLNAME ZPHONENUMBER ZWHATSAPPID'],
  [WHATSAPP, 'CallHistory.sqlite', 'ZWACDCALLEVENT', 'ZDATE ZDURATION ZOUTCOME'],
  [
    HOME,
    'Library/Accounts/Accounts3.sqlite',
    'ZACCOUNT',
    `ZUSERNAME ZACCOUNTDESCRIPTION ZACCOUNTTYPE ZPARENTACCOUNT ZACTIVE ZDATE`,
  ],
  [HOME, 'Library/Accounts/Accounts3.sqlite', 'ZACCOUNTTYPE', 'Z_PK ZIDENTIFIER ZACCOUNTTYPEDESCRIPTION'],
];

type Rows = Record<string, unknown>[];

function query(domain: string, file: string, sql: string, from = bench): Rows {
  const database = from.open(domain, file);
  try {
    return database.prepare(sql).safeIntegers(sql.includes('/* big */')).all() as Rows;
  } finally {
    database.close();
  }
}

describe('the databases of a generated phone', () => {
  test.each(expected)('%s %s: %s is filled', (domain, file, table, columns) => {
    const names = columns.split(/\s+/).filter((name) => name !== '');
    const sql = `SELECT ${names.map((name) => `count(${name}) AS ${name}`).join(', ')} FROM ${table}`;
    for (const from of [bench, small]) {
      const [filled] = query(domain, file, sql, from);
      expect(names.filter((name) => filled?.[name] === 0)).toEqual([]);
    }
  });

  test('are whole, each and every one', () => {
    let checked = 0;
    for (const file of bench.regularFiles()) {
      if (!/\.(sqlite3?|sqlitedb|db|storedata)$/.test(file.relativePath)) continue;
      const database = bench.open(file.domain, file.relativePath);
      expect([file.relativePath, database.pragma('integrity_check', { simple: true })]).toEqual([
        file.relativePath,
        'ok',
      ]);
      expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
      database.close();
      checked += 1;
    }
    expect(checked).toBeGreaterThan(20);
  });

  test.each([
    ['Library/AddressBook/AddressBook.sqlitedb', 'ABPerson', null],
    ['Library/Accounts/Accounts3.sqlite', 'ZACCOUNT', 0],
    ['Library/SMS/sms.db', 'message', 535],
  ])('keep a part of %s in the log beside it', (file, table, withoutLog) => {
    const rows = (log: boolean): unknown => {
      const database = bench.open(HOME, file, log);
      const known = database.prepare('SELECT count(*) FROM sqlite_master WHERE name = ?').pluck().get(table);
      const count = known === 0 ? null : database.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
      database.close();
      return count;
    };
    expect(rows(false)).toBe(withoutLog);
    expect(rows(true)).toBeGreaterThan(withoutLog ?? 0);
  });

  test('agree with the truth about photos, and name files that are there', async () => {
    const photos = new Map((await truth).items['photos']?.map((photo) => [photo['uuid'], photo]));
    const rows = query(
      'CameraRollDomain',
      'Media/PhotoData/Photos.sqlite',
      `SELECT a.*, x.ZORIGINALFILENAME, x.ZORIGINALFILESIZE FROM ZASSET a JOIN ZADDITIONALASSETATTRIBUTES x ON x.ZASSET = a.Z_PK`,
    );
    expect(rows).toHaveLength(photos.size);
    for (const row of rows) {
      const photo = photos.get(row['ZUUID']);
      expect(row).toMatchObject({
        ZFILENAME: photo?.['filename'],
        ZORIGINALFILENAME: photo?.['originalFilename'],
        ZFAVORITE: photo?.['favorite'] === true ? 1 : 0,
        ZHIDDEN: photo?.['hidden'] === true ? 1 : 0,
        ZTRASHEDSTATE: photo?.['trashed'] === true ? 1 : 0,
        ZKIND: photo?.['kind'] === 'video' ? 1 : 0,
      });
      const there = bench.has('CameraRollDomain', `Media/${row['ZDIRECTORY']}/${row['ZFILENAME']}`);
      expect(there).toBe(photo?.['inCloudOnly'] === false);
      if (there)
        expect(bench.file('CameraRollDomain', `Media/${row['ZDIRECTORY']}/${row['ZFILENAME']}`).sizeBytes).toBe(
          row['ZORIGINALFILESIZE'],
        );
    }
    const flavours = new Set([...photos.values()].map((photo) => photo['flavour']));
    expect(flavours.size).toBe(13);
  });

  test('name originals that are only in iCloud', async () => {
    const rows = query(
      'CameraRollDomain',
      'Media/PhotoData/Photos.sqlite',
      `SELECT r.ZASSET, MIN(r.ZLOCALAVAILABILITY) AS loc, MAX(r.ZREMOTEAVAILABILITY) AS rem, SUM(r.ZDATALENGTH) AS bytes
       FROM ZINTERNALRESOURCE r WHERE r.ZDATASTORESUBTYPE = 1 AND r.ZRESOURCETYPE IN (0, 1) AND r.ZDATASTORECLASSID = 0
       GROUP BY r.ZASSET HAVING loc = -1`,
    );
    const photos = (await truth).items['photos']?.filter((photo) => photo['inCloudOnly'] === true);
    expect(rows).toHaveLength(photos?.length ?? -1);
    for (const row of rows) expect([row['rem'], Number(row['bytes']) > 0]).toEqual([1, true]);
  });

  test('hold exact duplicates, and bursts with one picked frame', async () => {
    const { files, items } = await truth;
    const digests = new Map(files.map(({ domain, relativePath, sha256 }) => [`${domain}-${relativePath}`, sha256]));
    const duplicates = items['photos']?.filter((photo) => photo['duplicateOf'] !== null) ?? [];
    expect(duplicates.length).toBeGreaterThan(0);
    for (const photo of duplicates) {
      const twin = items['photos']?.find(({ uuid }) => uuid === photo['duplicateOf']);
      expect(digests.get(`CameraRollDomain-${photo['relativePath']}`)).toBe(
        digests.get(`CameraRollDomain-${twin?.['relativePath']}`),
      );
    }
    const bursts = query(
      'CameraRollDomain',
      'Media/PhotoData/Photos.sqlite',
      'SELECT ZAVALANCHEUUID, count(*) AS n, sum(ZVISIBILITYSTATE = 0) AS shown FROM ZASSET WHERE ZAVALANCHEUUID IS NOT NULL GROUP BY 1',
    );
    expect(bursts.length).toBeGreaterThan(0);
    for (const burst of bursts) expect(burst).toMatchObject({ n: 3, shown: 1 });
  });

  test('hold every text of every message, in one column or the other', async () => {
    const messages = new Map((await truth).items['messages']?.map((message) => [message['guid'], message]));
    const rows = query(
      HOME,
      'Library/SMS/sms.db',
      'SELECT guid, text, attributedBody, message_summary_info, date FROM message /* big */',
    );
    expect(rows).toHaveLength(messages.size);
    for (const row of rows) {
      const message = messages.get(row['guid']);
      const body = row['attributedBody'] === null ? null : decodeTypedStream(row['attributedBody'] as Uint8Array);
      const text = (row['text'] ?? body?.text ?? null) as string | null;
      expect((text ?? '').replaceAll('\ufffc', '') || null).toBe(message?.['text'] ?? null);
      if (body !== null) {
        if (row['text'] !== null) expect(body.text).toBe(row['text']);
        expect(body.runs.reduce((sum, run) => sum + run.length, 0)).toBe(body.text.length);
      }
      expect(String(row['date'])).toBe(message?.['dateNanoseconds']);
    }
    expect(rows.filter(({ text, attributedBody }) => text === null && attributedBody !== null).length).toBeGreaterThan(
      100,
    );
  });

  test('hold the history of edited and unsent messages', async () => {
    const edited = (await truth).items['messages']?.filter(({ versions }) => (versions as string[]).length > 0) ?? [];
    const rows = query(
      HOME,
      'Library/SMS/sms.db',
      'SELECT guid, message_summary_info FROM message WHERE message_summary_info IS NOT NULL',
    );
    expect(rows).toHaveLength(edited.length);
    for (const row of rows) {
      const message = edited.find(({ guid }) => guid === row['guid']);
      const info = parsePlist(row['message_summary_info'] as Uint8Array) as Record<string, unknown>;
      if (message?.['unsent'] === true) {
        expect(info).toMatchObject({ rp: [0] });
        continue;
      }
      const history = (info['ec'] as Record<string, { t: Uint8Array }[]>)['0'] ?? [];
      expect(history.map(({ t }) => decodeTypedStream(t).text)).toEqual([
        ...((message?.['versions'] as string[] | undefined) ?? []),
        message?.['text'],
      ]);
    }
  });

  test('hold notes whose compressed bodies say what the truth says', async () => {
    const notes = new Map((await truth).items['notes']?.map((note) => [note['identifier'], note]));
    const rows = query(
      NOTES,
      'NoteStore.sqlite',
      `SELECT n.ZIDENTIFIER, n.ZTITLE1, n.ZISPASSWORDPROTECTED AS locked, f.ZTITLE2 AS folder, d.ZDATA
       FROM ZICCLOUDSYNCINGOBJECT n LEFT JOIN ZICCLOUDSYNCINGOBJECT f ON f.Z_PK = n.ZFOLDER
       LEFT JOIN ZICNOTEDATA d ON d.ZNOTE = n.Z_PK
       WHERE n.Z_ENT = (SELECT Z_ENT FROM Z_PRIMARYKEY WHERE Z_NAME = 'ICNote')`,
    );
    expect(rows).toHaveLength(notes.size);
    for (const row of rows) {
      const note = notes.get(row['ZIDENTIFIER']);
      expect(row['folder']).toBe(note?.['folder']);
      if (row['locked'] === 1 || row['ZDATA'] === null) continue;
      const text = Buffer.from(String(note?.['text']), 'utf8');
      expect(gunzipSync(row['ZDATA'] as Uint8Array).includes(text)).toBe(true);
    }
  });

  test('name attachments and WhatsApp media that are there', () => {
    const attachments = query(HOME, 'Library/SMS/sms.db', 'SELECT filename FROM attachment WHERE filename IS NOT NULL');
    for (const { filename } of attachments) expect(bench.has('MediaDomain', String(filename).slice(2))).toBe(true);
    const media = query(
      WHATSAPP,
      'ChatStorage.sqlite',
      'SELECT ZMEDIALOCALPATH AS path, ZFILESIZE AS size FROM ZWAMEDIAITEM WHERE ZMEDIALOCALPATH IS NOT NULL',
    );
    for (const { path, size } of media) expect(bench.file(WHATSAPP, `Message/${path}`).sizeBytes).toBe(size);
    expect(attachments.length).toBeGreaterThan(10);
    expect(media.length).toBeGreaterThan(10);
  });

  test.each([
    ['calls', HOME, 'Library/CallHistoryDB/CallHistory.storedata', 'SELECT count(*) AS n FROM ZCALLRECORD', -3],
    ['calendarEvents', HOME, 'Library/Calendar/Calendar.sqlitedb', 'SELECT count(*) AS n FROM CalendarItem', 0],
    ['voicemails', HOME, 'Library/Voicemail/voicemail.db', 'SELECT count(*) AS n FROM voicemail', 0],
    ['recordings', MEMOS, 'Recordings/CloudRecordings.db', 'SELECT count(*) AS n FROM ZCLOUDRECORDING', 0],
    ['visits', HOME, 'Library/Safari/History.db', 'SELECT count(*) AS n FROM history_visits', 0],
    ['bookmarks', HOME, 'Library/Safari/Bookmarks.db', 'SELECT count(*) AS n FROM bookmarks WHERE type = 0', 0],
    ['contacts', HOME, 'Library/AddressBook/AddressBook.sqlitedb', 'SELECT count(*) AS n FROM ABPerson', 0],
    ['whatsappMessages', WHATSAPP, 'ChatStorage.sqlite', 'SELECT count(*) AS n FROM ZWAMESSAGE', 0],
    ['accounts', HOME, 'Library/Accounts/Accounts3.sqlite', 'SELECT count(*) AS n FROM ZACCOUNT', 0],
  ])('hold as many %s as the truth says', async (section, domain, file, sql, difference) => {
    expect(query(domain, file, sql)[0]?.['n']).toBe(Number((await truth).items[section]?.length) + difference);
  });
});
