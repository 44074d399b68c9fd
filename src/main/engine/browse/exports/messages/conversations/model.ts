import type { BackupFile } from '../../../source/types.ts';

/**
 * A conversation as a person sees it, wherever it comes from. Every form of export (pages, text, JSON, PDF) is made from
 * this and knows no database. Times are Unix milliseconds, null where not known.
 */

export interface Person {
  /** Phone number, e-mail address or WhatsApp's id. */
  readonly id: string;
  /** Null: nobody in the contacts. */
  readonly name: string | null;
}

export interface Conversation {
  readonly id: string;
  readonly app: 'Messages' | 'WhatsApp';
  readonly title: string;
  /** "iMessage", "SMS". */
  readonly service: string | null;
  readonly isGroup: boolean;
  /** Without the owner. */
  readonly people: readonly Person[];
  /** Entries, also events. */
  readonly length: number;
  readonly lastMs: number | null;
  /** Oldest first; may be gone through more than once. */
  entries(): Iterable<Entry>;
}

/** Who wrote: the owner, somebody, or nobody that is known. */
export type Author = 'me' | Person | null;

export interface Entry {
  readonly id: string;
  readonly atMs: number | null;
  /** An event ("Anna left") has its words in `pieces` and stands in the middle. */
  readonly kind: 'message' | 'event';
  readonly author: Author;
  /** "SMS" and the like, where messages of one conversation differ. */
  readonly service: string | null;
  readonly pieces: readonly Piece[];
  readonly replyTo: Quote | null;
  readonly reactions: readonly Reaction[];
  /** Earlier wordings, oldest first, without the current one. */
  readonly earlier: readonly { readonly text: string | null; readonly atMs: number | null }[];
  readonly isEdited: boolean;
  readonly deliveredMs: number | null;
  readonly readMs: number | null;
  /** What else is to be said: "Unsent", "Recently deleted", "Starred". */
  readonly marks: readonly string[];
}

export type Piece =
  | { readonly kind: 'text'; readonly text: string; readonly spans: readonly Span[] }
  | { readonly kind: 'file'; readonly file: ConversationFile }
  | {
      readonly kind: 'link';
      readonly title: string | null;
      readonly subtitle: string | null;
      /** As sent; not safe to follow unchecked. */
      readonly url: string | null;
      readonly app: string | null;
      /** Pictures that the phone fetched for it, without names or types. */
      readonly previews: readonly ConversationFile[];
    }
  | { readonly kind: 'place'; readonly name: string | null; readonly latitude: number; readonly longitude: number }
  | { readonly kind: 'contact'; readonly name: string | null; readonly vcard: string }
  /** In place of something that cannot be shown: "This message was unsent". */
  | { readonly kind: 'remark'; readonly text: string };

/** UTF-16 units within the text; in order, not over each other. */
export interface Span {
  readonly start: number;
  readonly length: number;
  readonly link: string | null;
  readonly isMention: boolean;
  readonly isBold: boolean;
  readonly isItalic: boolean;
  readonly isUnderlined: boolean;
  readonly isStruckThrough: boolean;
}

export interface Quote {
  readonly id: string;
  readonly author: Author;
  /** Its first words; null when it has none or is not there any more. */
  readonly text: string | null;
}

export interface Reaction {
  readonly author: Author;
  /** An emoji, or null for a sticker. */
  readonly emoji: string | null;
}

export interface ConversationFile {
  readonly id: string;
  readonly name: string;
  readonly mimeType: string | null;
  readonly sizeBytes: number | null;
  readonly isSticker: boolean;
  /** `folder`: several files together, such as a bundle. */
  readonly state: 'present' | 'folder' | 'not-downloaded' | 'missing';
  /** Looked up only when they are taken out. */
  files(): readonly BackupFile[];
}

/** Whose handle it is; null for nobody that is known. */
export type NameOf = (handle: string) => string | null;
