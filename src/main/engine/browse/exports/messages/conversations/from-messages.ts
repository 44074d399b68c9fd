import {
  type Chat,
  currentTapbacks,
  type Message,
  type MessageArchive,
  type MessageAttachment,
  type MessagePart,
  type Tapback,
} from '../../../readers/messages/index.ts';
import type { Author, Conversation, ConversationFile, Entry, NameOf, Person, Piece, Quote, Reaction } from './model.ts';

const EMOJI: Readonly<Record<Tapback['kind'], string | null>> = {
  love: '❤️',
  like: '👍',
  dislike: '👎',
  laugh: '😂',
  emphasise: '‼️',
  question: '❓',
  emoji: null,
  sticker: null,
  unknown: null,
};
const EFFECTS: ReadonlyMap<string, string> = new Map([
  ['impact', 'Slam'],
  ['loud', 'Loud'],
  ['gentle', 'Gentle'],
  ['invisibleink', 'Invisible Ink'],
]);
const MAX_EXCERPT = 160;
const MAX_QUOTES = 500;
const LINKS = 'com.apple.messages.URLBalloonProvider';

/** The title where a chat has none: who is in it. */
export function chatTitle(chat: Pick<Chat, 'name' | 'participants' | 'identifier' | 'id'>, nameOf: NameOf): string {
  if (chat.name !== null && chat.name.trim() !== '') return chat.name;
  const names = chat.participants.map((handle) => nameOf(handle) ?? handle);
  return names.length > 0 ? names.join(', ') : (chat.identifier ?? chat.id);
}

/** All conversations, the latest first, and at the end the messages that are in none, where there are such. */
export function messagesConversations(archive: MessageArchive, nameOf: NameOf): readonly Conversation[] {
  const conversations = archive.chats().map((chat) => messagesConversation(archive, chat, nameOf));
  return archive.length(null) === 0 ? conversations : [...conversations, messagesConversation(archive, null, nameOf)];
}

/** A chat of Messages; null: the messages that are in no chat. */
export function messagesConversation(archive: MessageArchive, chat: Chat | null, nameOf: NameOf): Conversation {
  const id = chat?.id ?? null;
  const adapter = new MessagesAdapter(archive, chat, nameOf);
  return {
    id: id ?? 'none',
    app: 'Messages',
    title: chat === null ? 'Messages without a conversation' : chatTitle(chat, nameOf),
    service: chat?.service ?? null,
    isGroup: chat === null || chat.isGroup === true,
    people: (chat?.participants ?? []).map((handle) => ({ id: handle, name: nameOf(handle) })),
    length: archive.length(id),
    lastMs: chat?.lastMs ?? null,
    *entries() {
      for (const message of archive.conversation(id)) yield adapter.entry(message);
    },
  };
}

class MessagesAdapter {
  readonly #archive: MessageArchive;
  readonly #chat: Chat | null;
  readonly #nameOf: NameOf;
  /** The last messages that were answered: a thread answers the same one many times. */
  readonly #quotes = new Map<string, Quote>();

  constructor(archive: MessageArchive, chat: Chat | null, nameOf: NameOf) {
    this.#archive = archive;
    this.#chat = chat;
    this.#nameOf = nameOf;
  }

  entry(message: Message): Entry {
    const isMessage = message.kind === 'message';
    const shown = currentTapbacks(message.tapbacks);
    return {
      id: message.id,
      atMs: message.sentMs,
      kind: isMessage ? 'message' : 'event',
      author: this.#author(message),
      service: message.service === (this.#chat?.service ?? null) ? null : message.service,
      pieces: isMessage
        ? [...this.#pieces(message), ...this.#stickers(shown)]
        : [{ kind: 'remark', text: this.#eventText(message) }],
      replyTo: message.replyTo === null ? null : this.#quote(message.replyTo.messageId),
      reactions: shown.map((tapback) => this.#reaction(tapback)),
      earlier: message.edits.flatMap(({ versions }) => versions.slice(0, -1)),
      isEdited: message.edits.length > 0 || (message.editedMs !== null && message.unsentParts.length === 0),
      deliveredMs: message.deliveredMs,
      readMs: message.isFromMe ? message.readMs : null,
      marks: marksOf(message),
    };
  }

  #author({ isFromMe, sender }: Pick<Message, 'isFromMe' | 'sender'>): Author {
    if (isFromMe) return 'me';
    return sender === null ? null : this.#person(sender);
  }

  #person(handle: string): Person {
    return { id: handle, name: this.#nameOf(handle) };
  }

  #pieces(message: Message): readonly Piece[] {
    const pieces: Piece[] = [];
    const app = message.app;
    const isLink = app?.bundleId.includes(LINKS) === true;
    if (message.subject !== null)
      pieces.push({ kind: 'text', text: message.subject, spans: [wholeBold(message.subject)] });
    pieces.push(...this.#partPieces(message, isLink));
    if (app !== null && (isLink || app.title !== null || app.url !== null || app.appName !== null)) {
      const url = app.url ?? (isLink ? message.text?.trim() || null : null);
      const previews = message.attachments.filter(({ isPreview }) => isPreview).map((one) => this.#file(one));
      pieces.push({ kind: 'link', title: app.title, subtitle: app.subtitle, url, app: app.appName, previews });
    } else if (app !== null && pieces.length === 0)
      pieces.push({ kind: 'remark', text: `Sent with an app (${appId(app.bundleId)})` });
    if (message.isUndecodable) pieces.push({ kind: 'remark', text: 'The text of this message cannot be decoded' });
    if (message.unsentParts.length > 0) {
      pieces.push({
        kind: 'remark',
        text: message.isUnsent ? 'This message was unsent' : 'A part of this message was unsent',
      });
    }
    if (pieces.length === 0) pieces.push({ kind: 'remark', text: 'A message without content' });
    return pieces;
  }

  #partPieces({ parts, attachments, text, app }: Message, isLink: boolean): readonly Piece[] {
    const known = new Map(attachments.map((attachment) => [attachment.id, attachment]));
    const words = text?.trim() ?? '';
    return parts.flatMap((part): readonly Piece[] => {
      if (part.kind === 'attachment') {
        const file = this.#piece(part, known, app !== null);
        const heard = part.transcript === null ? [] : [{ kind: 'remark' as const, text: `“${part.transcript}”` }];
        return file === null ? heard : [file, ...heard];
      }
      // A link's card says its address; words that say anything else stand beside it.
      if (isLink && part.text.trim() === words && words === (app?.url ?? words)) return [];
      const piece = this.#piece(part, known, app !== null);
      return piece === null ? [] : [piece];
    });
  }

  #piece(part: MessagePart, attachments: ReadonlyMap<string, MessageAttachment>, hasBalloon: boolean): Piece | null {
    if (part.kind === 'text') {
      const spans = part.spans.map(({ mention, ...span }) => ({ ...span, isMention: mention !== null }));
      return part.text.trim() === '' ? null : { kind: 'text', text: part.text, spans };
    }
    const attachment = attachments.get(part.attachmentId);
    if (attachment === undefined) {
      // The place of an app's balloon is named like an attachment.
      return hasBalloon ? null : { kind: 'remark', text: 'An attachment that the database does not know' };
    }
    return attachment.isPreview ? null : { kind: 'file', file: this.#file(attachment) };
  }

  /** Stickers that were put on the message stand below it. */
  #stickers(shown: readonly Tapback[]): readonly Piece[] {
    return shown.flatMap(({ kind, attachments }) =>
      kind === 'sticker'
        ? attachments.map((one) => ({ kind: 'file' as const, file: { ...this.#file(one), isSticker: true } }))
        : [],
    );
  }

  #file(attachment: MessageAttachment): ConversationFile {
    const { id, name, mimeType, sizeBytes, isSticker, state } = attachment;
    const files = () => this.#archive.filesOf(attachment);
    return { id, name: name ?? 'Attachment', mimeType, sizeBytes, isSticker, state, files };
  }

  #quote(messageId: string): Quote {
    const known = this.#quotes.get(messageId);
    if (known !== undefined) return known;
    const message = this.#archive.message(messageId);
    const quote: Quote =
      message === null
        ? { id: messageId, author: null, text: null }
        : { id: messageId, author: this.#author(message), text: excerptOf(message) };
    if (this.#quotes.size >= MAX_QUOTES) this.#quotes.clear();
    this.#quotes.set(messageId, quote);
    return quote;
  }

  #reaction(tapback: Tapback): Reaction {
    const emoji = tapback.kind === 'emoji' ? tapback.emoji : EMOJI[tapback.kind];
    return { author: this.#author(tapback), emoji };
  }

  #name(author: Author): string {
    return author === 'me' ? 'You' : author === null ? 'Somebody' : (author.name ?? author.id);
  }

  #eventText(message: Message): string {
    const who = this.#name(this.#author(message));
    if (message.kind === 'reaction') return this.#strayReaction(message, who);
    const { kind, handle, title } = message.event ?? { kind: 'unknown', handle: null, title: null };
    const other = handle === null ? 'somebody' : (this.#nameOf(handle) ?? handle);
    switch (kind) {
      case 'participant-added':
        return `${who} added ${other}`;
      case 'participant-removed':
        return `${who} removed ${other}`;
      case 'participant-left':
        return `${who} left the conversation`;
      case 'renamed':
        return title === null || title === ''
          ? `${who} removed the name of the conversation`
          : `${who} named the conversation “${title}”`;
      case 'photo-changed':
        return `${who} changed the group photo`;
      case 'photo-removed':
        return `${who} removed the group photo`;
      case 'location-sharing':
        return `${who} started or stopped sharing a location`;
      case 'audio-kept':
        return `${who} kept an audio message`;
      case 'shareplay':
        return 'A FaceTime call or SharePlay';
      case 'unknown':
        return message.text === null ? 'An event that Backstop does not know' : `An event: ${message.text}`;
    }
  }

  /** A tapback whose message is gone. */
  #strayReaction({ reaction, text }: Message, who: string): string {
    if (reaction === null) return text ?? `${who} reacted to a message`;
    const emoji = reaction.kind === 'emoji' ? reaction.emoji : EMOJI[reaction.kind];
    const what = reaction.isRemoval ? 'took back a reaction to' : `reacted ${emoji ?? 'with a sticker'} to`;
    return `${who} ${what} a message that is not there any more`;
  }
}

function marksOf(message: Message): readonly string[] {
  const marks: string[] = [];
  if (message.isRecentlyDeleted) marks.push('Recently deleted');
  if (message.isSpam) marks.push('Marked as spam');
  if (message.isAudio) marks.push('Audio message');
  if (message.effect !== null) {
    const effect = EFFECTS.get(message.effect.slice(message.effect.lastIndexOf('.') + 1));
    marks.push(effect === undefined ? 'Sent with an effect' : `Sent with ${effect} effect`);
  }
  return marks;
}

function excerptOf({ text, attachments }: Message): string | null {
  if (text !== null) return text.length > MAX_EXCERPT ? `${text.slice(0, MAX_EXCERPT).toWellFormed()}…` : text;
  const file = attachments.find(({ isPreview }) => !isPreview);
  return file === undefined ? null : (file.name ?? 'Attachment');
}

function wholeBold(text: string) {
  const plain = { link: null, isMention: false, isItalic: false, isUnderlined: false, isStruckThrough: false };
  return { start: 0, length: text.length, isBold: true, ...plain };
}

/** "com.apple.messages.MSMessageExtensionBalloonPlugin:TEAM:com.example.app" → "com.example.app". */
function appId(bundleId: string): string {
  return bundleId.slice(bundleId.lastIndexOf(':') + 1);
}
