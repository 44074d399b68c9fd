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

  #fromHere(path: string): string {
    return path.split('/').slice(this.#parts.length).join('/');
  }
}

/** "2025-08-04 ", so that a folder of pictures stands in its order and names clash less. */
function dateOf(ms: number | null): string {
  return ms === null ? '' : `${new Date(ms).toISOString().slice(0, 10)} `;
}
