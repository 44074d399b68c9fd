import { encodePlist, type PlistDict } from '../../../engine/formats/plist/index.ts';
import type { Random } from '../random.ts';
import type { OpenDatabase } from './scratch-database.ts';

/** Column names by type, separated by blanks. Core Data adds Z_PK, Z_ENT and Z_OPT itself. */
export interface EntityColumns {
  readonly integer?: string;
  readonly timestamp?: string;
  readonly float?: string;
  readonly varchar?: string;
  readonly blob?: string;
}

/** The table Core Data makes for an entity. */
export function entityTable(name: string, columns: EntityColumns): string {
  const parts = ['Z_PK INTEGER PRIMARY KEY', 'Z_ENT INTEGER', 'Z_OPT INTEGER'];
  for (const type of ['integer', 'timestamp', 'float', 'varchar', 'blob'] as const) {
    for (const column of columns[type]?.split(/\s+/).filter((word) => word !== '') ?? []) {
      parts.push(`${column} ${type.toUpperCase()}`);
    }
  }
  return `CREATE TABLE ${name} (${parts.join(', ')})`;
}

/** An entity of the model: its number differs between models, readers must look it up in Z_PRIMARYKEY. */
export interface Entity {
  readonly number: number;
  readonly name: string;
  /** Number of the entity it inherits from; it shares that one's table. */
  readonly parent?: number;
  /** The table, given on the root of each family. */
  readonly table?: string;
}

export const coreDataTables: readonly string[] = [
  'CREATE TABLE Z_PRIMARYKEY (Z_ENT INTEGER PRIMARY KEY, Z_NAME VARCHAR, Z_SUPER INTEGER, Z_MAX INTEGER)',
  'CREATE TABLE Z_METADATA (Z_VERSION INTEGER PRIMARY KEY, Z_UUID VARCHAR(255), Z_PLIST BLOB)',
  'CREATE TABLE Z_MODELCACHE (Z_CONTENT BLOB)',
];

/** Fills the bookkeeping tables of a new store. */
export function describeStore(database: OpenDatabase, random: Random, entities: readonly Entity[]): void {
  for (const entity of entities) {
    database.insert('Z_PRIMARYKEY', {
      Z_ENT: entity.number,
      Z_NAME: entity.name,
      Z_SUPER: entity.parent ?? 0,
      Z_MAX: 0,
    });
  }
  const hashes: Record<string, Buffer> = {};
  for (const entity of entities) hashes[entity.name] = random.bytes(32);
  const metadata: PlistDict = {
    NSPersistenceFrameworkVersion: 1419,
    NSPersistenceMaximumFrameworkVersion: 1419,
    NSStoreModelVersionHashes: hashes,
    NSStoreModelVersionHashesVersion: 3,
    NSStoreModelVersionIdentifiers: [''],
    NSStoreType: 'SQLite',
    _NSAutoVacuumLevel: '2',
  };
  const plist = encodePlist(metadata, 'binary');
  database.insert('Z_METADATA', { Z_VERSION: 1, Z_UUID: random.uuid(), Z_PLIST: plist });
  database.insert('Z_MODELCACHE', { Z_CONTENT: random.bytes(512) });
}

/** Brings Z_MAX of each table's root entity up to the highest key given out; it never goes down, as keys are not used twice. */
export function updatePrimaryKeys(database: OpenDatabase, entities: readonly Entity[]): void {
  for (const { number, table } of entities) {
    if (table === undefined) continue;
    const highest = `(SELECT IFNULL(MAX(Z_PK), 0) FROM ${table})`;
    database.run(`UPDATE Z_PRIMARYKEY SET Z_MAX = MAX(Z_MAX, ${highest}) WHERE Z_ENT = ${number}`);
  }
}
