import { constants } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { z } from 'zod';

/**
 * What lies in the folder of a rescue, a line a fact, only ever added to: a run that was killed is read again by the
 * next one. A line that cannot be read is forgotten, which costs a copy and never a file.
 */

const headSchema = z.object({ rescue: z.literal(1), udid: z.string(), startedAt: z.string() });
const copySchema = z.object({
  /** On the phone. */
  path: z.string(),
  /** In the folder. */
  as: z.string(),
  size: z.number().int().nonnegative(),
  /** Milliseconds since 1970, as the phone says. */
  modified: z.number().nullable(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
const asideSchema = z.object({ aside: z.string(), to: z.string() });
const partSchema = z.object({
  part: z.string(),
  bytes: z.number().int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
const lineSchema = z.union([copySchema, asideSchema, partSchema]);

export type Copy = z.infer<typeof copySchema>;
/** The beginning of a large file, as far as it is safely on the disk. */
export type Part = z.infer<typeof partSchema>;

export class Journal implements AsyncDisposable {
  /** By their paths on the phone. */
  readonly copies = new Map<string, Copy>();
  /** Copies that were set aside, by where they lie now. */
  readonly aside = new Map<string, Copy>();
  readonly parts = new Map<string, Part>();
  readonly #file: FileHandle;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Whose folder it is; null: no journal is there, or none of ours. */
  static async owner(path: string): Promise<string | null> {
    const [first] = await linesOf(path);
    const head = headSchema.safeParse(parse(first));
    return head.success ? head.data.udid : null;
  }

  static async open(path: string, udid: string): Promise<Journal> {
    const [head, ...lines] = await linesOf(path);
    const flags = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0);
    const journal = new Journal(await open(path, flags, 0o600));
    if (headSchema.safeParse(parse(head)).success) {
      // What a kill cut off must not run into the next line.
      await journal.#file.write('\n');
      for (const line of lines) journal.#take(lineSchema.safeParse(parse(line)));
    } else {
      // Killed before it had said whose it is, and so before it had brought anything.
      await journal.#file.truncate(0);
      await journal.#add({ rescue: 1, udid, startedAt: new Date().toISOString() });
    }
    return journal;
  }

  async copied(copy: Copy): Promise<void> {
    await this.#add(copy);
    this.copies.set(copy.path, copy);
  }

  /** From now on the copy under this name lies elsewhere. */
  async setAside(as: string, to: string): Promise<void> {
    await this.#add({ aside: as, to });
    this.#move(as, to);
  }

  async kept(part: Part): Promise<void> {
    await this.#add(part);
    this.parts.set(part.part, part);
  }

  forget(path: string): void {
    this.copies.delete(path);
  }

  /** What was told survives a power cut from here on. */
  sync(): Promise<void> {
    return this.#file.sync();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#file.close();
  }

  #take(read: z.ZodSafeParseResult<z.infer<typeof lineSchema>>): void {
    if (!read.success) return;
    const line = read.data;
    if ('aside' in line) this.#move(line.aside, line.to);
    else if ('part' in line) this.parts.set(line.part, line);
    else this.copies.set(line.path, line);
  }

  #move(as: string, to: string): void {
    for (const copy of this.copies.values()) {
      if (copy.as !== as) continue;
      this.copies.delete(copy.path);
      this.aside.set(to, { ...copy, as: to });
      return;
    }
  }

  async #add(line: object): Promise<void> {
    await this.#file.write(`${JSON.stringify(line)}\n`);
  }
}

async function linesOf(path: string): Promise<string[]> {
  try {
    return (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function parse(line: string | undefined): unknown {
  try {
    return line === undefined ? undefined : JSON.parse(line);
  } catch {
    return undefined;
  }
}
