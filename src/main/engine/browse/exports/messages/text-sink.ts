import type { Entry, Piece } from './conversations/model.ts';
import { absence, authorName } from './display.ts';
import type { SavedFiles } from './saved-files.ts';
import { originLine, peopleLine, type Sink, type SinkPlace } from './sink.ts';
import { TextFile } from './text-file.ts';

/** A conversation as plain text. What somebody wrote is indented, so that it cannot look like another message. */
export class TextSink implements Sink {
  readonly #place: SinkPlace;
  readonly #file: TextFile;
  #day = '';
  #isOpen = false;

  constructor(place: SinkPlace) {
    this.#place = place;
    this.#file = new TextFile(place.folder, [...place.parts, 'conversation.txt'], place.signal);
  }

  async add(entry: Entry, saved: SavedFiles): Promise<void> {
    const { display } = this.#place;
    let text = this.#isOpen ? '' : this.#head();
    this.#isOpen = true;
    const day = display.day(entry.atMs);
    if (day !== this.#day) text += `\n—— ${day} ——\n\n`;
    this.#day = day;
    await this.#file.write(text + this.#entry(entry, saved));
  }

  async end(): Promise<void> {
    if (!this.#isOpen) await this.#file.write(this.#head());
    await this.#file.end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#file[Symbol.asyncDispose]();
  }

  #head(): string {
    const { conversation, origin, display } = this.#place;
    return `${oneLine(conversation.title)}\n${oneLine(peopleLine(conversation))}\n${originLine(origin, display)}\n`;
  }

  #entry(entry: Entry, saved: SavedFiles): string {
    const { display } = this.#place;
    const time = display.time(entry.atMs);
    const lines = entry.pieces.flatMap((piece, index) => pieceLines(piece, saved.of(entry.id, index)));
    if (entry.kind === 'event') return `[${time}] ${oneLine(lines.join(' '))}\n`;
    const facts = [
      ...(entry.service === null ? [] : [entry.service]),
      ...(entry.isEdited ? ['edited'] : []),
      ...entry.marks,
    ];
    const extra = [
      ...(entry.replyTo === null
        ? []
        : [
            `↩ in reply to ${authorName(entry.replyTo.author)}: ${oneLine(entry.replyTo.text ?? 'a message that is not there any more')}`,
          ]),
      ...lines,
      ...entry.earlier.map(
        ({ text, atMs }) => `before it was edited (${display.moment(atMs)}): ${oneLine(text ?? 'cannot be decoded')}`,
      ),
      ...entry.reactions.map(({ author, emoji }) => `${emoji ?? 'Sticker'} ${oneLine(authorName(author))}`),
      ...(facts.length === 0 ? [] : [`(${facts.join(', ')})`]),
    ];
    return `[${time}] ${oneLine(authorName(entry.author))}:\n${extra.map((line) => `    ${line}\n`).join('')}`;
  }
}

function pieceLines(piece: Piece, paths: readonly string[]): string[] {
  switch (piece.kind) {
    case 'text':
      return piece.text.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/);
    case 'remark':
      return [`— ${oneLine(piece.text)} —`];
    case 'file':
      return paths.length > 0
        ? paths.map((path) => `[${path}]`)
        : [`[${oneLine(piece.file.name)}: ${absence(piece.file.state) ?? 'it could not be read from the backup'}]`];
    case 'link':
      return [piece.title, piece.subtitle, piece.app, /^https?:/i.test(piece.url ?? '') ? piece.url : null]
        .filter((line) => line !== null)
        .map(oneLine);
    case 'place':
      return [`${oneLine(piece.name ?? 'Location')} (${piece.latitude}, ${piece.longitude})`];
    case 'contact':
      return [`[${paths[0] ?? oneLine(piece.name ?? 'Contact')}]`];
  }
}

function oneLine(text: string): string {
  return text.replace(/[\s\u0085\u2028\u2029]+/g, ' ').trim();
}
