import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { createDurably, readSmallFile, type VaultIo } from './io/index.ts';
import { canonicalLine } from './layout/canonical.ts';
import { isIgnoredName, type VaultPaths } from './layout/names.ts';

/**
 * Facts that come after a record: append-only, mergeable files `events/<utc>-<writer>-<sha256>.json`. Order between
 * computers comes from what events refer to, never from their names. Kinds that are not known are kept and passed over.
 */

export const EVENT_FORMAT = 'backstop-event';
const MAX_EVENT_BYTES = 4 * 1024 * 1024;
const EVENT_NAME = /^(\d{8}T\d{9}Z)-([0-9a-f]{8})-([0-9a-f]{64})\.json$/;
const READERS = 16;

const head = {
  format: z.literal(EVENT_FORMAT),
  version: z.literal(1),
  vault: z.string().max(64),
  writer: z.string().max(64),
  at: z.string().max(64),
  /** The snapshot it is about, with its device folder and number, so that numbers are never used twice. */
  record: z.string().max(64).nullable(),
  device: z.string().max(128).nullable(),
  seq: z.number().int().nonnegative().nullable(),
};

const verifiedSchema = z.object({
  ...head,
  kind: z.literal('verified'),
  level: z.string().max(32),
  ok: z.boolean(),
  opened: z.boolean(),
  checked: z.number().int().nonnegative(),
  problems: z.number().int().nonnegative(),
});
const damagedSchema = z.object({
  ...head,
  kind: z.literal('damaged'),
  reason: z.string().max(4096),
  /** Names of packs, objects and catalogs (SHA-256, hex) whose bytes are wrong or gone. */
  files: z.array(z.string().max(64)),
  objects: z.array(z.string().max(64)),
});
const unknownSchema = z.looseObject({
  format: z.literal(EVENT_FORMAT),
  kind: z.string(),
  seq: z.number().nullish(),
  device: z.string().nullish(),
});

const knownSchema = z.discriminatedUnion('kind', [verifiedSchema, damagedSchema]);

type Stamped = 'format' | 'version' | 'vault' | 'writer' | 'at';
export type VerifiedEvent = Readonly<z.infer<typeof verifiedSchema>>;
export type DamagedEvent = Readonly<z.infer<typeof damagedSchema>>;
export type VaultEvent = VerifiedEvent | DamagedEvent;
/** What the caller says; the vault adds who and when. */
export type NewEvent = Omit<VerifiedEvent, Stamped> | Omit<DamagedEvent, Stamped>;

export interface EventList {
  /** In order of their times, then names. */
  readonly events: readonly VaultEvent[];
  /** Of kinds that a later version writes. */
  readonly unknown: ReadonlyArray<{
    readonly file: string;
    readonly kind: string;
    readonly device: string | null;
    readonly seq: number;
  }>;
  readonly unreadable: ReadonlyArray<{ readonly file: string; readonly reason: string }>;
}

export async function writeEvent(
  io: VaultIo,
  paths: VaultPaths,
  facts: NewEvent,
  stamp: { readonly vault: string; readonly writer: string; readonly at: Date },
): Promise<VaultEvent> {
  const at = stamp.at.toISOString();
  const event: VaultEvent = knownSchema.parse({
    format: EVENT_FORMAT,
    version: 1,
    vault: stamp.vault,
    writer: stamp.writer,
    at,
    ...facts,
  });
  const bytes = canonicalLine(event);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const name = `${at.replace(/[-:.]/g, '')}-${stamp.writer.slice(0, 8)}-${sha256}.json`;
  const folder = paths.folder('events');
  await createDurably(io, join(paths.folder('tmp'), `event-${sha256}.${process.pid}`), join(folder, name), bytes);
  return event;
}

export async function listEvents(io: VaultIo, paths: VaultPaths): Promise<EventList> {
  const folder = paths.folder('events');
  const names = (await io.readdir(folder))
    .filter((item) => item.kind === 'file' && !isIgnoredName(item.name))
    .map((item) => item.name)
    .sort();
  const events: VaultEvent[] = [];
  const unknown: Array<{ file: string; kind: string; device: string | null; seq: number }> = [];
  const unreadable: Array<{ file: string; reason: string }> = [];
  const waiting = names.entries();
  const read = async (file: string): Promise<void> => {
    const match = EVENT_NAME.exec(file);
    if (match === null) return;
    const bytes = await readSmallFile(io, join(folder, file), MAX_EVENT_BYTES);
    if (bytes === null) return;
    if (createHash('sha256').update(bytes).digest('hex') !== match[3]) {
      unreadable.push({ file, reason: 'its bytes do not match the SHA-256 in its name' });
      return;
    }
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    const known = knownSchema.safeParse(value);
    if (known.success) {
      events.push(known.data);
      return;
    }
    const loose = unknownSchema.safeParse(value);
    if (!loose.success) unreadable.push({ file, reason: 'it is not understood' });
    else unknown.push({ file, kind: loose.data.kind, device: loose.data.device ?? null, seq: loose.data.seq ?? 0 });
  };
  const worker = async (): Promise<void> => {
    for (const [, name] of waiting) {
      try {
        await read(name);
      } catch (error) {
        unreadable.push({ file: name, reason: error instanceof Error ? error.message : String(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: READERS }, worker));
  events.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return { events, unknown, unreadable };
}
