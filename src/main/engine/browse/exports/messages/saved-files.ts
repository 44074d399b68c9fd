import { isBackstopError } from '../../../../../shared/errors/index.ts';
import type { Backup } from '../../source/types.ts';
import type { ExportFolder } from '../export-folder.ts';
import type { Conversation, ConversationFile, Entry } from './conversations/model.ts';

/** What could not be taken out, and why. */
export interface Failure {
  readonly what: string;
  readonly reason: string;
}

/** Faults of one file; a full disk is none of them. */
const OF_ONE_FILE = /^(browse\/(no-content|unreadable-file|name-taken)|vault\/damaged-object|formats\/.*)$/;
const NONE: readonly string[] = [];
const MAX_PREVIEWS = 4;
const PICTURES: readonly (readonly [mark: string, extension: string])[] = [
  ['\xff\xd8\xff', 'jpg'],
  ['\x89PNG\r\n\x1a\n', 'png'],
  ['GIF8', 'gif'],
];

/**
 * Writes the files of a conversation beside it, once each, and remembers where the files of the entries that are being
 * written lie.
 */
export class SavedFiles {
  readonly #backup: Backup;
  readonly #folder: ExportFolder;
  readonly #parts: readonly string[];
  readonly #conversation: Conversation;
  readonly #failures: Failure[];
  /** Entry and piece → paths from the page. */
  #paths = new Map<string, readonly string[]>();
  count = 0;
  bytes = 0;

  constructor(
    backup: Backup,
    folder: ExportFolder,
    parts: readonly string[],
    conversation: Conversation,
    failures: Failure[],
  ) {
    this.#backup = backup;
    this.#folder = folder;
    this.#parts = parts;
    this.#conversation = conversation;
    this.#failures = failures;
  }

  /** Paths of a piece's files, from the conversation's folder. */
  of(entryId: string, piece: number): readonly string[] {
    return this.#paths.get(`${piece} ${entryId}`) ?? NONE;
  }

  async save(entry: Entry, signal: AbortSignal | undefined): Promise<void> {
    this.#paths = new Map();
    for (const [index, piece] of entry.pieces.entries()) {
      if (piece.kind === 'file')
        this.#paths.set(`${index} ${entry.id}`, await this.#saveFile(entry, piece.file, signal));
      if (piece.kind === 'link')
        this.#paths.set(`${index} ${entry.id}`, await this.#savePreview(entry, piece.previews, signal));
      if (piece.kind === 'contact') {
        const name = `${dateOf(entry.atMs)}${piece.name ?? 'Contact'}.vcf`;
        const written = await this.#folder.writeText([...this.#parts, 'files', name], piece.vcard, { signal });
        this.#paths.set(`${index} ${entry.id}`, [this.#fromHere(written.path)]);
        this.count += 1;
        this.bytes += written.bytes;
      }
    }
  }

  async #saveFile(entry: Entry, file: ConversationFile, signal: AbortSignal | undefined): Promise<readonly string[]> {
    const name = `${dateOf(entry.atMs)}${file.name}`;
    const paths: string[] = [];
    for (const one of file.files()) {
      const inside = file.state === 'folder' ? one.path.split('/').slice(-1) : [];
      try {
        const written = await this.#folder.write(
          [...this.#parts, 'files', name, ...inside],
          this.#backup.read(one, { signal }),
          {
            modifiedMs: entry.atMs,
            signal,
          },
        );
        paths.push(this.#fromHere(written.path));
        this.count += 1;
        this.bytes += written.bytes;
      } catch (error) {
        if (!isBackstopError(error) || !OF_ONE_FILE.test(error.code)) throw error;
        this.#failures.push({ what: `${this.#conversation.title}: ${file.name}`, reason: error.message });
      }
    }
    return paths;
  }

  /** The largest of them that is a picture. A link without one is as good, so what cannot be read is left out. */
  async #savePreview(
    entry: Entry,
    previews: readonly ConversationFile[],
    signal: AbortSignal | undefined,
  ): Promise<readonly string[]> {
    const largestFirst = previews.toSorted((one, other) => (other.sizeBytes ?? 0) - (one.sizeBytes ?? 0));
    for (const preview of largestFirst.slice(0, MAX_PREVIEWS)) {
      const extension = await this.#pictureType(preview);
      if (extension === null) continue;
      const paths = await this.#saveFile(entry, { ...preview, name: `Link preview.${extension}` }, signal);
      if (paths.length > 0) return paths;
    }
    return NONE;
  }

  /** Told by the first bytes, as such files have no names. */
  async #pictureType(preview: ConversationFile): Promise<string | null> {
    const [file] = preview.files();
    if (file === undefined) return null;
    try {
      const head = await this.#backup.readRange(file, 0, 12);
      return PICTURES.find(([mark]) => head.toString('latin1').startsWith(mark))?.[1] ?? null;
    } catch (error) {
      if (!isBackstopError(error) || !OF_ONE_FILE.test(error.code)) throw error;
      return null;
    }
  }

  #fromHere(path: string): string {
    return path.split('/').slice(this.#parts.length).join('/');
  }
}

/** "2025-08-04 ", so that a folder of pictures stands in its order and names clash less. */
function dateOf(ms: number | null): string {
  return ms === null ? '' : `${new Date(ms).toISOString().slice(0, 10)} `;
}
