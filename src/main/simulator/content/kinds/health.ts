import { cocoa, DAY } from '../calendar-time.ts';
import type { Plan } from '../plan.ts';
import type { OpenDatabase } from '../storage/scratch-database.ts';
import type { World } from '../world.ts';
import type { Kind, TruthSection } from './kind.ts';

const secureSchema: readonly string[] = [
  'CREATE TABLE objects (data_id INTEGER PRIMARY KEY AUTOINCREMENT, uuid BLOB UNIQUE, provenance INTEGER NOT NULL, type INTEGER, creation_date REAL)',
  'CREATE TABLE samples (data_id INTEGER PRIMARY KEY, start_date REAL, end_date REAL, data_type INTEGER)',
  'CREATE TABLE quantity_samples (data_id INTEGER PRIMARY KEY, quantity REAL, original_quantity REAL, original_unit INTEGER)',
  'CREATE TABLE category_samples (data_id INTEGER PRIMARY KEY, value INTEGER)',
  `CREATE TABLE workouts (data_id INTEGER PRIMARY KEY, total_distance REAL, goal_type INTEGER, goal REAL,
    condenser_version INTEGER, condenser_date REAL, duration REAL, activity_type INTEGER)`,
  `CREATE TABLE workout_activities (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, uuid BLOB UNIQUE NOT NULL, owner_id INTEGER NOT NULL,
    is_primary_activity INTEGER NOT NULL, activity_type INTEGER NOT NULL, location_type INTEGER NOT NULL,
    start_date REAL NOT NULL, end_date REAL NOT NULL, duration REAL NOT NULL, metadata BLOB)`,
  `CREATE TABLE workout_statistics (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, workout_activity_id INTEGER NOT NULL,
    data_type INTEGER NOT NULL, quantity REAL NOT NULL, min REAL, max REAL)`,
  'CREATE TABLE data_provenances (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, sync_provenance INTEGER, origin_product_type TEXT, origin_build TEXT, source_id INTEGER, device_id INTEGER, source_version TEXT, tz_name TEXT)',
  'CREATE TABLE metadata_keys (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE)',
  'CREATE TABLE metadata_values (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, key_id INTEGER, object_id INTEGER, value_type INTEGER, string_value TEXT, numerical_value REAL)',
  'CREATE TABLE key_value_secure (category INTEGER NOT NULL, domain TEXT NOT NULL, key TEXT NOT NULL, value, provenance INTEGER, mod_date REAL, PRIMARY KEY (category, domain, key))',
  'CREATE INDEX samples_type_end ON samples(data_type, end_date)',
  'CREATE INDEX workout_activities_owner ON workout_activities(owner_id)',
];

const plainSchema: readonly string[] = [
  'CREATE TABLE sources (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, uuid BLOB UNIQUE, bundle_id TEXT, name TEXT, source_options INTEGER, local_device INTEGER, product_type TEXT, deleted INTEGER, mod_date REAL)',
  'CREATE TABLE source_devices (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, manufacturer TEXT, model TEXT, hardware TEXT, software TEXT, creation_date REAL)',
  'CREATE TABLE key_value (category INTEGER NOT NULL, domain TEXT NOT NULL, key TEXT NOT NULL, value, PRIMARY KEY (category, domain, key))',
];

/** data_type, how often, and the range of values (whole numbers divided by `scale`). */
const quantities = [
  { type: 7, name: 'steps', low: 20, high: 1800, scale: 1 },
  { type: 5, name: 'heartRate', low: 80, high: 260, scale: 100 },
  { type: 8, name: 'distance', low: 10, high: 1500, scale: 1 },
  { type: 10, name: 'activeEnergy', low: 1, high: 4000, scale: 100 },
  { type: 9, name: 'basalEnergy', low: 500, high: 2500, scale: 100 },
  { type: 12, name: 'flights', low: 1, high: 6, scale: 1 },
  { type: 173, name: 'headphoneAudio', low: 4000, high: 9000, scale: 100 },
  { type: 118, name: 'restingHeartRate', low: 80, high: 130, scale: 100 },
  { type: 3, name: 'weight', low: 5000, high: 9500, scale: 100 },
  { type: 2, name: 'height', low: 150, high: 199, scale: 100 },
] as const;

const SLEEP = 63;
const STAND = 70;
const WORKOUT = 79;
const DELETED = 2;

/** Health: samples in healthdb_secure, names of sources in healthdb, MedicalID beside them. Encrypted backups only. */
export class Health implements Kind {
  readonly #world: World;
  readonly #counts = new Map<string, number>();

  constructor(world: World, plan: Plan) {
    this.#world = world;
    const domain = 'HealthDomain';
    const secure = { domain, relativePath: 'Health/healthdb_secure.sqlite', schema: secureSchema, protectionClass: 1 };
    this.#fillSecure(world.database(secure).change(), plan.healthSamples);
    this.#fillSources(world.database({ domain, relativePath: 'Health/healthdb.sqlite', schema: plainSchema }).change());
  }

  truth(): readonly TruthSection[] {
    return [{ name: 'health', rows: () => [...this.#counts].map(([name, samples]) => ({ name, samples })) }];
  }

  #fillSources(database: OpenDatabase): void {
    const { identity } = this.#world;
    const sources = [
      ['com.apple.health.phone', identity.name, identity.productType],
      ['com.apple.health.watch', `Watch ⌚️ ${identity.name.slice(0, 8)}`, 'Watch7,1'],
    ] as const;
    sources.forEach(([bundle, name, product], index) => {
      const uuid = this.#world.stream(`health/source/${index}`).bytes(16);
      database.insert('sources', {
        ROWID: index + 1,
        uuid,
        bundle_id: bundle,
        name,
        product_type: product,
        local_device: index === 0 ? 1 : 0,
        deleted: 0,
      });
      database.insert('source_devices', {
        ROWID: index + 1,
        name,
        manufacturer: 'Apple Inc.',
        model: product,
        hardware: product,
        software: identity.productVersion,
      });
    });
  }

  #fillSecure(database: OpenDatabase, count: number): void {
    const { identity, clock } = this.#world;
    for (const [source, product] of [
      [1, identity.productType],
      [2, 'Watch7,1'],
    ] as const) {
      database.insert('data_provenances', {
        ROWID: source,
        origin_product_type: product,
        source_id: source,
        device_id: source,
        source_version: identity.productVersion,
        tz_name: identity.timeZone,
      });
    }
    database.insert('key_value_secure', { category: 0, domain: '', key: 'sex', value: 1, mod_date: cocoa(clock.now) });
    const random = this.#world.stream('health/samples');
    for (let index = 0; index < count; index++) {
      const start = cocoa(clock.now - Math.floor(((count - index) * 300 * DAY) / count) - random.below(600));
      const pk = index + 1;
      database.insert('objects', {
        data_id: pk,
        uuid: random.bytes(16),
        provenance: 1 + (index % 2),
        type: index % 97 === 96 ? DELETED : 1,
        creation_date: start,
      });
      if (index % 97 === 96) {
        this.#count('deletedObjects');
        continue;
      }
      const length = random.between(10, 600);
      if (index % 40 === 39) this.#workout(database, pk, start, 600 + random.below(4000));
      else if (index % 10 === 9) this.#category(database, pk, start, index);
      else {
        const kind =
          index < quantities.length
            ? (quantities[index] ?? quantities[0])
            : (quantities[random.below(7)] ?? quantities[0]);
        this.#sample(database, pk, start, start + length, kind.type, kind.name);
        database.insert('quantity_samples', {
          data_id: pk,
          quantity: random.between(kind.low, kind.high) / kind.scale,
        });
      }
    }
  }

  #category(database: OpenDatabase, pk: number, start: number, index: number): void {
    const sleep = index % 20 === 9;
    this.#sample(database, pk, start, start + (sleep ? 5400 : 60), sleep ? SLEEP : STAND, sleep ? 'sleep' : 'stand');
    database.insert('category_samples', { data_id: pk, value: sleep ? index % 6 : 0 });
  }

  #workout(database: OpenDatabase, pk: number, start: number, duration: number): void {
    this.#sample(database, pk, start, start + duration, WORKOUT, 'workouts');
    const activity = [37, 13, 52][pk % 3] ?? 37;
    const distance = Math.floor(duration * 2.5);
    database.insert('workouts', { data_id: pk, total_distance: distance, duration, activity_type: activity });
    const uuid = this.#world.stream(`workout/${pk}`).bytes(16);
    const common = {
      is_primary_activity: 1,
      activity_type: activity,
      location_type: 3,
      start_date: start,
      end_date: start + duration,
    };
    const row = database.insert('workout_activities', { uuid, owner_id: pk, ...common, duration });
    database.insert('workout_statistics', { workout_activity_id: row, data_type: 8, quantity: distance });
  }

  #sample(database: OpenDatabase, pk: number, start: number, end: number, type: number, name: string): void {
    database.insert('samples', { data_id: pk, start_date: start, end_date: end, data_type: type });
    this.#count(name);
    this.#count('samples');
  }

  #count(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }
}
