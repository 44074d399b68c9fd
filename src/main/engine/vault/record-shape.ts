/**
 * Is a value a snapshot record beyond doubt? The same rules as `snapshotRecordSchema`, written out: a list of a thousand
 * versions is shown while a schema is still warming up. What fails here is asked of the schema, which says why.
 */

type Check = (value: unknown) => boolean;

const HASH = /^[0-9a-f]{64}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MOST_TEXT = 4096;
const MOST_CATALOGS = 64;
const MOST_SEQUENCE = 99_999_999;

const isString: Check = (value) => typeof value === 'string';
const isText: Check = (value) => typeof value === 'string' && value.length <= MOST_TEXT;
const isBoolean: Check = (value) => typeof value === 'boolean';
const isHash: Check = (value) => typeof value === 'string' && HASH.test(value);
const isUuid: Check = (value) => typeof value === 'string' && UUID.test(value);
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const is =
  (wanted: unknown): Check =>
  (value) =>
    value === wanted;
const listOf =
  (check: Check, least = 0, most = Number.POSITIVE_INFINITY): Check =>
  (value) =>
    Array.isArray(value) && value.length >= least && value.length <= most && value.every(check);
const objectOf =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isPlain(value) && Object.entries(fields).every(([name, check]) => check(value[name]));

const FIELDS: Readonly<Record<string, Check>> = {
  format: is('backstop-snapshot'),
  version: is(1),
  vault: isUuid,
  device: (value) => typeof value === 'string' && value.length >= 1 && value.length <= 128,
  seq: (value) => Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= MOST_SEQUENCE,
  parent: (value) => value === null || isHash(value),
  session: isUuid,
  writer: isUuid,
  started: isString,
  finished: isString,
  kind: is('complete'),
  udid: isText,
  name: isText,
  model: isText,
  ios: isText,
  encrypted: isBoolean,
  full: isBoolean,
  statusUUID: isText,
  statusDate: isString,
  catalogs: listOf(
    objectOf({ hash: isHash, size: isCount, kind: (value) => value === 'full' || value === 'delta' }),
    1,
    MOST_CATALOGS,
  ),
  root: isHash,
  files: isCount,
  bytes: isCount,
  newBytes: isCount,
  packsAdded: listOf(isHash),
  notSent: (value) => value === undefined || listOf(objectOf({ path: isText, reason: isText }))(value),
  verified: objectOf({ level: isString, at: isString }),
};
const NAMES = Object.keys(FIELDS);
const CHECKS = Object.entries(FIELDS);

/** True only for what the schema takes, with no key that it would leave out. */
export function isPlainRecord(value: unknown): boolean {
  if (!isPlain(value)) return false;
  for (const key in value) if (!NAMES.includes(key)) return false;
  for (const [name, check] of CHECKS) if (!check(value[name])) return false;
  return true;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
