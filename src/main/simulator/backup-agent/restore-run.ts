import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeMbFile,
  decryptCbcStream,
  decryptManifestDb,
  fileIdOf,
  type MbFile,
  openClassedKey,
  openManifestDb,
  parseKeybag,
  readManifestPlist,
  readStatusPlist,
  unlockKeybag,
} from '../../engine/formats/index.ts';
import { boolAt, dictAt, type PlistDict, stringAt } from '../../engine/formats/plist/index.ts';
import type { PhoneFile } from '../content/types.ts';
import type { JsonObject } from '../json.ts';
import type { SimulatedPhone } from '../phone.ts';
import type { ServiceConnection } from '../services/types.ts';
import type { HostLink } from './host-link.ts';

const ERROR = { inconsistent: 205, password: 207, locked: 208, findMy: 211, setup: 212 } as const;
const FILES_AT_ONCE = 200;
const NAMED = 50;
const FILE = 1;

export interface RestoreContext {
  readonly phone: SimulatedPhone;
  readonly link: HostLink;
  readonly connection: ServiceConnection;
}

interface Expected {
  readonly path: string;
  readonly file: MbFile | null;
  readonly key: Buffer | null;
}

/** A restore as the phone makes it: everything is asked for, decrypted and compared; what was wrong is in the report. */
export class RestoreRun {
  readonly #c: RestoreContext;
  readonly #scratch: string;
  readonly #missing: string[] = [];
  readonly #wrong: string[] = [];
  #restored = 0;
  #compared = 0;

  constructor(context: RestoreContext) {
    this.#c = context;
    this.#scratch = join(context.phone.scratchDir, `restore-${randomUUID()}`);
  }

  async run(request: PlistDict): Promise<JsonObject> {
    const { phone, link } = this.#c;
    const options = dictAt(request, 'Options') ?? {};
    mkdirSync(this.#scratch, { recursive: true });
    let code = 0;
    let text = '';
    try {
      [code, text] = await this.#restore(request, options);
      await link.finish(code, text);
    } finally {
      rmSync(this.#scratch, { recursive: true, force: true });
    }
    const report: JsonObject = {
      code,
      text,
      restoredFiles: this.#restored,
      comparedWithPhone: this.#compared,
      missing: this.#missing.slice(0, NAMED),
      wrong: this.#wrong.slice(0, NAMED),
      applications: phone.media.lookup('iTunesRestore/RestoreApplications.plist') !== null,
      options: Object.fromEntries(
        Object.entries(options).flatMap(([name, value]) => (typeof value === 'boolean' ? [[name, value]] : [])),
      ),
    };
    phone.events.record('restore.ended', report);
    if (code === 0 && boolAt(options, 'RestoreShouldReboot') !== false) void phone.reboot();
    return report;
  }

  async #restore(request: PlistDict, options: PlistDict): Promise<readonly [number, string]> {
    const { phone, connection, link } = this.#c;
    const fail = (code: number, why: string): readonly [number, string] => [code, `${why} (MBErrorDomain/${code})`];
    if (!phone.state.setupDone) return fail(ERROR.setup, 'Set-up is not finished');
    if (phone.state.findMyEnabled) return fail(ERROR.findMy, 'Find My is on');
    if ((await phone.askPasscode('restore', connection.signal)) !== 'ok') return fail(ERROR.locked, 'Device locked');
    const source =
      stringAt(request, 'SourceIdentifier') ?? stringAt(request, 'TargetIdentifier') ?? phone.identity.udid;
    for (const name of ['Info.plist', 'Status.plist', 'Manifest.plist', 'Manifest.db']) {
      if (!(await this.#fetch(`${source}/${name}`, name))) return fail(ERROR.inconsistent, `${name} is missing`);
    }
    if (boolAt(options, 'RestoreDontCopyBackup') === false) {
      await link.ask(['DLMessageCopyItem', source, `${source}.copy`, {}]);
    }
    if (readStatusPlist(readFileSync(join(this.#scratch, 'Status.plist'))).snapshotState !== 'finished') {
      return fail(ERROR.inconsistent, 'the backup is not finished');
    }
    const manifest = readManifestPlist(readFileSync(join(this.#scratch, 'Manifest.plist')));
    let classKeys: ReadonlyMap<number, Buffer> | null = null;
    if (manifest.isEncrypted === true) {
      const password = stringAt(options, 'Password');
      const unlocked =
        password === undefined || manifest.keybag === undefined
          ? null
          : await unlockKeybag(parseKeybag(manifest.keybag), password, { signal: connection.signal });
      if (unlocked?.kind !== 'unlocked') return fail(ERROR.password, 'Invalid password');
      classKeys = unlocked.classKeys;
    }
    const key =
      classKeys === null || manifest.manifestKey === undefined ? null : openClassedKey(classKeys, manifest.manifestKey);
    const plain = join(this.#scratch, 'plain.db');
    await decryptManifestDb(createReadStream(join(this.#scratch, 'Manifest.db')), key, plain);
    await this.#fetchAll(source, plain, classKeys);
    if (this.#missing.length > 0) return fail(ERROR.inconsistent, `${this.#missing.length} files are missing`);
    if (this.#wrong.length > 0) return fail(ERROR.inconsistent, `${this.#wrong.length} files are wrong`);
    return [0, ''];
  }

  async #fetchAll(source: string, manifest: string, classKeys: ReadonlyMap<number, Buffer> | null): Promise<void> {
    const onPhone = new Map<string, PhoneFile>();
    for (const file of this.#c.phone.content.files()) {
      if (file.kind === 'file') onPhone.set(fileIdOf(file.domain, file.relativePath), file);
    }
    const database = openManifestDb(manifest);
    let batch = new Map<string, Expected>();
    try {
      for (const row of database.rows()) {
        if (row.flags !== FILE) continue;
        const file = row.file === null ? null : decodeMbFile(row.file);
        const key =
          classKeys === null || file?.encryptionKey == null ? null : openClassedKey(classKeys, file.encryptionKey);
        if (classKeys !== null && key === null)
          this.#wrong.push(`${row.domain}/${row.relativePath}: its key does not unwrap`);
        batch.set(row.fileId, { path: `${row.domain}/${row.relativePath}`, file, key });
        if (batch.size === FILES_AT_ONCE) {
          await this.#fetchBatch(source, batch, onPhone);
          batch = new Map();
        }
      }
      if (batch.size > 0) await this.#fetchBatch(source, batch, onPhone);
    } finally {
      database.close();
    }
  }

  async #fetchBatch(
    source: string,
    batch: ReadonlyMap<string, Expected>,
    onPhone: ReadonlyMap<string, PhoneFile>,
  ): Promise<void> {
    const names = [...batch.keys()].map((id) => `${source}/${id.slice(0, 2)}/${id}`);
    let current: { id: string; check: ArrivedFile } | null = null;
    const close = async (): Promise<void> => {
      if (current === null) return;
      const { id, check } = current;
      current = null;
      await this.#judge(id, check, batch, onPhone);
    };
    const seen = new Set<string>();
    const failed = await this.#c.link.download(names, async (path, piece) => {
      const id = path.slice(-40);
      if (current?.id !== id) {
        await close();
        current = { id, check: new ArrivedFile(batch.get(id)?.key ?? null, batch.get(id)?.file?.size ?? 0) };
      }
      seen.add(id);
      await current.check.take(piece);
    });
    await close();
    for (const [id, expected] of batch) {
      const path = `${source}/${id.slice(0, 2)}/${id}`;
      if (failed.has(path)) {
        if ((expected.file?.size ?? 0) > 0) this.#missing.push(expected.path);
      } else if (!seen.has(id)) {
        // Arrived, and empty.
        await this.#judge(id, new ArrivedFile(null, 0), batch, onPhone);
      }
    }
  }

  async #judge(
    id: string,
    check: ArrivedFile,
    batch: ReadonlyMap<string, Expected>,
    onPhone: ReadonlyMap<string, PhoneFile>,
  ): Promise<void> {
    const expected = batch.get(id);
    if (expected === undefined) return;
    const arrived = await check.finish();
    this.#restored += 1;
    const digest = expected.file?.digest;
    if (digest != null && !Buffer.from(digest).equals(arrived.storedSha1)) this.#wrong.push(`${expected.path}: digest`);
    if (!arrived.padded) this.#wrong.push(`${expected.path}: does not decrypt`);
    const mine = onPhone.get(id);
    // Only what has not changed on the phone since can be compared byte for byte.
    if (mine === undefined || mine.modified !== expected.file?.modified) return;
    this.#compared += 1;
    const sha = createHash('sha256');
    for (const piece of mine.read()) sha.update(piece);
    if (sha.digest('hex') !== arrived.plainSha256) this.#wrong.push(`${expected.path}: content`);
  }

  async #fetch(path: string, name: string): Promise<boolean> {
    const file = createWriteStream(join(this.#scratch, name));
    const failed = await this.#c.link.download([path], (_path, piece) => {
      if (!file.write(piece)) return new Promise((resolve) => file.once('drain', () => resolve()));
      return undefined;
    });
    await new Promise<void>((resolve, reject) =>
      file.end((error?: Error | null) => (error ? reject(error) : resolve())),
    );
    return failed.size === 0;
  }
}

/** Hashes a file as it arrives: as stored and as it is meant. */
class ArrivedFile {
  readonly #stored = createHash('sha1');
  readonly #plain = createHash('sha256');
  readonly #queue: Buffer[] = [];
  readonly #key: Buffer | null;
  #wake: (() => void) | null = null;
  #ended = false;
  readonly #decrypting: Promise<boolean>;

  constructor(key: Buffer | null, size: number) {
    this.#key = key;
    this.#decrypting = key === null ? Promise.resolve(true) : this.#decrypt(key, size);
  }

  async take(piece: Buffer): Promise<void> {
    this.#stored.update(piece);
    if (this.#key === null) {
      this.#plain.update(piece);
      return;
    }
    this.#queue.push(Buffer.from(piece));
    this.#wake?.();
    await Promise.resolve();
  }

  async finish(): Promise<{ readonly storedSha1: Buffer; readonly plainSha256: string; readonly padded: boolean }> {
    this.#ended = true;
    this.#wake?.();
    const padded = await this.#decrypting;
    return { storedSha1: this.#stored.digest(), plainSha256: this.#plain.digest('hex'), padded };
  }

  async *#pieces(): AsyncGenerator<Buffer> {
    for (;;) {
      const piece = this.#queue.shift();
      if (piece !== undefined) yield piece;
      else if (this.#ended) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = null;
      }
    }
  }

  async #decrypt(key: Buffer, size: number): Promise<boolean> {
    const { plain, verdict } = decryptCbcStream(this.#pieces(), key, { expectedSize: size });
    for await (const piece of plain) this.#plain.update(piece);
    return (await verdict).padding === 'valid';
  }
}
