import { type Cell, CSV_MARK, csvLine, isoText } from '../lists/csv.ts';
import type { Author, Conversation, Entry, Piece } from './conversations/model.ts';
import { absence, authorName } from './display.ts';
import type { SavedFiles } from './saved-files.ts';
import type { Sink, SinkPlace } from './sink.ts';
import { TextFile } from './text-file.ts';

/** A conversation as a table, one entry a row, for spreadsheets. Times are ISO 8601 in UTC; lists have a line for each. */

const COLUMNS = [
  ...['Conversation', 'Date', 'Direction', 'Sender', 'Sender number or address', 'Service'],
  ...['Text', 'Attachments', 'Reply to', 'Reactions', 'Edited', 'Earlier wordings', 'Delivered', 'Read'],
  ...['Remarks', 'ID'],
];

export class CsvSink implements Sink {
  readonly #conversation: Conversation;
  readonly #file: TextFile;
  #isOpen = false;

  constructor({ conversation, folder, parts, signal }: SinkPlace) {
    this.#conversation = conversation;
    this.#file = new TextFile(folder, [...parts, 'conversation.csv'], signal);
  }

  async add(entry: Entry, saved: SavedFiles): Promise<void> {
    await this.#open();
    await this.#file.write(csvLine(rowOf(this.#conversation, entry, saved)));
  }

  async end(): Promise<void> {
    await this.#open();
    await this.#file.end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#file[Symbol.asyncDispose]();
  }

  async #open(): Promise<void> {
    if (this.#isOpen) return;
    this.#isOpen = true;
    await this.#file.write(CSV_MARK + csvLine(COLUMNS));
  }
}

function rowOf(conversation: Conversation, entry: Entry, saved: SavedFiles): readonly Cell[] {
  const { author, replyTo } = entry;
  const remarks = entry.pieces.flatMap((piece) => (piece.kind === 'remark' ? [piece.text] : []));
  const isEvent = entry.kind === 'event';
  return [
    conversation.title,
    isoText(entry.atMs),
    isEvent ? 'event' : author === 'me' ? 'sent' : 'received',
    author === 'me' ? 'Me' : author === null ? null : author.name,
    addressOf(author),
    entry.service ?? conversation.service,
    lines(isEvent ? remarks : entry.pieces.flatMap(wordsOf)),
    lines(entry.pieces.flatMap((piece, index) => filesOf(piece, saved.of(entry.id, index)))),
    replyTo === null
      ? null
      : `${authorName(replyTo.author)}: ${replyTo.text ?? 'a message that is not there any more'}`,
    lines(entry.reactions.map((one) => `${one.emoji ?? 'Sticker'} ${authorName(one.author)}`)),
    entry.isEdited ? 'yes' : null,
    lines(entry.earlier.map(({ text, atMs }) => [isoText(atMs), text ?? 'cannot be decoded'].join(' ').trim())),
    isoText(entry.deliveredMs),
    isoText(entry.readMs),
    lines([...(isEvent ? [] : remarks), ...entry.marks]),
    entry.id,
  ];
}

function addressOf(author: Author): string | null {
  return author === 'me' || author === null ? null : author.id;
}

function wordsOf(piece: Piece): readonly string[] {
  if (piece.kind === 'text') return [piece.text];
  if (piece.kind === 'place') return [`${piece.name ?? 'Location'} (${piece.latitude}, ${piece.longitude})`];
  if (piece.kind === 'link') return [piece.title, piece.subtitle, piece.app, piece.url].filter((one) => one !== null);
  return [];
}

/** Where it lies beside this file; else its name, and why it is not there. */
function filesOf(piece: Piece, paths: readonly string[]): readonly string[] {
  if (paths.length > 0) return paths;
  if (piece.kind === 'contact') return [piece.name ?? 'Contact'];
  if (piece.kind !== 'file') return [];
  return [`${piece.file.name} (${absence(piece.file.state) ?? 'it could not be read from the backup'})`];
}

function lines(parts: readonly string[]): string | null {
  return parts.length === 0 ? null : parts.join('\n');
}
