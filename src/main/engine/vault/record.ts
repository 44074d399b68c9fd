import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalLine } from './layout/canonical.ts';
import { isPlainRecord } from './record-shape.ts';

/**
 * The snapshot record: one line of JSON whose appearance under its final name is the commit.
 *
 * File: `snapshots/<device>/<seq, 8 digits>-<SHA-256 of the file's bytes>.json`. Keys stand in the order of the
 * schema below; unknown keys of a later writer are kept out of what we write and do no harm when read.
 */

export const RECORD_FORMAT = 'backstop-snapshot';
export const RECORD_VERSION = 1;
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;
export const MAX_SEQUENCE = 99_999_999;

const hashText = z.string().regex(/^[0-9a-f]{64}$/);
const uuidText = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
const count = z.number().int().nonnegative();
const text = z.string().max(4096);

export const catalogReferenceSchema = z.object({
  hash: hashText,
  size: count,
  kind: z.enum(['full', 'delta']),
});
export type CatalogReference = Readonly<z.infer<typeof catalogReferenceSchema>>;

export const snapshotRecordSchema = z.object({
  format: z.literal(RECORD_FORMAT),
  version: z.literal(RECORD_VERSION),
  vault: uuidText,
  /** Name of the folder that holds this device's records. */
  device: z.string().min(1).max(128),
  seq: z.number().int().min(1).max(MAX_SEQUENCE),
  /** SHA-256 of the record this one was built upon, or that came before a full one; null for the first. */
  parent: hashText.nullable(),
  session: uuidText,
  /** Installation that wrote it. */
  writer: uuidText,
  started: z.string(),
  finished: z.string(),
  kind: z.literal('complete'),
  udid: text,
  name: text,
  model: text,
  ios: text,
  encrypted: z.boolean(),
  /** True: the phone sent everything, nothing was taken over from the parent. */
  full: z.boolean(),
  statusUUID: text,
  /** The phone's own clock, ISO 8601 UTC: orders the versions of a phone. */
  statusDate: z.string(),
  /** The full catalog first, then the deltas in order. */
  catalogs: z.array(catalogReferenceSchema).min(1).max(64),
  root: hashText,
  /** Payloads (rows of `entry`), and the logical bytes of these and of the top files. */
  files: count,
  bytes: count,
  /** Raw bytes of the objects that this run added to the vault. */
  newBytes: count,
  packsAdded: z.array(hashText),
  /** Files that the phone said it could not send. */
  notSent: z.array(z.object({ path: text, reason: text })).optional(),
  /** What had been checked before the commit. */
  verified: z.object({ level: z.string(), at: z.string() }),
});
export type SnapshotRecord = Readonly<z.infer<typeof snapshotRecordSchema>>;

const RECORD_NAME = /^(\d{8})-([0-9a-f]{64})\.json$/;

export interface EncodedRecord {
  readonly bytes: Buffer;
  /** SHA-256 (hex) of the bytes: the snapshot's id. */
  readonly id: string;
  readonly fileName: string;
}

export function encodeRecord(record: SnapshotRecord): EncodedRecord {
  const bytes = canonicalLine(snapshotRecordSchema.parse(record));
  const id = createHash('sha256').update(bytes).digest('hex');
  return { bytes, id, fileName: `${String(record.seq).padStart(8, '0')}-${id}.json` };
}

/** Sequence and id that a file name claims; null when it is no record's name. */
export function parseRecordName(fileName: string): { readonly seq: number; readonly id: string } | null {
  const match = RECORD_NAME.exec(fileName);
  if (match === null) return null;
  return { seq: Number(match[1]), id: match[2] as string };
}

export type ParsedRecord =
  | { readonly ok: true; readonly record: SnapshotRecord }
  | { readonly ok: false; readonly reason: string };

/** A record is what its name says or it is unreadable: hash, sequence and vault must agree. */
export function parseRecord(bytes: Buffer, claimed: { seq: number; id: string }, vaultId: string): ParsedRecord {
  const id = createHash('sha256').update(bytes).digest('hex');
  if (id !== claimed.id) return { ok: false, reason: 'its bytes do not match the SHA-256 in its name' };
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    return { ok: false, reason: 'it is not JSON' };
  }
  const parsed = isPlainRecord(value)
    ? { success: true as const, data: value as SnapshotRecord }
    : snapshotRecordSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return {
      ok: false,
      reason: `its field ${issue?.path.join('.') ?? '?'} is not understood: ${issue?.message ?? ''}`,
    };
  }
  if (parsed.data.seq !== claimed.seq) return { ok: false, reason: 'its sequence number is not the one in its name' };
  if (parsed.data.vault !== vaultId) return { ok: false, reason: 'it belongs to another vault' };
  return { ok: true, record: parsed.data };
}
