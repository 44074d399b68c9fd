/** Messages of a backup: chats, texts, attachments, tapbacks, edits, and what was deleted recently. */
export { HandleBook, normaliseHandle } from './handles.ts';
export { MessageArchive, type PageRequest, type SentAttachment } from './message-archive.ts';
export { currentTapbacks } from './tapbacks.ts';
export type {
  AppBalloon,
  AttachmentState,
  Chat,
  EditedPart,
  Message,
  MessageAttachment,
  MessageCounts,
  MessageEvent,
  MessageEventKind,
  MessagePart,
  Tapback,
  TapbackKind,
  TextSpan,
} from './types.ts';
