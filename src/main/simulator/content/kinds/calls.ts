import { cocoa, DAY } from '../calendar-time.ts';
import { person } from '../people.ts';
import type { Plan } from '../plan.ts';
import { coreDataTables, describeStore, type Entity, entityTable, updatePrimaryKeys } from '../storage/core-data.ts';
import type { OpenDatabase } from '../storage/scratch-database.ts';
import type { World } from '../world.ts';
import type { Kind, TruthSection } from './kind.ts';

const entities: readonly Entity[] = [
  { number: 1, name: 'CallDBProperties', table: 'ZCALLDBPROPERTIES' },
  { number: 2, name: 'CallRecord', table: 'ZCALLRECORD' },
  { number: 4, name: 'Handle', table: 'ZHANDLE' },
];

const schema: readonly string[] = [
  ...coreDataTables,
  entityTable('ZCALLRECORD', {
    integer: `ZANSWERED ZCALLTYPE ZCALL_CATEGORY ZDISCONNECTED_CAUSE ZFACE_TIME_DATA ZFILTERED_OUT_REASON ZHANDLE_TYPE
      ZHASMESSAGE ZJUNKCONFIDENCE ZNUMBER_AVAILABILITY ZORIGINATED ZREAD ZVERIFICATIONSTATUS ZLOCALPARTICIPANTHANDLE`,
    timestamp: 'ZDATE',
    float: 'ZDURATION',
    varchar: `ZADDRESS ZDEVICE_ID ZISO_COUNTRY_CODE ZLOCATION ZNAME ZSERVICE_PROVIDER ZUNIQUE_ID ZJUNKIDENTIFICATIONCATEGORY`,
    blob: 'ZLOCALPARTICIPANTUUID ZOUTGOINGLOCALPARTICIPANTUUID ZPARTICIPANTGROUPUUID',
  }),
  entityTable('ZHANDLE', { integer: 'ZTYPE', varchar: 'ZNORMALIZEDVALUE ZVALUE' }),
  entityTable('ZCALLDBPROPERTIES', { float: 'ZTIMER_ALL ZTIMER_INCOMING ZTIMER_OUTGOING ZTIMER_LAST ZTIMER_LIFETIME' }),
  'CREATE TABLE Z_2REMOTEPARTICIPANTHANDLES (Z_2REMOTEPARTICIPANTCALLS INTEGER, Z_4REMOTEPARTICIPANTHANDLES INTEGER, PRIMARY KEY (Z_2REMOTEPARTICIPANTCALLS, Z_4REMOTEPARTICIPANTHANDLES))',
  'CREATE INDEX ZCALLRECORD_DATE_INDEX ON ZCALLRECORD (ZDATE)',
];

/** ZCALLTYPE and ZSERVICE_PROVIDER. */
const services = [
  { type: 1, provider: 'com.apple.Telephony' },
  { type: 1, provider: 'com.apple.Telephony' },
  { type: 8, provider: 'com.apple.FaceTime' },
  { type: 16, provider: 'com.apple.FaceTime' },
  { type: 0, provider: 'net.whatsapp.WhatsApp' },
] as const;

interface Call {
  readonly id: string;
  readonly address: string;
  readonly date: number;
  readonly duration: number;
  readonly outgoing: boolean;
  readonly answered: boolean;
  readonly type: number;
}

/** Call history, with a second store of the same form for rows not moved over yet. Only in encrypted backups. */
export class CallHistory implements Kind {
  readonly #calls: Call[] = [];

  constructor(world: World, plan: Plan) {
    const folder = 'Library/CallHistoryDB';
    const recent = Math.min(3, plan.calls);
    const stores = [
      { name: 'CallHistory.storedata', from: 0, to: plan.calls - recent },
      { name: 'CallHistoryTemp.storedata', from: plan.calls - recent, to: plan.calls },
    ];
    for (const { name, from, to } of stores) {
      const relativePath = `${folder}/${name}`;
      const store = world.database({ domain: 'HomeDomain', relativePath, schema, encryptedOnly: true });
      const database = store.change();
      describeStore(database, world.stream(`${name}/store`), entities);
      database.insert('ZCALLDBPROPERTIES', { Z_PK: 1, Z_ENT: 1, Z_OPT: 1, ZTIMER_ALL: 3600, ZTIMER_LIFETIME: 360_000 });
      for (let index = from; index < to; index++) this.#insert(world, database, index, plan.calls, index - from + 1);
      updatePrimaryKeys(database, entities);
    }
  }

  truth(): readonly TruthSection[] {
    return [{ name: 'calls', rows: () => this.#calls.map((call) => ({ ...call })) }];
  }

  #insert(world: World, database: OpenDatabase, index: number, total: number, pk: number): void {
    const random = world.stream(`call/${index}`);
    const one = person(world, random.below(40));
    const { type, provider } = random.pick(services);
    const outgoing = random.chance(45);
    const answered = outgoing || random.chance(65);
    const call: Call = {
      id: random.uuid(),
      address: one.phone,
      date: world.clock.now - (total - index) * 7000 - random.below(6000),
      duration: answered ? random.below(2400) + random.below(100) / 100 : 0,
      outgoing,
      answered,
      type,
    };
    this.#calls.push(call);
    database.insert('ZCALLRECORD', {
      Z_PK: pk,
      Z_ENT: 2,
      Z_OPT: 1,
      ZADDRESS: call.address,
      ZDATE: cocoa(call.date),
      ZDURATION: call.duration,
      ZORIGINATED: outgoing ? 1 : 0,
      ZANSWERED: answered ? 1 : 0,
      ZCALLTYPE: type,
      ZCALL_CATEGORY: type === 8 ? 2 : 1,
      ZSERVICE_PROVIDER: provider,
      ZNAME: random.chance(30) ? one.fullName : null,
      ZLOCATION: random.pick(one.language.cities).name,
      ZISO_COUNTRY_CODE: one.language.countryCode,
      ZREAD: answered || call.date < world.clock.now - DAY ? 1 : 0,
      ZUNIQUE_ID: call.id,
      ZHANDLE_TYPE: 2,
      ZDISCONNECTED_CAUSE: 0,
    });
    database.insert('ZHANDLE', {
      Z_PK: pk,
      Z_ENT: 4,
      Z_OPT: 1,
      ZTYPE: 2,
      ZVALUE: call.address,
      ZNORMALIZEDVALUE: call.address,
    });
    database.insert('Z_2REMOTEPARTICIPANTHANDLES', { Z_2REMOTEPARTICIPANTCALLS: pk, Z_4REMOTEPARTICIPANTHANDLES: pk });
  }
}
