import type { BrowseFilter, ChatView, MessageView } from '../../../../shared/contract/procedures/index.ts';
import { chatTitle } from '../../browse/index.ts';
import type { Chat, Message, MessageArchive } from '../../browse/readers/messages/index.ts';
import { type ChatSource, chosenChat, chosenOfChat, joined, nothingOf, wholeChat } from './browse-chat-list.ts';
import { type Gone, goneOf } from './browse-gone.ts';
import { type BrowseContext, type BrowseList, hasText, isoOf, isWithin, matcher } from './browse-list.ts';
import { messageViews } from './browse-message-view.ts';
import type { OpenVersion } from './browse-version.ts';

/** Conversations of Messages, and what is in them. */

/** The messages that are in no chat. */
const NO_CHAT = 'none';
const LAST_WORDS = 200;

export interface ChatsAnswer {
  chats: ChatView[];
  isPresent: boolean;
  unreadable: Array<{ what: string; reason: string }>;
}

export async function messageChats(
  context: BrowseContext,
  version: OpenVersion,
  { text, gone: isGone }: { readonly text: string | null; readonly gone: boolean },
): Promise<ChatsAnswer> {
  const { reader, unreadable } = await version.messages();
  if (reader === null) return { chats: [], isPresent: true, unreadable: [...unreadable] };
  const all = await version.keep('message chats', () => allChats(version, reader));
  const gone = isGone ? await goneOf(context, version, ['messages']) : null;
  const fits = matcher(text);
  const chats = all.filter((chat) => fits([chat.title, ...chat.people, ...chat.handles]));
  return {
    chats: chats.flatMap(({ handles: _, ...chat }) => {
      const count = gone === null ? chat.messages : (gone.groups.get(chat.id) ?? 0);
      return gone !== null && count === 0 ? [] : [{ ...chat, messages: count }];
    }),
    isPresent: reader.isPresent,
    unreadable: [...unreadable, ...(gone?.unreadable ?? [])],
  };
}

async function allChats(
  version: OpenVersion,
  archive: MessageArchive,
): Promise<ReadonlyArray<ChatView & { readonly handles: readonly string[] }>> {
  const book = await version.book();
  const nameOf = (handle: string): string | null => book.nameOf(handle);
  const last = archive.lastOfChats();
  const chats = archive.chats().map((chat) => ({
    id: chat.id,
    title: chatTitle(chat, nameOf),
    isGroup: chat.isGroup === true,
    people: chat.participants.map((handle) => nameOf(handle) ?? handle),
    handles: chat.participants,
    service: chat.service,
    messages: chat.messageCount,
    lastAt: isoOf(chat.lastMs),
    lastText: last.get(chat.id)?.text?.slice(0, LAST_WORDS).toWellFormed() ?? null,
    isArchived: chat.isArchived === true,
  }));
  const alone = archive.length(null);
  if (alone === 0) return chats;
  const none = { id: NO_CHAT, title: '', isGroup: false, people: [], handles: [], service: null, messages: alone };
  return [...chats, { ...none, lastAt: null, lastText: null, isArchived: false }];
}

export async function messageList(
  context: BrowseContext,
  version: OpenVersion,
  filter: BrowseFilter,
  isGone: boolean,
): Promise<BrowseList<MessageView>> {
  const { reader, unreadable } = await version.messages();
  if (reader === null) return nothingOf(true, unreadable);
  const gone = isGone ? await goneOf(context, version, ['messages']) : null;
  const { group } = filter;
  if (group === undefined) {
    const chats = [...reader.chats(), ...(reader.length(null) === 0 ? [] : [null])];
    const lists = [];
    for (const chat of chats) lists.push(await listOf(context, version, reader, chat, filter, gone));
    return { ...joined(lists), isPresent: reader.isPresent };
  }
  const chat = group === NO_CHAT ? null : reader.chat(group);
  if (chat === null && group !== NO_CHAT) return nothingOf(reader.isPresent, unreadable);
  return listOf(context, version, reader, chat, filter, gone);
}

async function listOf(
  context: BrowseContext,
  version: OpenVersion,
  archive: MessageArchive,
  chat: Chat | null,
  filter: BrowseFilter,
  gone: Gone | null,
): Promise<BrowseList<MessageView>> {
  const id = chat?.id ?? null;
  const source: ChatSource<Message> = {
    get unreadable() {
      return archive.unreadable;
    },
    length: () => archive.length(id),
    page: (offset, limit) => archive.page(id, { offset, limit }),
    placeOf: (message) => archive.placeOf(id, message),
    view: (messages) => messageViews(context, version, archive, messages),
  };
  const { sort, only, from, to } = filter;
  const isWhole = gone === null && !hasText(filter) && only === undefined && from === undefined && to === undefined;
  // What waits under "Recently Deleted" is shown only where it is asked for, as on the phone.
  if (isWhole && (chat === null || chat.deletedCount === 0)) return wholeChat(source, sort);
  const fits = await filterOf(version, filter, gone);
  const name = JSON.stringify(['messages', id, filter.text, only, from, to, gone?.newest]);
  const places = await version.list(name, () => chosenOfChat(version, source, fits));
  return chosenChat(source, places, { sort, unreadable: gone?.unreadable ?? [] });
}

async function filterOf(
  version: OpenVersion,
  filter: BrowseFilter,
  gone: Gone | null,
): Promise<(message: Message) => boolean> {
  const { only } = filter;
  const fits = matcher(filter.text);
  const isSearch = hasText(filter);
  const book = isSearch ? await version.book() : null;
  return (message) => {
    if (message.isRecentlyDeleted !== (only === 'trashed')) return false;
    if (only === 'with-attachments' && !message.attachments.some(({ isPreview }) => !isPreview)) return false;
    if (only !== undefined && only !== 'with-attachments' && only !== 'trashed') return false;
    if (gone !== null && !gone.ids.has(message.id)) return false;
    if (!isWithin(message.sentMs, filter)) return false;
    if (!isSearch) return true;
    const sender = message.sender === null ? null : book?.nameOf(message.sender);
    return fits([message.subject, message.text, sender, ...message.attachments.map(({ name }) => name)]);
  };
}
