import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkOptions } from '../../../../../shared/contract/index.ts';
import { BackstopError } from '../../../../../shared/errors/index.ts';
import type { Backup } from '../../source/types.ts';
import { ExportFolder } from '../export-folder.ts';
import { foldedName, safeFileName } from '../safe-file-names.ts';
import type { Conversation } from './conversations/model.ts';
import { CsvSink } from './csv-sink.ts';
import { Display, type DisplayOptions } from './display.ts';
import { type ListedConversation, listPage } from './html/conversation-list.ts';
import { HtmlSink } from './html/html-sink.ts';
import { JsonSink } from './json-sink.ts';
import { type Failure, SavedFiles } from './saved-files.ts';
import type { Sink, SinkPlace } from './sink.ts';
import { TextSink } from './text-sink.ts';

export type ConversationFormat = 'html' | 'text' | 'json' | 'csv';

export interface ConversationExport extends DisplayOptions {
  readonly directory: string;
  /** One of them lies in the folder itself; more have a folder each, and HTML a list of them. */
  readonly conversations: readonly Conversation[];
  readonly formats: ReadonlySet<ConversationFormat>;
  /** HTML as one page, to be printed, however long it is. */
  readonly onePage?: boolean | undefined;
  /** Folders in which nothing may be written, such as the vault. */
  readonly outside?: readonly string[] | undefined;
}

export interface ExportedConversations {
  readonly conversations: number;
  readonly entries: number;
  /** All files that were written, also pages and texts. */
  readonly files: number;
  readonly bytes: number;
  /** Attachments and media among them. */
  readonly attachments: number;
  /** Name of the list of SHA-256 sums; every file was read back. */
  readonly sums: string | null;
  readonly failed: readonly Failure[];
}

const REPORT_MS = 100;

/**
 * Writes conversations with their files. Goes through each of them once, whatever forms are wanted. A file that cannot be
 * read is named and stops nothing; a disk that is full stops all.
 */
export async function exportConversations(
  backup: Backup,
  request: ConversationExport,
  options: WorkOptions = {},
): Promise<ExportedConversations> {
  await using folder = await ExportFolder.open(request.directory, request.outside);
  const run = new Run(backup, folder, request, options);
  const list: ListedConversation[] = [];
  const isAlone = request.conversations.length === 1;
  const names = new FolderNames();
  const planned = request.conversations.map((conversation) => ({
    conversation,
    name: isAlone ? null : names.take(conversation.title),
  }));
  // Before the first byte: an export into the place of an older one would mix the two.
  await refuseTaken(folder.root, [...PAGES, ...planned.flatMap(({ name }) => name ?? [])]);
  for (const { conversation, name } of planned) {
    const entries = await run.write(conversation, name === null ? [] : [name]);
    list.push({ conversation, folder: name ?? '', entries });
  }
  if (!isAlone && request.formats.has('html')) {
    const app = request.conversations[0]?.app ?? 'Messages';
    const html = listPage(app, list, backup.facts, new Display(request));
    await folder.writeText(['index.html'], html, { signal: options.signal, onClash: 'refuse' });
  }
  const { files, bytes, sums } = await folder.finish({ signal: options.signal });
  return {
    conversations: list.length,
    entries: list.reduce((sum, { entries }) => sum + entries, 0),
    files,
    bytes,
    attachments: run.attachments,
    sums,
    failed: run.failed,
  };
}

const PAGES = ['index.html', 'conversation.txt', 'conversation.json', 'conversation.csv'];

async function refuseTaken(root: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const path = join(root, name);
    const there = await lstat(path).catch(() => null);
    if (there !== null) throw new BackstopError('browse/name-taken', { data: { path } });
  }
}

class Run {
  readonly failed: Failure[] = [];
  attachments = 0;
  readonly #backup: Backup;
  readonly #folder: ExportFolder;
  readonly #request: ConversationExport;
  readonly #options: WorkOptions;
  readonly #display: Display;
  #bytes = 0;
  #reportedMs = 0;

  constructor(backup: Backup, folder: ExportFolder, request: ConversationExport, options: WorkOptions) {
    this.#backup = backup;
    this.#folder = folder;
    this.#request = request;
    this.#options = options;
    this.#display = new Display(request);
  }

  /** Returns the number of entries. */
  async write(conversation: Conversation, parts: readonly string[]): Promise<number> {
    const { signal } = this.#options;
    const saved = new SavedFiles(this.#backup, this.#folder, parts, conversation, this.failed);
    await using sinks = new AsyncDisposableStack();
    const open = this.#sinks({
      folder: this.#folder,
      parts,
      conversation,
      origin: this.#backup.facts,
      display: this.#display,
      signal,
    });
    for (const sink of open) sinks.use(sink);
    let entries = 0;
    for (const entry of conversation.entries()) {
      signal?.throwIfAborted();
      const { count, bytes } = saved;
      await saved.save(entry, signal);
      for (const sink of open) await sink.add(entry, saved);
      entries += 1;
      this.attachments += saved.count - count;
      this.#bytes += saved.bytes - bytes;
      this.#report();
    }
    for (const sink of open) await sink.end();
    return entries;
  }

  #sinks(place: SinkPlace): Sink[] {
    const { formats, onePage = false } = this.#request;
    return [
      ...(formats.has('html') ? [new HtmlSink(place, onePage)] : []),
      ...(formats.has('text') ? [new TextSink(place)] : []),
      ...(formats.has('json') ? [new JsonSink(place)] : []),
      ...(formats.has('csv') ? [new CsvSink(place)] : []),
    ];
  }

  #report(): void {
    const now = performance.now();
    if (now - this.#reportedMs < REPORT_MS) return;
    this.#reportedMs = now;
    const unknown = { totalFiles: null, totalBytes: null, bytesPerSecond: null, secondsLeft: null };
    const done = { doneFiles: this.attachments, doneBytes: this.#bytes };
    this.#options.onProgress?.({ type: 'progress', phase: 'exporting-conversations', ...done, ...unknown });
  }
}

/** A folder for each conversation, told apart also where case does not count. */
class FolderNames {
  readonly #taken = new Set<string>();

  take(title: string): string {
    const name = safeFileName(title.slice(0, 80).toWellFormed().trim() || 'Conversation');
    for (let number = 1; ; number += 1) {
      const one = number === 1 ? name : `${name} (${number})`;
      if (this.#taken.has(foldedName(one))) continue;
      this.#taken.add(foldedName(one));
      return one;
    }
  }
}
