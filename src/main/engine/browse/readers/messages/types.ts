import type { BackupFile } from '../../source/types.ts';

/** What Messages holds, as a person would tell it. Times are Unix milliseconds, null where not known. */

export interface Chat {
  /** The chat's GUID, "iMessage;-;+15550100": the same in every version of the phone, as long as iOS keeps the chat. */
  readonly id: string;
  readonly rowId: number;
  /** As somebody named it; null for most one-to-one chats, whose title is the name of the other person. */
  readonly name: string | null;
  /** Phone number or e-mail of the other one; of groups an internal name. */
  readonly identifier: string | null;
  /** Handles: phone numbers and e-mail addresses, without the owner. */
  readonly participants: readonly string[];
  /** Null: the database does not tell. */
  readonly isGroup: boolean | null;
  /** "iMessage", "SMS", "RCS". */
  readonly service: string | null;
  readonly isArchived: boolean | null;
  /** Messages as people count them: without tapbacks, events and what was deleted. */
  readonly messageCount: number;
  /** What waits under "Recently Deleted". */
  readonly deletedCount: number;
  readonly lastMs: number | null;
}

export type TapbackKind =
  | 'love'
  | 'like'
  | 'dislike'
  | 'laugh'
  | 'emphasise'
  | 'question'
  | 'emoji'
  | 'sticker'
  | 'unknown';

/** Somebody's reaction to a message; a row of its own in the database. */
export interface Tapback {
  /** GUID of the reaction's own row. */
  readonly id: string;
  readonly kind: TapbackKind;
  /** Takes an earlier one of the same kind back. */
  readonly isRemoval: boolean;
  /** Of kind "emoji". */
  readonly emoji: string | null;
  readonly targetId: string;
  /** The part of the message it is about; null: all of it. */
  readonly targetPart: number | null;
  readonly isFromMe: boolean;
  readonly sender: string | null;
  readonly atMs: number | null;
  /** The picture of a sticker. */
  readonly attachments: readonly MessageAttachment[];
}

export type AttachmentState =
  /** Its bytes are in the backup. */
  | 'present'
  /** Its bytes are in the backup as a folder of files. */
  | 'folder'
  /** The phone had not downloaded it: at best it is in iCloud. */
  | 'not-downloaded'
  /** The phone says it had it, but the backup does not have it. */
  | 'missing';

export interface MessageAttachment {
  /** The attachment's GUID. */
  readonly id: string;
  readonly rowId: number;
  /** As the sender's phone named the file. */
  readonly name: string | null;
  readonly mimeType: string | null;
  readonly uti: string | null;
  /** As the backup's index says, else as Messages says, which may be wrong. */
  readonly sizeBytes: number | null;
  readonly isSticker: boolean;
  /** Made by the phone to show a link or an app's balloon; nobody sent it as a file. */
  readonly isPreview: boolean;
  readonly state: AttachmentState;
  readonly file: BackupFile | null;
}

export interface TextSpan {
  /** UTF-16 units within the part's text. */
  readonly start: number;
  readonly length: number;
  /** The handle of a person that is mentioned. */
  readonly mention: string | null;
  /** As sent; not safe to follow unchecked. */
  readonly link: string | null;
  readonly isBold: boolean;
  readonly isItalic: boolean;
  readonly isUnderlined: boolean;
  readonly isStruckThrough: boolean;
}

/** The pieces of a message in the order in which they stand. `part` is what tapbacks and edits count by. */
export type MessagePart =
  | { readonly kind: 'text'; readonly part: number; readonly text: string; readonly spans: readonly TextSpan[] }
  | {
      readonly kind: 'attachment';
      readonly part: number;
      readonly attachmentId: string;
      /** What the phone heard in an audio message. */
      readonly transcript: string | null;
    };

export interface EditedPart {
  readonly part: number;
  /** Oldest first, the last is the current one; a text of null cannot be decoded. */
  readonly versions: readonly { readonly text: string | null; readonly atMs: number | null }[];
}

export type MessageEventKind =
  | 'participant-added'
  | 'participant-removed'
  | 'participant-left'
  | 'renamed'
  | 'photo-changed'
  | 'photo-removed'
  | 'location-sharing'
  | 'audio-kept'
  | 'shareplay'
  | 'unknown';

export interface MessageEvent {
  readonly kind: MessageEventKind;
  /** Who was added or removed; null for other events. */
  readonly handle: string | null;
  /** The group's new name. */
  readonly title: string | null;
}

export interface AppBalloon {
  readonly bundleId: string;
  readonly title: string | null;
  readonly subtitle: string | null;
  /** As sent; not safe to follow unchecked. */
  readonly url: string | null;
  readonly appName: string | null;
}

export interface Message {
  /** The message's GUID; "row:12" for rows that have none. */
  readonly id: string;
  readonly rowId: number;
  /** A message may be in several chats, or in none. */
  readonly chatIds: readonly string[];
  readonly kind: 'message' | 'reaction' | 'event';
  readonly isFromMe: boolean;
  /** Handle of who wrote it; null for the owner's own and where it is not known. */
  readonly sender: string | null;
  readonly service: string | null;
  readonly sentMs: number | null;
  readonly deliveredMs: number | null;
  readonly readMs: number | null;
  readonly subject: string | null;
  /** The words, without the places of attachments; parts on lines of their own. Null: no words. */
  readonly text: string | null;
  /** There are words, but they cannot be read; `text` is null. */
  readonly isUndecodable: boolean;
  readonly parts: readonly MessagePart[];
  readonly attachments: readonly MessageAttachment[];
  /** What it answers. */
  readonly replyTo: { readonly messageId: string; readonly part: number | null } | null;
  /** Of kind "reaction". */
  readonly reaction: Tapback | null;
  /** Reactions to this message, oldest first, removals too; see `currentTapbacks`. */
  readonly tapbacks: readonly Tapback[];
  readonly editedMs: number | null;
  readonly edits: readonly EditedPart[];
  readonly unsentParts: readonly number[];
  /** All of it was taken back. */
  readonly isUnsent: boolean;
  readonly event: MessageEvent | null;
  readonly app: AppBalloon | null;
  readonly isAudio: boolean;
  /** "com.apple.MobileSMS.expressivesend.loud" and the like. */
  readonly effect: string | null;
  readonly isSpam: boolean;
  readonly isRecentlyDeleted: boolean;
  readonly deletedMs: number | null;
}

export interface MessageCounts {
  /** Ordinary messages, also those that are in no chat; without recently deleted ones. */
  readonly messages: number;
  readonly recentlyDeleted: number;
  readonly reactions: number;
  readonly events: number;
  /** All rows of the table. */
  readonly rows: number;
  readonly newestMs: number | null;
}
