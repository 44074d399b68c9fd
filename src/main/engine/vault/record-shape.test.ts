import { describe, expect, it } from 'vitest';
import { snapshotRecordSchema } from './record.ts';
import { isPlainRecord } from './record-shape.ts';

const HASH = 'ab'.repeat(32);
const UUID = '01234567-89ab-4cde-8f01-23456789abcd';
const record = {
  format: 'backstop-snapshot',
  version: 1,
  vault: UUID,
  device: 'phone-0123abcd',
  seq: 7,
  parent: HASH,
  session: UUID,
  writer: UUID,
  started: '2026-11-23T10:00:00.000Z',
  finished: '2026-11-23T10:05:00.000Z',
  kind: 'complete',
  udid: '00008101-000A11112222001E',
  name: 'iPhone',
  model: 'iPhone13,2',
  ios: '26.1',
  encrypted: true,
  full: false,
  statusUUID: UUID,
  statusDate: '2026-11-23T10:00:00.000Z',
  catalogs: [{ hash: HASH, size: 4096, kind: 'full' }],
  root: HASH,
  files: 3,
  bytes: 1000,
  newBytes: 10,
  packsAdded: [HASH],
  notSent: [{ path: 'a', reason: 'b' }],
  verified: { level: 'presence', at: '2026-11-23T10:05:00.000Z' },
};
const STRANGE: readonly unknown[] = [
  undefined,
  null,
  true,
  -1,
  0,
  0.5,
  1,
  2 ** 53,
  Number.NaN,
  '',
  'x',
  'x'.repeat(4097),
  'x'.repeat(129),
  HASH,
  HASH.toUpperCase(),
  UUID,
  'complete',
  'delta',
  [],
  [null],
  [HASH, 1],
  {},
  { hash: HASH },
  [{ hash: HASH, size: 1, kind: 'full' }],
  [{ hash: HASH, size: 1, kind: 'full', more: 1 }],
  Array.from({ length: 65 }, () => ({ hash: HASH, size: 1, kind: 'delta' })),
  [{ path: 'x', reason: 1 }],
  { level: 'x' },
  { level: 'x', at: 'y' },
];

describe('the shape of a record', () => {
  it('takes a record as it is written', () => {
    expect(isPlainRecord(record)).toBe(true);
    const { notSent: _notSent, ...short } = record;
    expect(isPlainRecord(short)).toBe(true);
    expect(isPlainRecord({ ...record, parent: null })).toBe(true);
  });

  it('never takes what the schema refuses, in any field', () => {
    for (const name of Object.keys(record)) {
      for (const value of STRANGE) {
        const changed = { ...record, [name]: value };
        const bySchema = snapshotRecordSchema.safeParse(changed).success;
        if (isPlainRecord(changed)) expect(bySchema, `${name}: ${JSON.stringify(value)}`).toBe(true);
      }
    }
  });

  it('takes all that the schema takes whole, so that no list waits for it', () => {
    for (const name of Object.keys(record)) {
      for (const value of STRANGE) {
        const changed = { ...record, [name]: value };
        const parsed = snapshotRecordSchema.safeParse(changed);
        const isWhole = parsed.success && JSON.stringify(parsed.data) === JSON.stringify(changed);
        if (isWhole) expect(isPlainRecord(changed), `${name}: ${JSON.stringify(value)}`).toBe(true);
      }
    }
  });

  it('leaves what has keys of a later writer to the schema', () => {
    expect(isPlainRecord({ ...record, colour: 'red' })).toBe(false);
    for (const odd of STRANGE) expect(isPlainRecord(odd)).toBe(false);
  });
});
