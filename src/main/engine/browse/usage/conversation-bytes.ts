import { setImmediate } from 'node:timers/promises';
import { chatTitle, type NameOf } from '../exports/messages/index.ts';
import type { MessageArchive } from '../readers/messages/index.ts';
import type { WhatsAppArchive } from '../readers/whatsapp/index.ts';
import type { Backup } from '../source/types.ts';

/** What conversations take in a backup, by what is in it and not by what the apps' databases say. */

export interface LargeFile {
  readonly id: string;
  readonly name: string | null;
  readonly bytes: number;
  readonly messageId: string | null;
  readonly sentMs: number | null;
}

export interface ConversationBytes {
  /** Id of the chat. */
  readonly conversation: string;
  readonly title: string | null;
  readonly bytes: number;
  readonly count: number;
  /** Of at least `largeBytes`. */
  readonly large: { readonly bytes: number; readonly count: number };
  /** The largest ones first, a few. */
  readonly largest: readonly LargeFile[];
}

export interface FileBytes {
  readonly bytes: number;
  readonly count: number;
}

export interface ConversationUsage {
  /** The largest first. A file that was sent into two conversations counts in both. */
  readonly conversations: readonly ConversationBytes[];
  /** Each file once. */
  readonly total: FileBytes;
  /** Files that no message has: left behind, or sent in a conversation that is gone. */
  readonly unreferenced: FileBytes;
}

export interface UsageOptions {
  readonly signal?: AbortSignal | undefined;
  /** From which size on a file counts as large; 1 MB. */
  readonly largeBytes?: number | undefined;
}

const LARGE = 1_000_000;
const LISTED = 10;
const ATTACHMENTS = 'Library/SMS/Attachments';
/** Files between two looks at what else there is to do. */
const PACE = 500;

/** Attachments of Messages by conversation; link previews and the like count too, as they take their room. */
export async function attachmentUsage(
  backup: Backup,
  archive: MessageArchive,
  nameOf: NameOf,
  { signal, largeBytes = LARGE }: UsageOptions = {},
): Promise<ConversationUsage> {
  const tally = new Tally(largeBytes);
  const pace = pacer(signal);
  for (const { attachment, chatIds, messageId, sentMs } of archive.attachments()) {
    await pace();
    const files = archive.filesOf(attachment);
    if (files.length === 0) continue;
    const bytes = files.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0);
    for (const { fileId, sizeBytes } of files) tally.know(fileId, sizeBytes ?? 0);
    const file = { id: attachment.id, name: attachment.name, bytes, messageId, sentMs };
    for (const chat of chatIds) tally.add(chat, file);
  }
  for (const { kind, fileId, sizeBytes } of backup.files({ domain: 'MediaDomain', under: ATTACHMENTS })) {
    await pace();
    if (kind === 'file') tally.look(fileId, sizeBytes ?? 0);
  }
  return tally.result((id) => {
    const chat = archive.chat(id);
    return chat === null ? null : chatTitle(chat, nameOf);
  });
}

/** Media of WhatsApp by chat, previews too: their folders bear the chats' ids. */
export async function whatsAppUsage(
  archive: WhatsAppArchive,
  { signal, largeBytes = LARGE }: UsageOptions = {},
): Promise<ConversationUsage> {
  const tally = new Tally(largeBytes);
  const pace = pacer(signal);
  const referenced = new Set<string>();
  for (const path of archive.mediaPaths()) {
    await pace();
    referenced.add(path);
  }
  for (const { path, fileId, sizeBytes } of archive.mediaFiles()) {
    await pace();
    const bytes = sizeBytes ?? 0;
    const [, , chat = '', ...rest] = path.split('/');
    if (referenced.has(path)) tally.know(fileId, bytes);
    else tally.look(fileId, bytes);
    if (rest.length > 0) tally.add(chat, { id: path, name: rest.at(-1) ?? null, bytes, messageId: null, sentMs: null });
  }
  return tally.result((id) => archive.chat(id)?.name ?? archive.nameOf(id));
}

/** Lets others work, and hears of an end, every now and then. */
function pacer(signal: AbortSignal | undefined): () => Promise<void> | undefined {
  let count = 0;
  return () => {
    count += 1;
    if (count % PACE !== 0) return undefined;
    signal?.throwIfAborted();
    return setImmediate();
  };
}

class Tally {
  readonly #largeBytes: number;
  readonly #known = new Set<string>();
  readonly #chats = new Map<
    string,
    { bytes: number; count: number; large: { bytes: number; count: number }; largest: LargeFile[] }
  >();
  #total = { bytes: 0, count: 0 };
  #unreferenced = { bytes: 0, count: 0 };

  constructor(largeBytes: number) {
    this.#largeBytes = largeBytes;
  }

  /** A file that a message has. */
  know(fileId: string, bytes: number): void {
    if (this.#known.has(fileId)) return;
    this.#known.add(fileId);
    this.#total = plus(this.#total, bytes);
  }

  /** A file that lies there. */
  look(fileId: string, bytes: number): void {
    if (this.#known.has(fileId)) return;
    this.know(fileId, bytes);
    this.#unreferenced = plus(this.#unreferenced, bytes);
  }

  add(chat: string, file: LargeFile): void {
    let sums = this.#chats.get(chat);
    if (sums === undefined) {
      sums = { bytes: 0, count: 0, large: { bytes: 0, count: 0 }, largest: [] };
      this.#chats.set(chat, sums);
    }
    sums.bytes += file.bytes;
    sums.count += 1;
    if (file.bytes >= this.#largeBytes) sums.large = plus(sums.large, file.bytes);
    const least = sums.largest.at(-1);
    if (sums.largest.length >= LISTED && least !== undefined && least.bytes >= file.bytes) return;
    sums.largest.push(file);
    sums.largest.sort((one, other) => other.bytes - one.bytes);
    sums.largest.length = Math.min(sums.largest.length, LISTED);
  }

  result(title: (chat: string) => string | null): ConversationUsage {
    const conversations = [...this.#chats].map(([conversation, sums]) => ({
      conversation,
      title: title(conversation),
      ...sums,
    }));
    return {
      conversations: conversations.sort((one, other) => other.bytes - one.bytes),
      total: this.#total,
      unreferenced: this.#unreferenced,
    };
  }
}

function plus(sum: FileBytes, bytes: number): { bytes: number; count: number } {
  return { bytes: sum.bytes + bytes, count: sum.count + 1 };
}
