import { readAppPayload, readSummaryInfo, type SummaryInfo } from '../../../formats/message-parts/index.ts';
import type { UnreadableList } from '../reading.ts';
import { blobOf, cocoaMs, cocoaNsMs, numberOf, textOf } from '../tolerant-table.ts';
import { BOUNDED_NAMES } from './tables.ts';
import { isReaction, ORDINARY_TYPES, parseTarget, tapbackKind } from './tapbacks.ts';
import { readBody } from './text-parts.ts';
import type {
  AppBalloon,
  EditedPart,
  Message,
  MessageAttachment,
  MessageEvent,
  MessageEventKind,
  Tapback,
} from './types.ts';

export type MessageRow = Readonly<Record<string, unknown>>;

/** What stands in other tables about a message. */
export interface Around {
  readonly chatIds: readonly string[];
  readonly attachments: readonly MessageAttachment[];
  readonly tapbacks: readonly Tapback[];
  readonly deleted: { readonly atMs: number | null } | null;
  /** The handle with this number; undefined when there is no such row. */
  handle(rowId: number): string | undefined;
}

/** One row as a message. What of it cannot be read is null and is named in `unreadable`. */
export function decodeMessage(row: MessageRow, around: Around, unreadable: UnreadableList): Message {
  const rowId = numberOf(row['rowId']) ?? 0;
  const id = guidOf(row);
  const problem = (reason: string): void => unreadable.add(`sms.db, message ${id}`, reason);
  for (const name of BOUNDED_NAMES) {
    if (row[name] === null && row[`${name}Bytes`] !== null)
      problem(`${name} is larger than any real one and was not read`);
  }
  const isFromMe = numberOf(row['isFromMe']) === 1;
  const associatedType = numberOf(row['associatedType']);
  const itemType = numberOf(row['itemType']) ?? 0;
  const isTapback = isReaction(associatedType);
  // Newer releases use numbers beyond the tapbacks for things that are no messages, such as votes.
  const isOrdinary = itemType === 0 && (associatedType === null || ORDINARY_TYPES.includes(associatedType));
  const summary = readSummary(blobOf(row['summary']), problem);
  const text = wordsOf(row['text']);
  const body = readBody(
    text,
    blobOf(row['body']),
    around.attachments.filter(({ isPreview }) => !isPreview).map((attachment) => attachment.id),
    textOf(row['balloon']) !== null,
  );
  if (body.problem !== null) problem(body.problem);
  const sender = isFromMe ? null : senderOf(row, around, problem);
  const unsentParts = summary?.unsentParts ?? [];
  const thread = textOf(row['threadGuid']);
  return {
    id,
    rowId,
    chatIds: around.chatIds,
    kind: isTapback ? 'reaction' : isOrdinary ? 'message' : 'event',
    isFromMe,
    sender,
    service: textOf(row['service']),
    sentMs: cocoaNsMs(row['date']),
    deliveredMs: cocoaNsMs(row['dateDelivered']),
    readMs: cocoaNsMs(row['dateRead']),
    subject: textOf(row['subject']) || null,
    text: body.text,
    isUndecodable: body.isUndecodable,
    parts: body.parts,
    attachments: around.attachments,
    replyTo: thread === null || thread === '' ? null : { messageId: thread, part: threadPart(row['threadPart']) },
    reaction: isTapback ? decodeTapback(row, sender, around.attachments) : null,
    tapbacks: around.tapbacks,
    editedMs: cocoaNsMs(row['dateEdited']),
    edits: editsOf(summary),
    unsentParts,
    isUnsent: unsentParts.length > 0 && body.text === null && !body.isUndecodable && around.attachments.length === 0,
    event: isTapback || isOrdinary ? null : decodeEvent(itemType, row, around),
    app: decodeBalloon(row, problem),
    isAudio: numberOf(row['isAudio']) === 1,
    effect: textOf(row['effect']) || null,
    isSpam: numberOf(row['isSpam']) === 1,
    isRecentlyDeleted: around.deleted !== null,
    deletedMs: around.deleted?.atMs ?? null,
  };
}

export function guidOf(row: MessageRow): string {
  return textOf(row['guid']) || `row:${numberOf(row['rowId']) ?? 0}`;
}

/** Null when the row reacts to nothing that can be named. */
export function decodeTapback(
  row: MessageRow,
  sender: string | null,
  attachments: readonly MessageAttachment[],
): Tapback | null {
  const target = parseTarget(textOf(row['associatedGuid']));
  if (target === null) return null;
  return {
    id: guidOf(row),
    ...tapbackKind(numberOf(row['associatedType']) ?? 0),
    emoji: textOf(row['associatedEmoji']) || null,
    targetId: target.messageId,
    targetPart: target.part,
    isFromMe: numberOf(row['isFromMe']) === 1,
    sender,
    atMs: cocoaNsMs(row['date']),
    attachments,
  };
}

/** The column is text; some tools and old phones left bytes in it. */
function wordsOf(value: unknown): string | null {
  return textOf(value) ?? blobOf(value)?.toString('utf8') ?? null;
}

function senderOf(row: MessageRow, around: Around, problem: (reason: string) => void): string | null {
  const handleId = numberOf(row['handleId']) ?? 0;
  if (handleId === 0) return null;
  const handle = around.handle(handleId);
  if (handle === undefined) problem('its sender is not in the database');
  return handle ?? null;
}

function readSummary(bytes: Uint8Array | null, problem: (reason: string) => void): SummaryInfo | null {
  if (bytes === null || bytes.length === 0) return null;
  try {
    return readSummaryInfo(bytes);
  } catch {
    problem('what it says of edits is damaged');
    return null;
  }
}

function editsOf(summary: SummaryInfo | null): readonly EditedPart[] {
  return (summary?.edits ?? []).map(({ part, versions }) => ({
    part,
    // Without the places of attachments, as `text` is.
    versions: versions.map(({ text, cocoaSeconds }) => ({
      text: text?.replaceAll('\ufffc', '') ?? null,
      atMs: cocoaMs(cocoaSeconds),
    })),
  }));
}

/** "p:loc:len": only the part is of use. */
function threadPart(value: unknown): number | null {
  const match = /^(\d{1,4}):/.exec(textOf(value) ?? '')?.[1];
  return match === undefined ? null : Number(match);
}

function decodeEvent(itemType: number, row: MessageRow, around: Around): MessageEvent {
  const kind = eventKind(itemType, numberOf(row['groupAction']) ?? 0);
  const other = numberOf(row['otherHandle']) ?? 0;
  return {
    kind,
    handle: other === 0 ? null : (around.handle(other) ?? null),
    title: kind === 'renamed' ? textOf(row['groupTitle']) : null,
  };
}

/** 1 and 2 are certain; 3 to 6 are what people who decode sms.db agree on. */
function eventKind(itemType: number, action: number): MessageEventKind {
  switch (itemType) {
    case 1:
      return action === 1 ? 'participant-removed' : action === 0 ? 'participant-added' : 'unknown';
    case 2:
      return 'renamed';
    case 3:
      return action === 0
        ? 'participant-left'
        : action === 1
          ? 'photo-changed'
          : action === 2
            ? 'photo-removed'
            : 'unknown';
    case 4:
      return 'location-sharing';
    case 5:
      return 'audio-kept';
    case 6:
      return 'shareplay';
    default:
      return 'unknown';
  }
}

function decodeBalloon(row: MessageRow, problem: (reason: string) => void): AppBalloon | null {
  const bundleId = textOf(row['balloon']) ?? '';
  if (bundleId === '') return null;
  const payload = blobOf(row['payload']);
  // Handwriting and drawings are no property lists; their pictures are attachments.
  if (payload === null || payload.toString('latin1', 0, 6) !== 'bplist') return emptyBalloon(bundleId);
  try {
    return { bundleId, ...readAppPayload(payload) };
  } catch {
    problem('what its app or link says is damaged');
    return emptyBalloon(bundleId);
  }
}

function emptyBalloon(bundleId: string): AppBalloon {
  return { bundleId, title: null, subtitle: null, url: null, appName: null };
}
