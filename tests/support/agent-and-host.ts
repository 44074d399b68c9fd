import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MobileBackup2Client, type Outcome } from '../../src/main/engine/device/index.ts';
import { socketPair } from '../../src/main/engine/device/test-support/socket-pair.ts';
import { SocketWire } from '../../src/main/engine/device/wire/index.ts';
import { encodePlist, type PlistDict } from '../../src/main/engine/formats/plist/index.ts';
import { createBackupService } from '../../src/main/simulator/backup-agent/index.ts';
import { createPhoneContent } from '../../src/main/simulator/content/index.ts';
import type { JsonObject } from '../../src/main/simulator/json.ts';
import { SimulatedPhone } from '../../src/main/simulator/phone.ts';
import { isBackstopError } from '../../src/shared/errors/index.ts';
import { type ReadBackup, readAppleBackup } from './apple-backup.ts';
import { RealFolder } from './real-folder.ts';

export type AgentSettings = NonNullable<Parameters<typeof createBackupService>[0]>;

/** How a conversation ended for the host, and what the phone's report says of it. */
export interface Ended {
  readonly host: Outcome | { readonly kind: 'threw'; readonly code: string };
  readonly report: JsonObject;
}

/**
 * The backup agent of a generated phone and the product's client with a real folder, joined by a socket: no usbmuxd, no
 * TLS, no process, so that a backup takes a few milliseconds.
 */
export class AgentAndHost implements AsyncDisposable {
  readonly dir = mkdtempSync(join(tmpdir(), 'backstop-agent-'));
  readonly phone: SimulatedPhone;
  readonly service: ReturnType<typeof createBackupService>;
  readonly folder: RealFolder;

  constructor(options: { readonly files?: number; readonly bytes?: number; readonly settings?: AgentSettings } = {}) {
    const scratchDir = join(this.dir, 'phone');
    mkdirSync(scratchDir);
    const content = createPhoneContent(
      { seed: 31, files: options.files ?? 150, bytes: options.bytes ?? 2e6 },
      { scratchDir: join(scratchDir, 'content') },
    );
    this.phone = new SimulatedPhone({ content, scratchDir, state: { passcodeDelayMs: 1 } });
    this.service = createBackupService(options.settings);
    this.folder = new RealFolder(join(this.dir, 'backups'), join(this.dir, 'moving'));
    mkdirSync(this.backupDir);
    writeFileSync(join(this.backupDir, 'Info.plist'), encodePlist({ 'Device Name': this.phone.identity.name }, 'xml'));
  }

  get udid(): string {
    return this.phone.identity.udid;
  }

  get backupDir(): string {
    return join(this.folder.root, this.udid);
  }

  backup(options: PlistDict = {}): Promise<Ended> {
    return this.converse({ MessageName: 'Backup', TargetIdentifier: this.udid, Options: options });
  }

  /** Any request, to the end of the conversation. */
  async converse(request: PlistDict, signal?: AbortSignal): Promise<Ended> {
    const [near, far] = await socketPair();
    const serving = this.#serve(new SocketWire(far));
    let host: Ended['host'];
    try {
      const client = await MobileBackup2Client.open(new SocketWire(near));
      host = await client.converse(request, this.folder, { signal });
    } catch (error) {
      if (!isBackstopError(error)) throw error;
      host = { kind: 'threw', code: error.code };
      near.destroy();
    }
    await serving;
    return { host, report: this.lastReport() };
  }

  /** The agent alone, for a test that speaks for the host itself. */
  async serveOn(wire: SocketWire): Promise<JsonObject> {
    await this.#serve(wire);
    return this.lastReport();
  }

  lastReport(): JsonObject {
    const conversations = this.service.report?.()['conversations'] as readonly JsonObject[];
    return conversations.at(-1) ?? {};
  }

  arm(kind: string, at: JsonObject = {}, options: JsonObject = {}): void {
    if (this.service.armFault?.({ kind, at, options }) !== true) throw new Error(`nobody knows the fault ${kind}`);
  }

  read(password: string | null = null): Promise<ReadBackup> {
    return readAppleBackup(this.backupDir, password);
  }

  /** What belongs into a backup of this kind: file id → SHA-256. */
  async truth(isEncrypted = false): Promise<ReadonlyMap<string, string>> {
    const file = join(this.dir, 'truth.json');
    await this.phone.content.writeTruth(file);
    const { files } = JSON.parse(readFileSync(file, 'utf8')) as {
      files: { fileId: string; sha256: string; encryptedOnly?: boolean }[];
    };
    const wanted = files.filter(({ encryptedOnly }) => isEncrypted || encryptedOnly !== true);
    return new Map(wanted.map(({ fileId, sha256 }) => [fileId, sha256]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.phone.content[Symbol.asyncDispose]();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** As the phone's endpoint does it: a host that is gone is normal. */
  async #serve(wire: SocketWire): Promise<void> {
    const { signal } = new AbortController();
    const connection = {
      service: this.service.name,
      wire,
      signal,
      via: 'usb',
      hostId: 'HOST',
      escrowed: true,
    } as const;
    try {
      await this.service.serve(connection, this.phone);
      wire.close();
    } catch (error) {
      wire.destroy();
      if (!isBackstopError(error, 'device/connection-lost'))
        this.phone.events.record('test.service-threw', { error: String(error) });
    }
  }
}
