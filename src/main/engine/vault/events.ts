import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { createDurably, readSmallFile, type VaultIo } from './io/index.ts';
import { canonicalLine } from './layout/canonical.ts';
import { isIgnoredName, type VaultPaths } from './layout/names.ts';
import { MAX_SEQUENCE } from './record.ts';

/**
 * Facts that come after a record: append-only, mergeable files `events/<utc>-<writer>-<sha256>.json`. Order between
 * computers comes from what events refer to, never from their names. Kinds that are not known are kept and passed over.
 */

export const EVENT_FORMAT = 'backstop-event';
const MAX_EVENT_BYTES = 4 * 1024 * 1024;
const EVENT_NAME = /^(\d{8}T\d{9}Z)-([0-9a-f]{8})-([0-9a-f]{64})\.json$/;
/** It becomes part of a path: one folder, which leads nowhere else. */
const DEVICE_NAME = /^[A-Za-z0-9-]{1,128}$/;
const READERS = 16;

const head = {
  format: z.literal(EVENT_FORMAT),
  version: z.literal(1),
  vault: z.string().max(64),
  writer: z.string().max(64),
  at: z.string().max(64),
  /** The snapshot it is about, with its device folder and number, so that numbers are never used twice. */
  record: z.string().max(64).nullable(),
  device: z.string().regex(DEVICE_NAME).nullable(),
  seq: z.number().int().nonnegative().max(MAX_SEQUENCE).nullable(),
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
const eventIds = z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(10_000);
/** The version leaves the list. Its record stays where it is until the forgetting expires: 30 days in the store's time. */
const forgetSchema = z.object({ ...head, kind: z.literal('forget'), by: z.enum(['owner', 'retention']) });
/** Takes back the forgettings that it names, and no other. */
const unforgetSchema = z.object({ ...head, kind: z.literal('unforget'), forgets: eventIds });
/** The forgetting's undo time ends now: the owner emptied the trash, or room was needed. */
const expireSchema = z.object({ ...head, kind: z.literal('expire'), forgets: eventIds });
/**
 * Kept whatever any rule says, also against a forgetting. `until` takes nothing away by itself: it is when whoever applies
 * the rules of retention may take the pin back.
 */
const pinSchema = z.object({
  ...head,
  kind: z.literal('pin'),
  until: z.string().max(64).nullable().optional(),
  reason: z.string().max(200).nullable().optional(),
});
const unpinSchema = z.object({ ...head, kind: z.literal('unpin'), pins: eventIds });
/** The owner's words about a version; empty words take the note away. Stands in place of the notes that it names. */
const noteSchema = z.object({ ...head, kind: z.literal('note'), text: z.string().max(10_000), replaces: eventIds });
/** Bytes were read again: files whose names begin with `from` … `to`, last looked at not before `at`. */
const scrubSchema = z.object({
  ...head,
  kind: z.literal('scrub'),
  startedAt: z.string().max(64),
  files: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
  problems: z.number().int().nonnegative(),
  coverage: z
    .array(
      z.object({
        folder: z.enum(['packs', 'objects', 'catalogs']),
        from: z.string().max(64),
        to: z.string().max(64),
        at: z.string().max(64),
      }),
    )
    .max(10_000),
  /** Which copy of the vault was read; null or missing: nobody could tell. */
  place: z.string().max(64).nullable().optional(),
});
/** How the vault thins out its versions; stands in place of the earlier ones that it names. */
const retentionSchema = z.object({
  ...head,
  kind: z.literal('retention'),
  policy: z.record(z.string().max(64), z.json()),
  replaces: eventIds,
});
/** The damage that these events tell of was healed: every object that it concerned was found whole, or made so. */
const repairedSchema = z.object({ ...head, kind: z.literal('repaired'), repairs: eventIds });
const unknownSchema = z.looseObject({
  format: z.literal(EVENT_FORMAT),
  kind: z.string(),
  seq: z.number().int().max(MAX_SEQUENCE).nullish(),
  device: z.string().regex(DEVICE_NAME).nullish(),
  vault: z.string().max(64),
});

const knownSchema = z.discriminatedUnion('kind', [
  verifiedSchema,
  damagedSchema,
  forgetSchema,
  unforgetSchema,
  expireSchema,
  pinSchema,
  unpinSchema,
  noteSchema,
  scrubSchema,
  retentionSchema,
  repairedSchema,
]);

type Stamped = 'format' | 'version' | 'vault' | 'writer' | 'at';
type KnownEvent = Readonly<z.infer<typeof knownSchema>>;
type EventOf<Kind extends KnownEvent['kind']> = Extract<KnownEvent, { readonly kind: Kind }>;
/** An event as it stands in the vault: `id` is the SHA-256 (hex) of its file, by which others refer to it. */
export type VaultEvent = KnownEvent & { readonly id: string; readonly file: string };
export type VerifiedEvent = EventOf<'verified'>;
export type DamagedEvent = Extract<VaultEvent, { readonly kind: 'damaged' }>;
type Unstamped<Event> = Event extends unknown ? Omit<Event, Stamped> : never;
/** What the caller says; the vault adds who and when. */
export type NewEvent = Unstamped<KnownEvent>;

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
  const event = knownSchema.parse({
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
  return { ...event, id: sha256, file: name };
}

/** All events of the vault; another vault's, carried here by hand, say nothing about it. `memory` holds those that were read before: a file's name carries its hash, so it never changes. */
export async function listEvents(
  io: VaultIo,
  paths: VaultPaths,
  vaultId: string,
  memory = new Map<string, VaultEvent>(),
): Promise<EventList> {
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
    const remembered = memory.get(file);
    if (remembered !== undefined) {
      events.push(remembered);
      return;
    }
    const bytes = await readSmallFile(io, join(folder, file), MAX_EVENT_BYTES);
    if (bytes === null) return;
    if (createHash('sha256').update(bytes).digest('hex') !== match[3]) {
      unreadable.push({ file, reason: 'its bytes do not match the SHA-256 in its name' });
      return;
    }
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    const known = knownSchema.safeParse(value);
    if (known.success) {
      if (known.data.vault !== vaultId) {
        unreadable.push({ file, reason: 'it belongs to another vault' });
        return;
      }
      const event = { ...known.data, id: match[3] as string, file };
      memory.set(file, event);
      events.push(event);
      return;
    }
    const loose = unknownSchema.safeParse(value);
    if (!loose.success) unreadable.push({ file, reason: 'it is not understood' });
    else if (loose.data.vault !== vaultId) unreadable.push({ file, reason: 'it belongs to another vault' });
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
  events.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.file < b.file ? -1 : 1));
  return { events, unknown, unreadable };
}
