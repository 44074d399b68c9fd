import type { Author, Entry, Piece } from './conversations/model.ts';
import type { SavedFiles } from './saved-files.ts';
import type { Sink, SinkPlace } from './sink.ts';
import { TextFile } from './text-file.ts';

/** A conversation as JSON, one entry a line. Times are ISO 8601 in UTC, null where not known. */
export class JsonSink implements Sink {
  readonly #place: SinkPlace;
  readonly #file: TextFile;
  #isOpen = false;

  constructor(place: SinkPlace) {
    this.#place = place;
    this.#file = new TextFile(place.folder, [...place.parts, 'conversation.json'], place.signal);
  }

  async add(entry: Entry, saved: SavedFiles): Promise<void> {
    const before = this.#isOpen ? ',\n' : `${this.#head()}\n`;
    this.#isOpen = true;
    await this.#file.write(before + JSON.stringify(entryJson(entry, saved)));
  }

  async end(): Promise<void> {
    await this.#file.write(`${this.#isOpen ? '' : this.#head()}\n]}\n`);
    await this.#file.end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#file[Symbol.asyncDispose]();
  }

  #head(): string {
    const { conversation, origin } = this.#place;
    const { id, app, title, service, isGroup, people } = conversation;
    const head = {
      format: 'backstop-conversation',
      version: 1,
      conversation: { id, app, title, service, isGroup, people },
      backup: { deviceName: origin.deviceName, madeAt: iso(origin.madeAtMs) },
    };
    return `${JSON.stringify(head).slice(0, -1)},"entries":[`;
  }
}

function entryJson(entry: Entry, saved: SavedFiles): Record<string, unknown> {
  return {
    id: entry.id,
    at: iso(entry.atMs),
    kind: entry.kind,
    isFromMe: entry.author === 'me',
    sender: personJson(entry.author),
    service: entry.service,
    pieces: entry.pieces.map((piece, index) => pieceJson(piece, saved.of(entry.id, index))),
    replyTo:
      entry.replyTo === null
        ? null
        : {
            id: entry.replyTo.id,
            isFromMe: entry.replyTo.author === 'me',
            sender: personJson(entry.replyTo.author),
            text: entry.replyTo.text,
          },
    reactions: entry.reactions.map(({ author, emoji }) => ({
      emoji,
      isFromMe: author === 'me',
      sender: personJson(author),
    })),
    isEdited: entry.isEdited,
    earlier: entry.earlier.map(({ text, atMs }) => ({ text, at: iso(atMs) })),
    deliveredAt: iso(entry.deliveredMs),
    readAt: iso(entry.readMs),
    marks: entry.marks,
  };
}

function personJson(author: Author): { id: string; name: string | null } | null {
  return author === 'me' || author === null ? null : { id: author.id, name: author.name };
}

function pieceJson(piece: Piece, paths: readonly string[]): Record<string, unknown> {
  if (piece.kind === 'contact') return { ...piece, paths };
  if (piece.kind === 'link') {
    const { previews: _, ...link } = piece;
    return { ...link, paths };
  }
  if (piece.kind !== 'file') return { ...piece };
  const { id, name, mimeType, sizeBytes, isSticker, state } = piece.file;
  return { kind: 'file', id, name, mimeType, sizeBytes, isSticker, state, paths };
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
