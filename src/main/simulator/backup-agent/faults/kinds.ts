import { z } from 'zod';
import { HOSTILE_NAMES, type HostileName } from './hostile-names.ts';

/**
 * What can go wrong inside a conversation of the backup service. A fault of a message names one (`at.message`), a fault
 * of a file one of the files that are uploaded (`at.file`), all others are about a whole conversation.
 */
const count = z.number().int().nonnegative();
const REQUESTS = ['Backup', 'Restore', 'ChangePassword'] as const;
const request = z.enum(REQUESTS).optional();

/**
 * A message by its number (1 is the first after the host's request), by its name with or without `DLMessage`, or by its
 * label (README). `index`: the how-many-th with that name in this conversation.
 */
export const messagePlace = z.strictObject({
  message: z.union([z.number().int().positive(), z.string().min(1)]),
  index: z.number().int().positive().optional(),
  request,
});

/** A payload by its number in this conversation (from 1), by a part of `domain-relativePath`, or `*`. */
export const filePlace = z.strictObject({
  file: z.union([z.number().int().positive(), z.string().min(1)]),
  /** After so many bytes of its payload, as stored. */
  bytes: count.default(0),
  request,
});

export const conversationPlace = z.strictObject({ request });

/** Before the message is sent, when it is (with its files), or when the host's answer has been read. */
const when = z.enum(['before', 'sent', 'answered']).default('before');
const how = z.enum(['close', 'reset']).default('close');
const ms = z.number().positive().nullable().default(null);
const reattachAfterMs = z.number().nonnegative().nullable().default(null);
/** After bytes that no host can understand: wait until it leaves, leave at once, or go on as if nothing were. */
const afterwards = z.enum(['wait', 'drop', 'continue']).default('wait');
const noiseLength = z
  .number()
  .int()
  .positive()
  .max(1 << 20)
  .default(64);
const anyLength = z.number().int().nonnegative().max(0xffff_ffff);
const code = z.number().int().min(-1000).max(100_000);

export const messageFault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('drop'), how, when }),
  z.strictObject({ kind: z.literal('stall'), ms, when }),
  z.strictObject({ kind: z.literal('detach'), reattachAfterMs, when }),
  z.strictObject({ kind: z.literal('garbage'), length: noiseLength, afterwards }),
  z.strictObject({ kind: z.literal('wrong-length'), length: anyLength.default(0xffff_ffff), afterwards }),
  z.strictObject({ kind: z.literal('slow'), segment: z.number().int().positive().default(1) }),
  z.strictObject({ kind: z.literal('error'), code: code.default(104), text: z.string().optional() }),
  z.strictObject({ kind: z.literal('disconnect') }),
  z.strictObject({ kind: z.literal('ping') }),
  z.strictObject({ kind: z.literal('unknown-message'), name: z.string().default('DLMessageFromTheFuture') }),
  /** A frame that is a property list and no message. */
  z.strictObject({ kind: z.literal('no-message'), afterwards }),
  z.strictObject({ kind: z.literal('cancel-request') }),
  z.strictObject({
    kind: z.literal('hostile-name'),
    in: z
      .enum(['upload', 'move-from', 'move-to', 'remove', 'create', 'list', 'download', 'copy-from', 'copy-to'])
      .default('upload'),
    name: z.string().optional(),
    /** The other end of a move or copy; otherwise something harmless. */
    other: z.string().optional(),
    preset: z.enum(Object.keys(HOSTILE_NAMES) as [HostileName, ...HostileName[]]).optional(),
  }),
]);

export const fileFault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('drop'), how }),
  z.strictObject({ kind: z.literal('stall'), ms }),
  z.strictObject({ kind: z.literal('detach'), reattachAfterMs }),
  z.strictObject({ kind: z.literal('garbage'), length: noiseLength, afterwards }),
  z.strictObject({
    kind: z.literal('wrong-length'),
    field: z.enum(['device-name', 'host-name', 'block']).default('block'),
    length: anyLength.default(0x7fff_ffff),
    afterwards,
  }),
  z.strictObject({
    kind: z.literal('unreadable'),
    code: z.union([z.literal(0x0b), z.literal(0x06)]).default(0x0b),
    text: z.string().default('The operation couldn’t be completed. Permission denied'),
    /** Does Manifest.db name the file all the same? */
    keepRow: z.boolean().default(false),
    /** Does the phone end with this error afterwards? */
    thenError: code.nullable().default(null),
  }),
  z.strictObject({ kind: z.literal('late-error-code'), text: z.string().default('') }),
  z.strictObject({ kind: z.literal('duplicate') }),
  z.strictObject({ kind: z.literal('empty-name') }),
  z.strictObject({ kind: z.literal('zero-block'), afterwards }),
  z.strictObject({ kind: z.literal('empty-blocks'), count: z.number().int().positive().default(3) }),
  z.strictObject({
    kind: z.literal('unknown-block'),
    code: z.number().int().min(1).max(255).default(0x7f),
    length: noiseLength,
  }),
  z.strictObject({ kind: z.literal('missing-payload'), noticed: z.boolean().default(false) }),
  z.strictObject({ kind: z.literal('size-lie'), by: z.number().int().default(-1) }),
  z.strictObject({ kind: z.literal('wrong-digest') }),
  z.strictObject({ kind: z.literal('wrong-key') }),
]);

export const conversationFault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('old-device-link'), major: z.number().int().default(300) }),
  z.strictObject({ kind: z.literal('hello-error'), code: code.default(1) }),
  z.strictObject({ kind: z.literal('xml') }),
  z.strictObject({ kind: z.literal('reals-as-integers') }),
  z.strictObject({ kind: z.literal('extra-elements') }),
  z.strictObject({ kind: z.literal('files-spelling') }),
  z.strictObject({
    kind: z.literal('progress'),
    shape: z.enum(['backwards', 'negative', 'zero', 'huge', 'nan']).default('backwards'),
  }),
  z.strictObject({ kind: z.literal('block-size'), bytes: z.number().int().positive().default(1) }),
  z.strictObject({ kind: z.literal('low-space'), requiredBytes: count.default(Number.MAX_SAFE_INTEGER) }),
  z.strictObject({ kind: z.literal('orphan-payload'), count: z.number().int().positive().default(1) }),
  z.strictObject({ kind: z.literal('status-state'), state: z.string().default('uploading') }),
  z.strictObject({ kind: z.literal('snapshot-left') }),
  z.strictObject({
    kind: z.literal('bad-manifest'),
    what: z.enum(['garbage', 'empty', 'cut-off', 'missing']).default('garbage'),
  }),
  z.strictObject({ kind: z.literal('no-response'), how: z.enum(['close', 'disconnect']).default('close') }),
]);

export type MessageFault = z.infer<typeof messageFault>;
export type FileFault = z.infer<typeof fileFault>;
export type ConversationFault = z.infer<typeof conversationFault>;
export type RequestName = (typeof REQUESTS)[number];
