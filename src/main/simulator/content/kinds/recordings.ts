import { encodePlist } from '../../../engine/formats/plist/index.ts';
import { COCOA_EPOCH, cocoa, DAY, isoSeconds } from '../calendar-time.ts';
import { AMR_BYTES_PER_SECOND, amrFile, recordingHead } from '../media/audio.ts';
import { person } from '../people.ts';
import type { Plan, SizePool } from '../plan.ts';
import { coreDataTables, describeStore, type Entity, entityTable, updatePrimaryKeys } from '../storage/core-data.ts';
import { fixedBytes, padded } from '../storage/sources.ts';
import type { ContentSource } from '../storage/tree.ts';
import type { World } from '../world.ts';
import type { Kind, TruthSection } from './kind.ts';

const MEMO_DOMAIN = 'AppDomainGroup-group.com.apple.VoiceMemos.shared';
const MEMO_WEIGHT = 0.4;
const SMALLEST_MEMO = 3000;
/** Believable: Voice Memos writes about 64 kbit/s. */
const MEMO_BYTES_PER_SECOND = 8000;

const entities: readonly Entity[] = [
  { number: 1, name: 'CloudRecording', table: 'ZCLOUDRECORDING' },
  { number: 3, name: 'Folder', table: 'ZFOLDER' },
];

const memoSchema: readonly string[] = [
  ...coreDataTables,
  entityTable('ZCLOUDRECORDING', {
    integer: 'ZFLAGS ZFOLDER ZSHAREDFLAGS ZPLAYED',
    timestamp: 'ZDATE ZEVICTIONDATE',
    float: 'ZDURATION ZLOCALDURATION',
    varchar: 'ZCUSTOMLABEL ZCUSTOMLABELFORSORTING ZENCRYPTEDTITLE ZPATH ZUNIQUEID',
    blob: 'ZAUDIODIGEST ZAUDIOFUTURE ZVERSIONEDAUDIOFUTURE',
  }),
  entityTable('ZFOLDER', { integer: 'ZRANK', varchar: 'ZENCRYPTEDNAME ZUUID' }),
];

const voicemailSchema: readonly string[] = [
  'CREATE TABLE _SqliteDatabaseProperties (key TEXT, value TEXT, UNIQUE(key))',
  `CREATE TABLE voicemail (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, remote_uid INTEGER, date INTEGER, token TEXT,
    sender TEXT, callback_num TEXT, duration INTEGER, expiration INTEGER, trashed_date INTEGER, flags INTEGER,
    receiver TEXT, label TEXT)`,
  `CREATE TABLE deleted (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, remote_uid INTEGER, date INTEGER, token TEXT,
    sender TEXT, callback_num TEXT, duration INTEGER, expiration INTEGER, trashed_date INTEGER, flags INTEGER,
    receiver TEXT, label TEXT)`,
  'CREATE TABLE map (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT, label TEXT)',
  'CREATE INDEX date_index ON voicemail(date)',
  'CREATE INDEX remote_uid_index ON voicemail(remote_uid)',
];

interface Memo {
  readonly id: string;
  readonly title: string;
  readonly date: number;
  readonly duration: number;
  /** Null: only in iCloud. */
  readonly path: string | null;
  readonly evicted: boolean;
}

/** Voice memos: CloudRecordings.db and its .m4a files. */
export class VoiceMemos implements Kind {
  readonly #world: World;
  readonly #planned: number;
  readonly #pool: SizePool;
  readonly #memos: Memo[] = [];

  constructor(world: World, plan: Plan, pool: SizePool) {
    this.#world = world;
    this.#planned = plan.recordings;
    this.#pool = pool;
    for (let index = 0; index < plan.recordings; index++) if (!cloudOnly(index)) pool.reserve(MEMO_WEIGHT);
  }

  build(): void {
    const world = this.#world;
    const relativePath = 'Recordings/CloudRecordings.db';
    const database = world.database({ domain: MEMO_DOMAIN, relativePath, schema: memoSchema }).change();
    describeStore(database, world.stream('memos/store'), entities);
    database.insert('ZFOLDER', {
      Z_PK: 1,
      Z_ENT: 3,
      Z_OPT: 1,
      ZENCRYPTEDNAME: world.language.albums[0] ?? '',
      ZUUID: world.stream('memos/folder').uuid(),
      ZRANK: 0,
    });
    for (let index = 0; index < this.#planned; index++) {
      const random = world.stream(`memo/${index}`);
      const title = `${random.pick(world.language.events)} ${index + 1}`;
      const date = world.clock.now - (this.#planned - index) * 5 * DAY - random.below(DAY);
      const size = this.#pool.size(MEMO_WEIGHT, SMALLEST_MEMO);
      const stamp = isoSeconds(date).replaceAll(/[-:Z]/g, '').replace('T', ' ');
      const name = cloudOnly(index) ? null : `${stamp}-${random.hex(8).toUpperCase()}.m4a`;
      const duration = Math.max(1, Math.round((size / MEMO_BYTES_PER_SECOND) * 100) / 100);
      const memo = {
        id: random.uuid(),
        title,
        date,
        duration,
        path: name === null ? null : `Recordings/${name}`,
        evicted: index % 9 === 1,
      };
      this.#memos.push(memo);
      database.insert('ZCLOUDRECORDING', {
        Z_PK: index + 1,
        Z_ENT: 1,
        Z_OPT: 1,
        ZDATE: cocoa(date),
        ZDURATION: duration,
        ZLOCALDURATION: duration,
        ZCUSTOMLABEL: isoSeconds(date),
        ZCUSTOMLABELFORSORTING: title,
        ZENCRYPTEDTITLE: title,
        ZPATH: name,
        ZUNIQUEID: memo.id,
        ZFOLDER: index % 4 === 0 ? 1 : null,
        ZEVICTIONDATE: memo.evicted ? cocoa(world.clock.now - DAY) : null,
        ZAUDIODIGEST: random.bytes(20),
        ZFLAGS: 4,
      });
      if (memo.path === null) continue;
      const head = { title, durationSeconds: duration };
      world.tree.add(MEMO_DOMAIN, memo.path, { source: memoSource(world, head), size, modified: date });
    }
    updatePrimaryKeys(database, entities);
  }

  truth(): readonly TruthSection[] {
    return [{ name: 'recordings', rows: () => this.#memos.map((memo) => ({ ...memo, domain: MEMO_DOMAIN })) }];
  }
}

function cloudOnly(index: number): boolean {
  return index % 7 === 6;
}

function memoSource(world: World, facts: { title: string; durationSeconds: number }): ContentSource {
  return {
    read: (file) =>
      padded(world.seed, file.contentName, file.sizeBytes, recordingHead({ ...facts, totalBytes: file.sizeBytes })),
  };
}

interface Voicemail {
  readonly id: number;
  readonly sender: string;
  readonly date: number;
  readonly duration: number;
  readonly trashed: boolean;
  readonly transcript: string | null;
}

/** Visual voicemail: voicemail.db, a sound file each, now and then a transcript. */
export class Voicemails implements Kind {
  readonly #voicemails: Voicemail[] = [];

  constructor(world: World, plan: Plan) {
    const folder = 'Library/Voicemail';
    const relativePath = `${folder}/voicemail.db`;
    const database = world.database({ domain: 'HomeDomain', relativePath, schema: voicemailSchema }).change();
    database.insert('_SqliteDatabaseProperties', { key: '_ClientVersion', value: '6' });
    database.insert('map', { account: world.identity.iccid, label: world.stream('voicemail').uuid() });
    for (let index = 0; index < plan.voicemails; index++) {
      const random = world.stream(`voicemail/${index}`);
      const voicemail: Voicemail = {
        id: index + 1,
        sender: person(world, random.below(20)).phone,
        date: world.clock.now - (plan.voicemails - index) * 3 * DAY,
        duration: random.between(2, 14),
        trashed: index % 5 === 4,
        transcript: index % 2 === 0 ? random.pick(world.language.messages) : null,
      };
      this.#voicemails.push(voicemail);
      database.insert('voicemail', {
        ROWID: voicemail.id,
        remote_uid: 10_000 + index,
        date: voicemail.date,
        token: 'Complete',
        sender: voicemail.sender,
        callback_num: voicemail.sender,
        duration: voicemail.duration,
        expiration: 0,
        trashed_date: voicemail.trashed ? world.clock.now - DAY - COCOA_EPOCH : 0,
        flags: voicemail.trashed ? 75 : 3,
        receiver: world.identity.phoneNumber.replaceAll(' ', ''),
        label: world.stream('voicemail').uuid(),
      });
      const sound = amrFile(random.bytes(1009), voicemail.duration);
      const times = { modified: voicemail.date };
      world.tree.add('HomeDomain', `${folder}/${voicemail.id}.amr`, {
        source: fixedBytes(sound),
        size: sound.length,
        ...times,
      });
      if (voicemail.transcript === null) continue;
      const transcript = encodePlist({ confidence: 0.87, transcriptionString: voicemail.transcript }, 'binary');
      const path = `${folder}/${voicemail.id}.transcript`;
      world.tree.add('HomeDomain', path, { source: fixedBytes(transcript), size: transcript.length, ...times });
    }
  }

  truth(): readonly TruthSection[] {
    return [
      {
        name: 'voicemails',
        rows: () => this.#voicemails.map((one) => ({ ...one, bytes: 6 + one.duration * AMR_BYTES_PER_SECOND })),
      },
    ];
  }
}
