import { z } from 'zod';
import { coverageResultSchema, searchResultSchema, usageResultSchema } from '../browse.ts';
import { bytes, count, jobId, mediaToken, placeToken, snapshotId, time, versionRef } from './common.ts';
import { procedure } from './procedure.ts';

/**
 * Looking into a version. Every question names the version; the engine keeps the ones that were asked last open, and forgets
 * what it decrypted when it is locked. Lists come a page at a time: `after` is the `next` of the page before.
 */

/** Kinds as the kinds column of ux.md § 10 has them. Photos and videos are two views of one library. */
export const browseKind = z.enum([
  'photos',
  'videos',
  'messages',
  'whatsapp',
  'notes',
  'contacts',
  'calendar',
  'reminders',
  'calls',
  'voicemail',
  'voice-memos',
  'safari',
  'health',
  'apps',
  'files',
]);
export type BrowseKind = z.infer<typeof browseKind>;

/** Something to show or play. The type is from a fixed list; what is not on it can only be saved to a folder. */
export const media = z.object({
  token: mediaToken,
  type: z.enum(['image', 'video', 'audio']),
  /** A small picture of it; null: there is none, and none can be made. */
  thumb: mediaToken.nullable(),
});
export type Media = z.infer<typeof media>;

export const file = z.object({
  name: z.string(),
  bytes: bytes.nullable(),
  /** `here`: its bytes are in this version. */
  state: z.enum(['here', 'only-in-icloud', 'missing']),
  media: media.nullable(),
});
export type FileView = z.infer<typeof file>;

export const photo = z.object({
  id: z.string(),
  type: z.enum(['photo', 'video', 'unknown']),
  variant: z.string().nullable(),
  name: z.string().nullable(),
  takenAt: time.nullable(),
  /** Seconds east of UTC where it was taken. */
  offsetSeconds: z.number().int().nullable(),
  width: count.nullable(),
  height: count.nullable(),
  durationSeconds: z.number().nonnegative().nullable(),
  bytes: bytes.nullable(),
  state: z.enum(['here', 'only-in-icloud', 'missing']),
  isFavourite: z.boolean(),
  isHidden: z.boolean(),
  isLive: z.boolean(),
  isEdited: z.boolean(),
  isScreenshot: z.boolean(),
  isTrashed: z.boolean(),
  place: z.object({ latitude: z.number(), longitude: z.number() }).nullable(),
  /** The picture as its owner last saw it: after edits. */
  media: media.nullable(),
  /** The film of a Live Photo. */
  live: media.nullable(),
});
export type PhotoView = z.infer<typeof photo>;

export const chat = z.object({
  id: z.string(),
  title: z.string(),
  isGroup: z.boolean(),
  people: z.array(z.string()),
  service: z.string().nullable(),
  messages: count,
  lastAt: time.nullable(),
  lastText: z.string().nullable(),
  isArchived: z.boolean(),
});
export type ChatView = z.infer<typeof chat>;

/** One balloon, of Messages or WhatsApp. */
export const message = z.object({
  id: z.string(),
  kind: z.enum(['message', 'event']),
  isFromMe: z.boolean(),
  sender: z.string().nullable(),
  sentAt: time.nullable(),
  text: z.string().nullable(),
  /** There are words that could not be read. */
  isUndecodable: z.boolean(),
  isUnsent: z.boolean(),
  /** Earlier wordings, oldest first. */
  edits: z.array(z.object({ text: z.string().nullable(), at: time.nullable() })),
  attachments: z.array(file.extend({ transcript: z.string().nullable() })),
  /** Now standing reactions: an emoji or a name of Apple's, and who. */
  reactions: z.array(z.object({ what: z.string(), by: z.string().nullable(), isFromMe: z.boolean() })),
  replyTo: z.object({ id: z.string(), text: z.string().nullable() }).nullable(),
  /** A link preview or an app's balloon. Its address is shown, never followed by the page. */
  app: z.object({ name: z.string().nullable(), title: z.string().nullable(), url: z.string().nullable() }).nullable(),
  /** Of an event: what happened, with its names. */
  event: z.object({ what: z.string(), who: z.string().nullable(), title: z.string().nullable() }).nullable(),
  service: z.string().nullable(),
});
export type MessageView = z.infer<typeof message>;

const labelled = z.object({ label: z.string().nullable(), value: z.string() });
export const contact = z.object({
  id: z.string(),
  name: z.string().nullable(),
  organisation: z.string().nullable(),
  jobTitle: z.string().nullable(),
  nickname: z.string().nullable(),
  phones: z.array(labelled),
  emails: z.array(labelled),
  urls: z.array(labelled),
  addresses: z.array(labelled),
  dates: z.array(labelled),
  related: z.array(labelled),
  profiles: z.array(labelled),
  birthday: z.string().nullable(),
  note: z.string().nullable(),
  groups: z.array(z.string()),
  /** The account that keeps it; null: this phone only. */
  account: z.string().nullable(),
  photo: media.nullable(),
  modifiedAt: time.nullable(),
});
export type ContactView = z.infer<typeof contact>;

export const note = z.object({
  id: z.string(),
  title: z.string().nullable(),
  /** The first words, for lists. */
  preview: z.string(),
  state: z.enum(['text', 'empty', 'locked', 'unreadable']),
  folder: z.string().nullable(),
  account: z.string().nullable(),
  createdAt: time.nullable(),
  modifiedAt: time.nullable(),
  isPinned: z.boolean(),
  isTrashed: z.boolean(),
  attachments: count,
});
export type NoteView = z.infer<typeof note>;

/** A note's text as runs of plain styles: nothing in it is HTML, and links are shown, not followed. */
export const noteBlock = z.object({
  type: z.enum([
    'title',
    'heading',
    'subheading',
    'body',
    'monospaced',
    'dash',
    'bullet',
    'number',
    'check',
    'attachment',
    'table',
  ]),
  indent: z.number().int().min(0).max(20),
  isDone: z.boolean().nullable(),
  runs: z.array(
    z.object({
      text: z.string(),
      isBold: z.boolean(),
      isItalic: z.boolean(),
      isUnderlined: z.boolean(),
      isStruckThrough: z.boolean(),
      link: z.string().nullable(),
    }),
  ),
  file: file.nullable(),
  table: z.array(z.array(z.string())).nullable(),
});
export type NoteBlock = z.infer<typeof noteBlock>;

export const event = z.object({
  id: z.string(),
  title: z.string().nullable(),
  startAt: time.nullable(),
  endAt: time.nullable(),
  isAllDay: z.boolean(),
  timeZone: z.string().nullable(),
  location: z.string().nullable(),
  notes: z.string().nullable(),
  url: z.string().nullable(),
  calendar: z.string().nullable(),
  account: z.string().nullable(),
  repeats: z.enum(['daily', 'weekly', 'monthly', 'yearly']).nullable(),
  people: z.array(z.string()),
});
export type EventView = z.infer<typeof event>;

export const reminder = z.object({
  id: z.string(),
  title: z.string().nullable(),
  notes: z.string().nullable(),
  list: z.string().nullable(),
  dueAt: time.nullable(),
  isDone: z.boolean(),
});

export const call = z.object({
  id: z.string(),
  name: z.string().nullable(),
  address: z.string().nullable(),
  at: time.nullable(),
  durationSeconds: z.number().nonnegative().nullable(),
  isOutgoing: z.boolean(),
  isAnswered: z.boolean().nullable(),
  /** "FaceTime", "WhatsApp"; null: the telephone. */
  service: z.string().nullable(),
  isVideo: z.boolean(),
});
export type CallView = z.infer<typeof call>;

/** A voicemail or a voice memo. */
export const recording = z.object({
  id: z.string(),
  title: z.string().nullable(),
  at: time.nullable(),
  durationSeconds: z.number().nonnegative().nullable(),
  isTrashed: z.boolean(),
  transcript: z.string().nullable(),
  file,
});
export type RecordingView = z.infer<typeof recording>;

export const page = z.object({
  id: z.string(),
  kind: z.enum(['bookmark', 'reading-list', 'visit', 'tab']),
  title: z.string().nullable(),
  url: z.string(),
  folder: z.string().nullable(),
  at: time.nullable(),
});
export type PageView = z.infer<typeof page>;

export const healthKind = z.object({
  id: z.string(),
  name: z.string().nullable(),
  samples: count,
  firstAt: time.nullable(),
  lastAt: time.nullable(),
});

export const app = z.object({
  id: z.string(),
  name: z.string().nullable(),
  version: z.string().nullable(),
  bytes: bytes.nullable(),
  documentBytes: bytes.nullable(),
  files: count,
  domains: z.array(z.string()),
});
export type AppView = z.infer<typeof app>;

export const fileEntry = z.object({
  domain: z.string(),
  path: z.string(),
  name: z.string(),
  kind: z.enum(['domain', 'folder', 'file', 'symlink', 'unknown']),
  bytes: bytes.nullable(),
  files: count.nullable(),
  modifiedAt: time.nullable(),
  protectionClass: z.number().int().nullable(),
  target: z.string().nullable(),
  media: media.nullable(),
});
export type FileEntry = z.infer<typeof fileEntry>;

/** A page of one kind, told apart by `kind`. */
export const itemsPage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('photos'), items: z.array(photo) }),
  z.object({ kind: z.literal('videos'), items: z.array(photo) }),
  z.object({ kind: z.literal('messages'), items: z.array(message) }),
  z.object({ kind: z.literal('whatsapp'), items: z.array(message) }),
  z.object({ kind: z.literal('notes'), items: z.array(note) }),
  z.object({ kind: z.literal('contacts'), items: z.array(contact) }),
  z.object({ kind: z.literal('calendar'), items: z.array(event) }),
  z.object({ kind: z.literal('reminders'), items: z.array(reminder) }),
  z.object({ kind: z.literal('calls'), items: z.array(call) }),
  z.object({ kind: z.literal('voicemail'), items: z.array(recording) }),
  z.object({ kind: z.literal('voice-memos'), items: z.array(recording) }),
  z.object({ kind: z.literal('safari'), items: z.array(page) }),
  z.object({ kind: z.literal('health'), items: z.array(healthKind) }),
  z.object({ kind: z.literal('apps'), items: z.array(app) }),
  z.object({ kind: z.literal('files'), items: z.array(fileEntry) }),
]);
export type ItemsPage = z.infer<typeof itemsPage>;

const unreadable = z.array(z.object({ what: z.string(), reason: z.string() }));
const text = z.string().max(200);

export const browseFilter = z.strictObject({
  /** Words in what the kind is searched by. */
  text: text.optional(),
  /** Photos: album; messages and WhatsApp: chat; notes: folder; contacts: account; safari: kind; files: domain. */
  group: z.string().max(2048).optional(),
  /** Files: the folder in the domain, "" for its top. */
  folder: z.string().max(4096).optional(),
  only: z
    .enum(['favourites', 'hidden', 'trashed', 'screenshots', 'live', 'edited', 'only-in-icloud', 'with-attachments'])
    .optional(),
  from: time.optional(),
  to: time.optional(),
  sort: z.enum(['newest', 'oldest', 'largest', 'name']).optional(),
});
export type BrowseFilter = z.infer<typeof browseFilter>;

export const browseProcedures = {
  /** Kinds with their counts, as far as they are counted: for the kinds column. */
  'browse.kinds': procedure(
    versionRef,
    z.object({
      kinds: z.array(
        z.object({
          kind: browseKind,
          count: count.nullable(),
          state: z.enum(['present', 'absent', 'only-if-encrypted', 'partial', 'unknown']),
        }),
      ),
    }),
  ),
  'browse.items': procedure(
    z.strictObject({
      ...versionRef.shape,
      kind: browseKind,
      filter: browseFilter,
      /** Only what the newest version of the phone no longer has. */
      gone: z.boolean(),
      /** Start with the place of this item, to jump to it. */
      around: z.string().max(2048).nullable(),
      /** The `next` of the page before; or, to jump, the place to begin at as a decimal number: lists of a version stay. */
      after: z.string().max(2048).nullable(),
      limit: z.number().int().min(1).max(500),
    }),
    z.object({
      page: itemsPage,
      total: count,
      /** The place of the first item of this page in the whole list. */
      offset: count,
      next: z.string().nullable(),
      isPresent: z.boolean(),
      unreadable,
    }),
  ),
  /**
   * How many items of a kind there are for each day (photos) or month, newest first, so that a wall of them can be laid
   * out and jumped through before its pages are there.
   */
  'browse.days': procedure(
    z.strictObject({
      ...versionRef.shape,
      kind: z.enum(['photos', 'videos']),
      filter: browseFilter,
      gone: z.boolean(),
    }),
    z.object({ days: z.array(z.object({ day: z.string(), count })), total: count }),
  ),
  'browse.chats': procedure(
    z.strictObject({
      ...versionRef.shape,
      kind: z.enum(['messages', 'whatsapp']),
      text: text.nullable(),
      gone: z.boolean(),
    }),
    z.object({ chats: z.array(chat), isPresent: z.boolean(), unreadable }),
  ),
  /** Albums, note folders, accounts, calendars: what a list can be narrowed to. */
  'browse.groups': procedure(
    z.strictObject({ ...versionRef.shape, kind: browseKind }),
    z.object({ groups: z.array(z.object({ id: z.string(), title: z.string(), count: count.nullable() })) }),
  ),
  'browse.note': procedure(
    z.strictObject({ ...versionRef.shape, id: z.string().max(2048) }),
    z.object({ note, blocks: z.array(noteBlock) }),
  ),
  /** In which versions of the phone an item is. */
  'browse.where': procedure(
    z.strictObject({ ...versionRef.shape, kind: browseKind, id: z.string().max(2048) }),
    z.object({
      versions: z.array(
        z.object({ snapshot: snapshotId, at: time, state: z.enum(['present', 'changed', 'absent', 'unknown']) }),
      ),
    }),
  ),
  /** All kinds at once, in one version. */
  'browse.search': procedure(
    z.strictObject({ ...versionRef.shape, text: text.min(1), limit: z.number().int().min(1).max(200) }),
    searchResultSchema.omit({ type: true }),
  ),
  'browse.coverage': procedure(versionRef, coverageResultSchema.omit({ type: true })),
  'browse.usage': procedure(versionRef, usageResultSchema.omit({ type: true })),
  /** Items as files into a folder. `ids` null: everything that the filter shows. */
  'browse.export': procedure(
    z.strictObject({
      ...versionRef.shape,
      kind: browseKind,
      filter: browseFilter,
      /** With `ids` null: only what the newest version of the phone no longer has. */
      gone: z.boolean().optional(),
      ids: z.array(z.string().max(2048)).max(100_000).nullable(),
      format: z.string().max(20).nullable(),
      place: placeToken,
    }),
    z.object({ job: jobId }),
  ),
  /** Two versions of one phone; the job's result is asked for with `compare.kinds` and `compare.items`. */
  'compare.start': procedure(z.strictObject({ older: versionRef, newer: versionRef }), z.object({ job: jobId })),
  'compare.kinds': procedure(
    z.strictObject({ job: jobId }),
    z.object({
      kinds: z.array(
        z.object({
          kind: z.string(),
          added: count,
          changed: count,
          gone: count,
          addedBytes: bytes.nullable(),
          goneBytes: bytes.nullable(),
          /** False: one of the two could not be read whole; nothing follows from what is missing. */
          isCertain: z.boolean(),
        }),
      ),
      /** Of the photos that are gone: how many are in the newer version's Recently Deleted. */
      inTrash: count,
      unreadable,
    }),
  ),
  'compare.items': procedure(
    z.strictObject({
      job: jobId,
      kind: z.string().max(40),
      change: z.enum(['added', 'changed', 'gone']),
      after: z.string().max(40).nullable(),
      limit: z.number().int().min(1).max(500),
    }),
    z.object({
      items: z.array(
        z.object({
          id: z.string(),
          title: z.string().nullable(),
          at: time.nullable(),
          bytes: bytes.nullable(),
          media: media.nullable(),
        }),
      ),
      total: count,
      next: z.string().nullable(),
    }),
  ),
  /** What is gone, taken out of the older version into a folder. `kind` null: all kinds. */
  'compare.export': procedure(
    z.strictObject({ job: jobId, kind: z.string().max(40).nullable(), place: placeToken }),
    z.object({ job: jobId }),
  ),
} as const;
