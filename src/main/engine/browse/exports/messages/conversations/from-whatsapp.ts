import type { WhatsAppArchive, WhatsAppChat, WhatsAppMedia, WhatsAppMessage } from '../../../readers/whatsapp/index.ts';
import type { Author, Conversation, ConversationFile, Entry, NameOf, Piece, Quote } from './model.ts';

const MAX_EXCERPT = 160;
const MAX_QUOTES = 500;

/** All chats, the latest first, and at the end the messages that are in none, where there are such. */
export function whatsAppConversations(archive: WhatsAppArchive, nameOf: NameOf): readonly Conversation[] {
  const conversations = archive.chats().map((chat) => whatsAppConversation(archive, chat, nameOf));
  return archive.length(null) === 0 ? conversations : [...conversations, whatsAppConversation(archive, null, nameOf)];
}

/** A chat of WhatsApp; null: the messages that are in no chat. `nameOf` takes phone numbers. */
export function whatsAppConversation(
  archive: WhatsAppArchive,
  chat: WhatsAppChat | null,
  nameOf: NameOf,
): Conversation {
  const id = chat?.id ?? null;
  const adapter = new WhatsAppAdapter(archive, nameOf);
  const isGroup = chat === null || chat.kind !== 'private';
  const others = chat === null || isGroup ? (chat?.members ?? []) : [{ jid: chat.id, name: chat.name }];
  return {
    id: id ?? 'none',
    app: 'WhatsApp',
    title:
      chat === null
        ? 'Messages without a chat'
        : (chat.name ?? adapter.person(chat.id, null).name ?? phoneOf(chat.id) ?? chat.id),
    service: null,
    isGroup,
    people: others.map(({ jid, name }) => adapter.person(jid, name)),
    length: archive.length(id),
    lastMs: chat?.lastMs ?? null,
    *entries() {
      for (const message of archive.conversation(id)) yield adapter.entry(message);
    },
  };
}

class WhatsAppAdapter {
  readonly #archive: WhatsAppArchive;
  readonly #nameOf: NameOf;
  readonly #quotes = new Map<string, Quote>();

  constructor(archive: WhatsAppArchive, nameOf: NameOf) {
    this.#archive = archive;
    this.#nameOf = nameOf;
  }

  person(jid: string, name: string | null) {
    const phone = phoneOf(jid);
    return {
      id: phone ?? jid,
      name: name ?? this.#archive.nameOf(jid) ?? (phone === null ? null : this.#nameOf(phone)),
    };
  }

  entry(message: WhatsAppMessage): Entry {
    const isEvent = message.kind === 'event' || message.kind === 'notice';
    return {
      id: message.id,
      atMs: message.sentMs,
      kind: isEvent ? 'event' : 'message',
      author: this.#author(message),
      service: null,
      pieces: isEvent ? [{ kind: 'remark', text: eventText(message) }] : this.#pieces(message),
      replyTo: message.replyTo === null ? null : this.#quote(message.replyTo),
      reactions: message.reactions.map(({ emoji, sender }) => ({
        emoji,
        author: sender === null ? ('me' as const) : this.person(sender, null),
      })),
      earlier: [],
      isEdited: false,
      deliveredMs: null,
      readMs: null,
      marks: message.isStarred ? ['Starred'] : [],
    };
  }

  #author({ isFromMe, sender, senderName }: WhatsAppMessage): Author {
    if (isFromMe) return 'me';
    return sender === null ? null : this.person(sender, senderName);
  }

  #pieces({ id, kind, type, text, media, place, contact }: WhatsAppMessage): readonly Piece[] {
    const pieces: Piece[] = [];
    if (media !== null) pieces.push({ kind: 'file', file: fileOf(id, media, kind === 'sticker') });
    if (place !== null) pieces.push({ kind: 'place', ...place });
    if (contact !== null) pieces.push({ kind: 'contact', ...contact });
    if (text !== null) pieces.push({ kind: 'text', text, spans: [] });
    if (kind === 'deleted') pieces.push({ kind: 'remark', text: 'This message was deleted' });
    if (pieces.length === 0) {
      const what =
        kind === 'unknown'
          ? `A message of a kind that Backstop does not know (${type ?? 'none'})`
          : 'A message without content';
      pieces.push({ kind: 'remark', text: what });
    }
    return pieces;
  }

  #quote(id: string): Quote {
    const known = this.#quotes.get(id);
    if (known !== undefined) return known;
    const message = this.#archive.message(id);
    const quote: Quote =
      message === null
        ? { id, author: null, text: null }
        : {
            id,
            author: this.#author(message),
            text: (message.text ?? message.media?.name)?.slice(0, MAX_EXCERPT) ?? null,
          };
    if (this.#quotes.size >= MAX_QUOTES) this.#quotes.clear();
    this.#quotes.set(id, quote);
    return quote;
  }
}

function fileOf(id: string, media: WhatsAppMedia, isSticker: boolean): ConversationFile {
  const { name, mimeType, sizeBytes, state, file } = media;
  return {
    id,
    name: name ?? 'Media',
    mimeType,
    sizeBytes,
    isSticker,
    state,
    files: () => (file === null ? [] : [file]),
  };
}

/** Which event it is, the database says only by numbers that nobody has listed. */
function eventText({ kind, text }: WhatsAppMessage): string {
  const isWords = text !== null && /\s/.test(text);
  if (isWords) return text;
  return kind === 'notice' ? 'A notice of WhatsApp' : 'An event of the group';
}

/** "491701234567@s.whatsapp.net" → "+491701234567"; null for groups and hidden numbers. */
function phoneOf(jid: string): string | null {
  const digits = /^(\d{5,20})@s\.whatsapp\.net$/.exec(jid)?.[1];
  return digits === undefined ? null : `+${digits}`;
}
