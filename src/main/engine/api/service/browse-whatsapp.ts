import type { BrowseFilter, ChatView, MessageView } from '../../../../shared/contract/procedures/index.ts';
import type { Unreadable } from '../../browse/index.ts';
import type { WhatsAppArchive, WhatsAppChat, WhatsAppMessage } from '../../browse/readers/whatsapp/index.ts';
import { type ChatSource, chosenChat, chosenOfChat, joined, nothingOf, wholeChat } from './browse-chat-list.ts';
import { type Gone, goneOf } from './browse-gone.ts';
import { type BrowseContext, type BrowseList, hasText, isoOf, isWithin, matcher } from './browse-list.ts';
import { fileView, nameOfPath } from './browse-media.ts';
import type { ChatsAnswer } from './browse-messages.ts';
import type { OpenVersion } from './browse-version.ts';

/** Chats of WhatsApp and WhatsApp Business. */

const LAST_WORDS = 200;
const EXCERPT = 160;
/** Before the id of a chat of the business variant that the personal one has too. */
const BUSINESS = 'business:';
const STATES = { present: 'here', 'not-downloaded': 'only-in-icloud', missing: 'missing' } as const;

interface Archives {
  readonly archives: readonly WhatsAppArchive[];
  readonly chats: ReadonlyMap<string, { readonly archive: WhatsAppArchive; readonly chat: WhatsAppChat }>;
  readonly isPresent: boolean;
  readonly unreadable: () => Unreadable[];
}

async function archivesOf(version: OpenVersion): Promise<Archives> {
  const opened = [await version.whatsapp('personal'), await version.whatsapp('business')];
  const archives = opened.flatMap(({ reader }) => (reader === null ? [] : [reader]));
  const chats = new Map<string, { readonly archive: WhatsAppArchive; readonly chat: WhatsAppChat }>();
  for (const archive of archives) {
    for (const chat of archive.chats()) {
      chats.set(chats.has(chat.id) ? `${BUSINESS}${chat.id}` : chat.id, { archive, chat });
    }
  }
  return {
    archives,
    chats,
    isPresent: opened.some(({ reader }) => reader === null || reader.isPresent),
    unreadable: () => opened.flatMap(({ unreadable }) => [...unreadable]),
  };
}

/** Is there a WhatsApp, and how many messages has it? */
export async function whatsappCount(version: OpenVersion) {
  const { archives, isPresent, unreadable } = await archivesOf(version);
  const count = archives.reduce((sum, archive) => sum + archive.counts().messages, 0);
  return { isPresent, count, unreadable: unreadable() };
}

export async function whatsappChats(
  context: BrowseContext,
  version: OpenVersion,
  { text, gone: isGone }: { readonly text: string | null; readonly gone: boolean },
): Promise<ChatsAnswer> {
  const { chats, isPresent, unreadable } = await archivesOf(version);
  const all = await version.keep('whatsapp chats', async () => {
    const last = new Map<WhatsAppArchive, ReadonlyMap<string, WhatsAppMessage>>();
    const lastOf = (archive: WhatsAppArchive, id: string): WhatsAppMessage | undefined => {
      const known = last.get(archive) ?? archive.lastOfChats();
      last.set(archive, known);
      return known.get(id);
    };
    return [...chats].map(([id, { archive, chat }]) => chatView(id, chat, lastOf(archive, chat.id)));
  });
  const gone = isGone ? await goneOf(context, version, ['whatsapp']) : null;
  const fits = matcher(text);
  return {
    chats: all
      .filter((chat) => fits([chat.title, ...chat.people, chat.id]))
      .flatMap((chat) => {
        const count = gone === null ? chat.messages : (gone.groups.get(chats.get(chat.id)?.chat.id ?? '') ?? 0);
        return gone !== null && count === 0 ? [] : [{ ...chat, messages: count }];
      }),
    isPresent,
    unreadable: [...unreadable(), ...(gone?.unreadable ?? [])],
  };
}

function chatView(id: string, chat: WhatsAppChat, last: WhatsAppMessage | undefined): ChatView {
  return {
    id,
    title: chat.name ?? phoneOf(chat.id) ?? chat.id,
    isGroup: chat.kind !== 'private' && chat.kind !== 'unknown',
    people: chat.members.map(({ jid, name }) => name ?? phoneOf(jid) ?? jid),
    service: null,
    messages: chat.messageCount,
    lastAt: isoOf(chat.lastMs),
    lastText: (last?.text ?? last?.media?.name)?.slice(0, LAST_WORDS).toWellFormed() ?? null,
    isArchived: chat.isArchived === true,
  };
}

export async function whatsappList(
  context: BrowseContext,
  version: OpenVersion,
  filter: BrowseFilter,
  isGone: boolean,
): Promise<BrowseList<MessageView>> {
  const { chats, isPresent, unreadable } = await archivesOf(version);
  const gone = isGone ? await goneOf(context, version, ['whatsapp']) : null;
  if (filter.group !== undefined) {
    const found = chats.get(filter.group);
    if (found === undefined) return nothingOf(isPresent, unreadable());
    return listOf(context, version, filter.group, found, filter, gone);
  }
  const lists = [];
  for (const [id, found] of chats) lists.push(await listOf(context, version, id, found, filter, gone));
  return { ...joined(lists), isPresent };
}

async function listOf(
  context: BrowseContext,
  version: OpenVersion,
  name: string,
  { archive, chat }: { readonly archive: WhatsAppArchive; readonly chat: WhatsAppChat },
  filter: BrowseFilter,
  gone: Gone | null,
): Promise<BrowseList<MessageView>> {
  const source: ChatSource<WhatsAppMessage> = {
    get unreadable() {
      return archive.unreadable;
    },
    length: () => archive.length(chat.id),
    page: (offset, limit) => archive.page(chat.id, { offset, limit }),
    placeOf: (message) => archive.placeOf(chat.id, message),
    view: async (messages) => viewsOf(context, version, archive, messages),
  };
  const { sort, only, from, to, text } = filter;
  if (gone === null && !hasText(filter) && only === undefined && from === undefined && to === undefined) {
    return wholeChat(source, sort);
  }
  const key = JSON.stringify(['whatsapp', name, text, only, from, to, gone?.newest]);
  const places = await version.list(key, () => chosenOfChat(version, source, filterOf(filter, gone)));
  return chosenChat(source, places, { sort, unreadable: gone?.unreadable ?? [] });
}

function filterOf(filter: BrowseFilter, gone: Gone | null): (message: WhatsAppMessage) => boolean {
  const { only } = filter;
  const fits = matcher(filter.text);
  return (message) => {
    if (only === 'favourites' && !message.isStarred) return false;
    if (only === 'with-attachments' && message.media === null) return false;
    if (only !== undefined && only !== 'favourites' && only !== 'with-attachments') return false;
    if (gone !== null && !gone.ids.has(message.id)) return false;
    if (!isWithin(message.sentMs, filter)) return false;
    return fits([message.text, message.senderName, message.media?.name, message.place?.name, message.contact?.name]);
  };
}

function viewsOf(
  context: BrowseContext,
  version: OpenVersion,
  archive: WhatsAppArchive,
  messages: readonly WhatsAppMessage[],
): readonly MessageView[] {
  const nameOf = (jid: string | null): string | null =>
    jid === null ? null : (archive.nameOf(jid) ?? phoneOf(jid) ?? jid);
  return messages.map((message) => {
    const isEvent = message.kind === 'event' || message.kind === 'notice';
    const sender = message.isFromMe ? null : (message.senderName ?? nameOf(message.sender));
    return {
      id: message.id,
      kind: isEvent ? 'event' : 'message',
      isFromMe: message.isFromMe,
      sender,
      sentAt: isoOf(message.sentMs),
      text: isEvent ? null : message.text,
      isUndecodable: false,
      isUnsent: message.kind === 'deleted',
      edits: [],
      attachments: attachmentsOf(context, version, message),
      reactions: message.reactions.map((one) => ({
        what: one.emoji,
        by: nameOf(one.sender),
        isFromMe: one.sender === null,
      })),
      replyTo: message.replyTo === null ? null : { id: message.replyTo, text: quoteOf(archive, message.replyTo) },
      app: appOf(message),
      event: isEvent ? { what: message.kind, who: sender, title: message.text } : null,
      service: null,
    };
  });
}

function quoteOf(archive: WhatsAppArchive, id: string): string | null {
  const message = archive.message(id);
  return (message?.text ?? message?.media?.name)?.slice(0, EXCERPT).toWellFormed() ?? null;
}

function attachmentsOf(
  context: BrowseContext,
  version: OpenVersion,
  { media }: WhatsAppMessage,
): MessageView['attachments'] {
  if (media === null) return [];
  const { name, sizeBytes, state, file, mimeType } = media;
  const about = { name: name ?? (file === null ? '' : nameOfPath(file.path)), bytes: sizeBytes, file, mimeType };
  return [{ ...fileView(context, version, { ...about, state: STATES[state] }), transcript: null }];
}

/** Cards and places are told by name; a vCard is no text for people. */
function appOf({ contact, place }: WhatsAppMessage): MessageView['app'] {
  if (contact !== null) return { name: 'contact', title: contact.name, url: null };
  if (place === null) return null;
  return { name: 'location', title: place.name ?? `${place.latitude}, ${place.longitude}`, url: null };
}

/** "491701234567@s.whatsapp.net" → "+491701234567"; null for groups and hidden numbers. */
function phoneOf(jid: string): string | null {
  const digits = /^(\d{5,20})@s\.whatsapp\.net$/.exec(jid)?.[1];
  return digits === undefined ? null : `+${digits}`;
}
