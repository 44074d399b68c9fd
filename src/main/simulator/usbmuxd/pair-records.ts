import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodePlist, parsePlist, stringAt } from '../../engine/formats/plist/index.ts';

const SYSTEM_FILE = 'SystemConfiguration.plist';
const RECORD_ID = /^[0-9A-Za-z][0-9A-Za-z-]{0,79}$/;

/**
 * The host's pair records and its SystemBUID, as usbmuxd keeps them: in memory, or in a folder laid out like
 * /var/lib/lockdown, so that pairings outlive the process.
 */
export class PairRecordStore {
  readonly buid: string;
  readonly #dir: string | null;
  readonly #records: Map<string, Buffer>;

  private constructor(buid: string, dir: string | null, records: Map<string, Buffer>) {
    this.buid = buid;
    this.#dir = dir;
    this.#records = records;
  }

  static async open(dir: string | null): Promise<PairRecordStore> {
    const records = new Map<string, Buffer>();
    if (dir === null) return new PairRecordStore(randomUUID().toUpperCase(), null, records);
    await mkdir(dir, { recursive: true, mode: 0o700 });
    let buid: string | undefined;
    for (const name of await readdir(dir)) {
      const id = name.slice(0, -'.plist'.length);
      if (name === SYSTEM_FILE) buid = stringAt(parsePlist(await readFile(join(dir, name))), 'SystemBUID');
      else if (name.endsWith('.plist') && RECORD_ID.test(id)) records.set(id, await readFile(join(dir, name)));
    }
    if (buid === undefined) {
      buid = randomUUID().toUpperCase();
      await writeFile(join(dir, SYSTEM_FILE), encodePlist({ SystemBUID: buid }, 'xml'), { mode: 0o600 });
    }
    return new PairRecordStore(buid, dir, records);
  }

  /** Is it a name that may become a file name? */
  accepts(id: string): boolean {
    return RECORD_ID.test(id) && `${id}.plist` !== SYSTEM_FILE;
  }

  read(id: string): Buffer | undefined {
    return this.#records.get(id);
  }

  async save(id: string, record: Uint8Array): Promise<void> {
    const copy = Buffer.from(record);
    if (this.#dir !== null) {
      const path = join(this.#dir, `${id}.plist`);
      await writeFile(`${path}.new`, copy, { mode: 0o600 });
      await rename(`${path}.new`, path);
    }
    this.#records.set(id, copy);
  }

  /** False when there was none. */
  async delete(id: string): Promise<boolean> {
    if (!this.#records.delete(id)) return false;
    if (this.#dir !== null) await rm(join(this.#dir, `${id}.plist`), { force: true });
    return true;
  }
}
