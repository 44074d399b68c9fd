import type { Person } from '../../people.ts';
import type { StoredFile } from '../../storage/tree.ts';

export type Service = 'iMessage' | 'SMS' | 'RCS';

export interface Handle {
  readonly pk: number;
  readonly id: string;
  readonly service: Service;
}

export interface Conversation {
  readonly pk: number;
  readonly guid: string;
  readonly identifier: string;
  readonly group: boolean;
  readonly service: Service;
  readonly people: readonly Person[];
  readonly handles: readonly Handle[];
  displayName: string;
}

export type AttachmentType = 'photo' | 'video' | 'audio' | 'document' | 'contact' | 'preview' | 'sticker';

export interface AttachmentPlan {
  readonly type: AttachmentType;
  readonly weight: number;
  /** In iCloud only: the row has no file name. */
  readonly missing: boolean;
}

/** What is special about a message. */
export type Shape =
  | 'text'
  | 'reply'
  | 'tapback'
  | 'emojiTapback'
  | 'tapbackRemoved'
  | 'sticker'
  | 'edited'
  | 'unsent'
  | 'attachment'
  | 'album'
  | 'audio'
  | 'link'
  | 'mention'
  | 'effect'
  | 'spam'
  | 'deleted'
  | 'participant'
  | 'rename'
  | 'orphan'
  | 'twoChats'
  | 'subject';

export interface MessagePlan {
  readonly index: number;
  readonly shape: Shape;
  readonly attachments: readonly AttachmentPlan[];
}

export interface Attachment {
  readonly pk: number;
  readonly guid: string;
  readonly type: AttachmentType;
  readonly transferName: string;
  /** As in the database, `~/Library/…`; null when not downloaded. */
  readonly filename: string | null;
  readonly bytes: number;
  readonly file: StoredFile | null;
}

export interface Message {
  readonly pk: number;
  readonly guid: string;
  readonly shape: Shape;
  readonly conversations: readonly Conversation[];
  readonly fromMe: boolean;
  readonly sender: Person | null;
  readonly service: Service;
  /** Unix seconds. */
  readonly date: number;
  /** As shown; null when there is nothing to show (unsent, or only an attachment). */
  text: string | null;
  /** Is the text in `text`, or only in `attributedBody`? */
  readonly textColumn: boolean;
  readonly bodyColumn: boolean;
  readonly target: Message | null;
  readonly tapbackType: number;
  readonly tapbackEmoji: string | null;
  /** Earlier texts, oldest first, with their dates; empty when never edited. */
  versions: { readonly text: string; readonly date: number }[];
  dateEdited: number | null;
  readonly attachments: readonly Attachment[];
  readonly groupTitle: string | null;
}
