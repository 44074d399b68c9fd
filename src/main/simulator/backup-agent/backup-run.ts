import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  createWriteStream,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createManifestDb,
  createManifestEncryptor,
  createPayloadEncryptor,
  decodeMbFile,
  decryptManifestDb,
  encodeMbFile,
  fileIdOf,
  type ManifestDb,
  openClassedKey,
  openManifestDb,
  readManifestPlist,
  readStatusPlist,
  storedSizeOf,
  wrapKey,
  writeClassedKey,
} from '../../engine/formats/index.ts';
import { boolAt, dictAt, encodePlist, type PlistDict, PlistReal, stringAt } from '../../engine/formats/plist/index.ts';
import type { PhoneFile } from '../content/types.ts';
import type { JsonObject } from '../json.ts';
import type { SimulatedPhone } from '../phone.ts';
import type { ServiceConnection } from '../services/types.ts';
import type { BackupFaults } from './faults.ts';
import { ConversationOver, type HostLink, type OutgoingFile } from './host-link.ts';
import type { BackupKeys, KeyRing } from './key-ring.ts';

const ERROR = { upload: 104, space: 105, inconsistent: 205, locked: 208 } as const;
/** The phone goes on only with this much to spare, and asks for this much more when it lacks (device protocols 4.6). */
const SPARE_BYTES = 134_217_728;
const PURGE_EXTRA_BYTES = 2_147_483_648;
const MOVES_AT_ONCE = 128;
const FILES_AT_ONCE = 400;
const BYTES_AT_ONCE = 64 * 1024 * 1024;
const BLOCK_BYTES = 512 * 1024;
const MANIFEST_KEY_CLASS = 4;
const FILE = 1;
const FOLDER = 2;
const LINK = 4;

export interface BackupContext {
  readonly phone: SimulatedPhone;
  readonly link: HostLink;
  readonly faults: BackupFaults;
  readonly keys: KeyRing;
  readonly storedSizes: Map<string, number>;
  readonly connection: ServiceConnection;
}

/** One backup as the phone makes it: full or, when what the host holds fits, incremental. */
export class BackupRun {
  readonly #c: BackupContext;
  readonly #scratch: string;
  #udid = '';

  constructor(context: BackupContext) {
    this.#c = context;
    this.#scratch = join(context.phone.scratchDir, `backup-${randomUUID()}`);
  }

  async run(request: PlistDict): Promise<JsonObject> {
    const { phone, link } = this.#c;
    this.#udid = stringAt(request, 'TargetIdentifier') ?? phone.identity.udid;
    mkdirSync(this.#scratch, { recursive: true });
    const started = performance.now();
    const facts: Record<string, string | number | boolean> = {
      lockHeld: phone.media.syncLockHeld,
      full: true,
      sent: 0,
      removed: 0,
    };
    try {
      await this.#backup(request, facts);
      phone.state.lastBackupAt = new Date();
    } catch (error) {
      facts['ended'] = error instanceof Error ? error.message : String(error);
      if (!(error instanceof Refused)) throw error;
      await link.finish(error.code, error.message);
    } finally {
      rmSync(this.#scratch, { recursive: true, force: true });
      phone.events.record('backup.ended', { ...facts, ms: Math.round(performance.now() - started) });
    }
    return facts;
  }

  #host(path: string): string {
    return `${this.#udid}/${path}`;
  }

  async #backup(request: PlistDict, facts: Record<string, string | number | boolean>): Promise<void> {
    const { phone, link, connection, faults } = this.#c;
    const passcode = await phone.askPasscode('backup', connection.signal);
    if (passcode !== 'ok') throw new Refused(ERROR.locked, 'Device locked');
    const password = phone.state.backupPassword;
    const keys = password === null ? null : await this.#c.keys.keysFor(password, connection.signal);
    const forced = boolAt(dictAt(request, 'Options'), 'ForceFullBackup') === true;
    const previous = await this.#readPrevious(keys, forced);
    facts['full'] = previous === null;
    facts['encrypted'] = keys !== null;
    try {
      await this.#checkSpace(previous);
      await this.#makeFolders();
      await this.#hostileNames(faults);
      const made = await this.#sendFiles(previous, keys);
      facts['sent'] = made.moved.length;
      await this.#sendManifest(made.manifest, keys);
      await this.#moveIntoPlace(made.moved);
      const removed = this.#removedSince(previous);
      facts['removed'] = removed.length;
      if (removed.length > 0)
        await this.#expectOk(await link.ask(['DLMessageRemoveItems', removed, {}, new PlistReal(95)]), 'RemoveItems');
      for (const path of removed) this.#c.storedSizes.delete(path.slice(-40));
      await this.#sendStatus(previous === null);
      if (faults.active('leave-snapshot') === null) {
        await this.#expectOk(
          await link.ask(['DLMessageRemoveItems', [this.#host('Snapshot')], {}, new PlistReal(97)]),
          'RemoveItems',
        );
      }
      await this.#verify(made.manifest, keys);
      const late = faults.take('final-error');
      if (late !== null) throw new Refused(late.value ?? 1, 'told to fail at the end');
      if (faults.take('no-response') !== null) throw new ConversationOver('fault: no final response');
      await link.finish(0);
    } finally {
      previous?.close();
    }
  }

  // ---- what the host holds

  /** The previous manifest, when the host's files fit this phone's state; null makes the run a full one. */
  async #readPrevious(keys: BackupKeys | null, forced: boolean): Promise<ManifestDb | null> {
    const status = await this.#fetch('Status.plist');
    if (status === null || forced) return null;
    if (readStatusPlist(readFileSync(status)).snapshotState !== 'finished') return null;
    const plistPath = await this.#fetch('Manifest.plist');
    const database = await this.#fetch('Manifest.db');
    if (plistPath === null || database === null) return null;
    try {
      const manifest = readManifestPlist(readFileSync(plistPath));
      if ((manifest.isEncrypted === true) !== (keys !== null)) return null;
      if (keys !== null && !Buffer.from(manifest.keybag ?? []).equals(keys.bag)) return null;
      const plain = join(this.#scratch, 'previous.db');
      const key =
        keys === null || manifest.manifestKey === undefined
          ? null
          : openClassedKey(keys.classKeys, manifest.manifestKey);
      await decryptManifestDb(createReadStream(database), key, plain);
      return openManifestDb(plain);
    } catch {
      // Unreadable to the phone is as good as not there: it sends everything anew.
      return null;
    }
  }

  async #fetch(name: string): Promise<string | null> {
    const path = join(this.#scratch, `host-${name}`);
    rmSync(path, { force: true });
    const file = createWriteStream(path);
    const failed = await this.#c.link.download([this.#host(name)], (_path, piece) => {
      // Copied by the stream before it is reused: pieces are slices of the socket's own chunks.
      if (!file.write(piece)) return new Promise((resolve) => file.once('drain', () => resolve()));
      return undefined;
    });
    await new Promise<void>((resolve, reject) =>
      file.end((error?: Error | null) => (error ? reject(error) : resolve())),
    );
    return failed.size > 0 ? null : path;
  }

  async #checkSpace(previous: ManifestDb | null): Promise<void> {
    const { link, phone } = this.#c;
    const { value } = await link.ask(['DLMessageGetFreeDiskSpace']);
    const free = Number(value ?? 0);
    const need = (previous === null ? phone.content.totalBytes : 0) + SPARE_BYTES;
    if (free > need) return;
    const status = await link.ask(['DLMessagePurgeDiskSpace', need - free + PURGE_EXTRA_BYTES, 4]);
    if (status.status === 0) link.complain('PurgeDiskSpace was answered with success');
    throw new Refused(ERROR.space, 'Insufficient free disk space on drive to back up');
  }

  async #makeFolders(): Promise<void> {
    const { link } = this.#c;
    await this.#expectOk(await link.ask(['DLMessageCreateDirectory', this.#host('Snapshot'), {}]), 'CreateDirectory');
    for (let n = 0; n < 256; n += 1) {
      const shard = n.toString(16).padStart(2, '0');
      await this.#expectOk(
        await link.ask(['DLMessageCreateDirectory', this.#host(`Snapshot/${shard}`), {}]),
        'CreateDirectory',
      );
      // Some hosts make no parents when they move: the shards are asked for too.
      await this.#expectOk(await link.ask(['DLMessageCreateDirectory', this.#host(shard), {}]), 'CreateDirectory');
    }
  }

  async #hostileNames(faults: BackupFaults): Promise<void> {
    const names = faults.active('hostile-names')?.['names'];
    for (const name of Array.isArray(names) ? names : []) {
      const long = /^repeat:(\d+)$/.exec(String(name))?.[1];
      const path = long === undefined ? String(name) : 'x'.repeat(Number(long));
      await this.#sendAll([{ devicePath: '/.b/6/evil', hostPath: path, content: [Buffer.from('evil')] }], 4, 1);
    }
    const move = faults.active('hostile-move');
    if (move !== null) {
      const pair = { [String(move['from'])]: String(move['to']) };
      await this.#expectOk(await this.#c.link.ask(['DLMessageMoveItems', pair, {}, new PlistReal(0)]), 'MoveItems');
    }
  }

  // ---- files

  async #sendFiles(
    previous: ManifestDb | null,
    keys: BackupKeys | null,
  ): Promise<{ manifest: string; moved: string[] }> {
    const { phone, faults } = this.#c;
    const manifest = join(this.#scratch, 'Manifest.db');
    const writer = createManifestDb(manifest);
    const moved: string[] = [];
    let batch: PhoneFile[] = [];
    let bytes = 0;
    const total = Math.max(1, phone.content.fileCount);
    let seen = 0;
    const flush = async (): Promise<void> => {
      if (batch.length === 0) return;
      const sending = batch;
      const announced = bytes;
      batch = [];
      bytes = 0;
      const rows: (() => void)[] = [];
      const files = this.#outgoing(sending, keys, (file, row) => {
        rows.push(() => {
          writer.put({ domain: file.domain, relativePath: file.relativePath, flags: FILE, file: row });
          moved.push(fileIdOf(file.domain, file.relativePath));
        });
      });
      await this.#sendAll(files, announced, Math.min(90, (seen / total) * 90));
      for (const put of rows) put();
    };
    try {
      for (const file of phone.content.files()) {
        if (file.encryptedOnly && keys === null) continue;
        if (file.kind !== 'file') {
          const flags = file.kind === 'directory' ? FOLDER : LINK;
          writer.put({
            domain: file.domain,
            relativePath: file.relativePath,
            flags,
            file: encodeMbFile(mbFile(file, null, null)),
          });
          continue;
        }
        seen += 1;
        const old = previous?.row(fileIdOf(file.domain, file.relativePath)) ?? null;
        if (old?.file != null && isUnchanged(old.file, file)) {
          writer.put({ domain: file.domain, relativePath: file.relativePath, flags: FILE, file: old.file });
          continue;
        }
        if (faults.names('missing-payload', file.relativePath)) {
          writer.put({
            domain: file.domain,
            relativePath: file.relativePath,
            flags: FILE,
            file: encodeMbFile(mbFile(file, keys === null ? null : newFileKey(keys, file).wrapped, null)),
          });
          continue;
        }
        batch.push(file);
        bytes += keys === null ? file.sizeBytes : storedSizeOf(file.sizeBytes);
        if (batch.length >= FILES_AT_ONCE || bytes >= BYTES_AT_ONCE) await flush();
      }
      await flush();
    } finally {
      writer.close();
    }
    return { manifest, moved };
  }

  /** Encrypts on the way; the row is known when the last byte has gone. */
  *#outgoing(
    files: readonly PhoneFile[],
    keys: BackupKeys | null,
    onRow: (file: PhoneFile, row: Buffer) => void,
  ): Generator<OutgoingFile> {
    const { faults, storedSizes } = this.#c;
    for (const file of files) {
      const id = fileIdOf(file.domain, file.relativePath);
      const key = keys === null ? null : newFileKey(keys, file);
      const digest = file.hasDigest ? createHash('sha1') : null;
      const unreadable = faults.names('unreadable', file.relativePath);
      let stored = 0;
      const content = function* (): Generator<Uint8Array> {
        if (unreadable) return;
        const cipher = key === null ? null : createPayloadEncryptor(key.key);
        const out = (bytes: Buffer): Buffer => {
          digest?.update(bytes);
          stored += bytes.length;
          return bytes;
        };
        for (const plain of file.read()) {
          for (let at = 0; at < plain.length; at += BLOCK_BYTES) {
            const piece = plain.subarray(at, at + BLOCK_BYTES);
            const bytes = cipher === null ? piece : cipher.update(piece);
            if (bytes.length > 0) yield out(bytes);
          }
        }
        const tail = cipher?.final();
        if (tail !== undefined && tail.length > 0) yield out(tail);
      };
      yield {
        devicePath: `/.b/6/${file.domain}/${file.relativePath}`,
        hostPath: this.#host(`Snapshot/${id.slice(0, 2)}/${id}`),
        content: content(),
        ...(unreadable ? { error: 'Operation not permitted' } : {}),
      };
      onRow(file, encodeMbFile(mbFile(file, key?.wrapped ?? null, digest?.digest() ?? null)));
      if (unreadable) storedSizes.delete(id);
      else storedSizes.set(id, stored);
    }
  }

  async #sendManifest(manifest: string, keys: BackupKeys | null): Promise<void> {
    const { phone } = this.#c;
    if (keys !== null) await encryptInPlace(manifest, keys.manifestKey);
    const { identity } = phone;
    const plist: PlistDict = {
      IsEncrypted: keys !== null,
      Version: '10.0',
      SystemDomainsVersion: '24.0',
      Date: new Date(),
      WasPasscodeSet: phone.state.passcodeSet,
      Lockdown: {
        DeviceName: identity.name,
        ProductType: identity.productType,
        ProductVersion: identity.productVersion,
        BuildVersion: identity.buildVersion,
        SerialNumber: identity.serialNumber,
        UniqueDeviceID: identity.udid,
        'com.apple.mobile.data_sync': {},
        'com.apple.Accessibility': {},
      },
      Applications: Object.fromEntries(
        phone.content.apps.map((app) => [
          app.bundleId,
          {
            CFBundleIdentifier: app.bundleId,
            CFBundleVersion: app.version,
            ContainerContentClass: 'Data/Application',
            Path: `/var/containers/Bundle/Application/${app.bundleId}.app`,
          },
        ]),
      ),
      ...(keys === null
        ? {}
        : { BackupKeyBag: keys.bag, ManifestKey: classed(MANIFEST_KEY_CLASS, keys, keys.manifestKey) }),
    };
    const bytes = encodePlist(plist, 'binary');
    const files: OutgoingFile[] = [
      { devicePath: '/.ba/Manifest.db', hostPath: this.#host('Snapshot/Manifest.db'), content: [] },
      { devicePath: '/.ba/Manifest.plist', hostPath: this.#host('Snapshot/Manifest.plist'), content: [bytes] },
    ];
    const [database, rest] = files as [OutgoingFile, OutgoingFile];
    await this.#sendAll([{ ...database, content: fileChunks(manifest) }, rest], bytes.length, 90);
  }

  async #moveIntoPlace(moved: readonly string[]): Promise<void> {
    const { link, faults } = this.#c;
    const send = async (pairs: readonly (readonly [string, string])[]): Promise<void> => {
      const dict = Object.fromEntries(pairs.map(([from, to]) => [this.#host(from), this.#host(to)]));
      await this.#expectOk(await link.ask(['DLMessageMoveItems', dict, {}, new PlistReal(92)]), 'MoveItems');
    };
    let pairs: [string, string][] = [];
    for (const id of moved) {
      // What could not be read was never sent.
      if (!this.#c.storedSizes.has(id) && faults.active('unreadable') !== null) continue;
      pairs.push([`Snapshot/${id.slice(0, 2)}/${id}`, `${id.slice(0, 2)}/${id}`]);
      if (pairs.length === MOVES_AT_ONCE) {
        await send(pairs);
        pairs = [];
      }
    }
    if (pairs.length > 0) await send(pairs);
    await send([['Snapshot/Manifest.db', 'Manifest.db']]);
    await send([['Snapshot/Manifest.plist', 'Manifest.plist']]);
  }

  #removedSince(previous: ManifestDb | null): string[] {
    if (previous === null) return [];
    const now = this.#currentIds();
    const removed: string[] = [];
    for (const row of previous.rows()) {
      if (row.flags === FILE && !now.has(row.fileId))
        removed.push(this.#host(`${row.fileId.slice(0, 2)}/${row.fileId}`));
    }
    return removed;
  }

  /** Ids of the regular files that belong to this backup. */
  #currentIds(): ReadonlySet<string> {
    const ids = new Set<string>();
    const encrypted = this.#c.phone.state.backupPassword !== null;
    for (const file of this.#c.phone.content.files()) {
      if (file.kind === 'file' && (encrypted || !file.encryptedOnly)) ids.add(fileIdOf(file.domain, file.relativePath));
    }
    return ids;
  }

  async #sendStatus(full: boolean): Promise<void> {
    const state = this.#c.faults.active('status')?.['state'];
    const status = encodePlist(
      {
        UUID: randomUUID().toUpperCase(),
        Date: new Date(),
        BackupState: 'new',
        IsFullBackup: full,
        SnapshotState: typeof state === 'string' ? state : 'finished',
        Version: '3.3',
      },
      'binary',
    );
    await this.#sendAll(
      [{ devicePath: '/.ba/Status.plist', hostPath: this.#host('Status.plist'), content: [status] }],
      status.length,
      96,
    );
  }

  // ---- verification by the phone

  async #verify(manifest: string, keys: BackupKeys | null): Promise<void> {
    const { link, faults, storedSizes, phone } = this.#c;
    for (const name of ['Status.plist', 'Manifest.plist']) {
      if ((await this.#fetch(name)) === null) throw new Refused(ERROR.inconsistent, `${name} is missing`);
    }
    const back = await this.#fetch('Manifest.db');
    if (back === null || !(await sameFile(back, manifest)))
      throw new Refused(ERROR.inconsistent, 'Manifest.db came back changed');
    if (faults.active('missing-payload') !== null || faults.active('unreadable') !== null) return;
    const byShard = new Map<string, { id: string; size: number }[]>();
    for (const file of phone.content.files()) {
      if (file.kind !== 'file' || (file.encryptedOnly && keys === null)) continue;
      const id = fileIdOf(file.domain, file.relativePath);
      const size = storedSizes.get(id) ?? (keys === null ? file.sizeBytes : storedSizeOf(file.sizeBytes));
      const shard = byShard.get(id.slice(0, 2)) ?? [];
      shard.push({ id, size });
      byShard.set(id.slice(0, 2), shard);
    }
    for (const [shard, files] of [...byShard].sort()) {
      const listing = await link.list(this.#host(shard));
      for (const { id, size } of files) {
        const found = listing.get(id);
        if (found !== size) {
          throw new Refused(
            ERROR.inconsistent,
            `manifest references files not in backup: ${shard}/${id} (${found ?? 'missing'} of ${size})`,
          );
        }
      }
    }
  }

  // ---- helpers

  async #sendAll(files: Iterable<OutgoingFile>, total: number, percent: number): Promise<void> {
    const { status, text } = await this.#c.link.upload(files, total, percent);
    if (status === 0) return;
    throw new Refused(status === -15 ? ERROR.space : ERROR.upload, `the computer refused an upload: ${status} ${text}`);
  }

  async #expectOk(answer: { readonly status: number; readonly text: string }, what: string): Promise<void> {
    if (answer.status !== 0) throw new Refused(ERROR.upload, `${what} failed: ${answer.status} ${answer.text}`);
  }
}

/** The phone ends with an error of its own. */
class Refused extends Error {
  readonly code: number;
  constructor(code: number, text: string) {
    super(`${text} (MBErrorDomain/${code})`);
    this.code = code;
  }
}

interface FileKey {
  readonly key: Buffer;
  readonly wrapped: Uint8Array;
}

function newFileKey(keys: BackupKeys, file: PhoneFile): FileKey {
  const key = randomBytes(32);
  return { key, wrapped: classed(file.protectionClass === 0 ? MANIFEST_KEY_CLASS : file.protectionClass, keys, key) };
}

function classed(classId: number, keys: BackupKeys, key: Buffer): Buffer {
  const classKey = keys.classKeys.get(classId);
  if (classKey === undefined) throw new Error(`no class key ${classId}`);
  return Buffer.from(writeClassedKey(classId, wrapKey(classKey, key)));
}

function mbFile(file: PhoneFile, wrapped: Uint8Array | null, digest: Uint8Array | null) {
  const xattrs = Object.fromEntries(file.extendedAttributes);
  return {
    size: file.manifestSizeBytes,
    mode: file.mode,
    relativePath: file.relativePath,
    modified: file.modified,
    statusChanged: file.statusChanged,
    birth: file.birth,
    userId: file.userId,
    groupId: file.groupId,
    inode: file.inode,
    flags: 0,
    protectionClass: file.protectionClass,
    encryptionKey:
      wrapped === null ? null : { classId: Buffer.from(wrapped).readUInt32LE(0), wrapped: wrapped.subarray(4) },
    digest,
    extendedAttributes: file.extendedAttributes.size === 0 ? null : encodePlist(xattrs, 'binary'),
    target: file.target,
  };
}

function isUnchanged(row: Uint8Array, file: PhoneFile): boolean {
  const old = decodeMbFile(row);
  return (
    old !== null &&
    old.size === file.manifestSizeBytes &&
    old.modified === file.modified &&
    old.statusChanged === file.statusChanged &&
    old.inode === file.inode &&
    old.mode === file.mode
  );
}

async function encryptInPlace(path: string, key: Buffer): Promise<void> {
  const target = `${path}.encrypted`;
  const cipher = createManifestEncryptor(key);
  const out = createWriteStream(target);
  for await (const chunk of createReadStream(path)) {
    const bytes = cipher.update(chunk as Buffer);
    if (!out.write(bytes)) await new Promise<void>((resolve) => out.once('drain', () => resolve()));
  }
  out.write(cipher.final());
  await new Promise<void>((resolve, reject) => out.end((error?: Error | null) => (error ? reject(error) : resolve())));
  await rename(target, path);
}

function* fileChunks(path: string): Generator<Buffer> {
  const fd = openSync(path, 'r');
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(BLOCK_BYTES);
      const got = readSync(fd, chunk, 0, chunk.length, null);
      if (got === 0) return;
      yield chunk.subarray(0, got);
    }
  } finally {
    closeSync(fd);
  }
}

async function sameFile(a: string, b: string): Promise<boolean> {
  const hash = async (path: string): Promise<string> => {
    const sha = createHash('sha256');
    for await (const chunk of createReadStream(path)) sha.update(chunk as Buffer);
    return sha.digest('hex');
  };
  return (await hash(a)) === (await hash(b));
}
