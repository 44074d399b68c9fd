import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { boolAt, dictAt, type PlistDict } from '../../../engine/formats/plist/index.ts';
import type { SimulatedPhone } from '../../phone.ts';
import { isTooFullToBackUp } from '../../phone-disk.ts';
import type { Via } from '../../services/types.ts';
import type { AgentKeys, BackupKeys } from '../agent-keys.ts';
import { AgentFailure } from '../endings.ts';
import type { AgentMemory } from '../memory.ts';
import type { AgentLink } from '../protocol/agent-link.ts';
import {
  createDirectory,
  freeDiskSpace,
  moveItems,
  purgeDiskSpace,
  removeItems,
  STATUS,
  uploadFiles,
} from '../protocol/messages.ts';
import type { AgentSettings } from '../settings.ts';
import { DevicePaths } from './device-paths.ts';
import { FileFaults } from './file-faults.ts';
import { archiveOf } from './file-row.ts';
import { editManifestFile, type ManifestFile, newManifestFile } from './manifest-file.ts';
import { type ManifestFault, manifestKeys, type SentManifest, sendManifest } from './manifest-upload.ts';
import { askPasscode, asksForBackup } from './passcode.ts';
import { PayloadUpload } from './payload-upload.ts';
import { type BackupPlan, planBackup } from './plan.ts';
import { manifestPlist, newRunId, statusPlist } from './plists.ts';
import { type Previous, readPrevious } from './previous.ts';
import { verifyOnHost } from './verify-on-host.ts';

/** A phone goes on only with more than this beside its files, and asks for this much beyond (protocol reference 4.6). */
const RESERVE_BYTES = 134_217_728;
const PURGE_EXTRA_BYTES = 2_147_483_648;

const SHARDS = Array.from({ length: 256 }, (_nothing, shard) => shard.toString(16).padStart(2, '0'));

export interface BackupContext {
  readonly link: AgentLink;
  readonly phone: SimulatedPhone;
  readonly via: Via;
  readonly agentKeys: AgentKeys;
  readonly memory: AgentMemory;
  readonly settings: AgentSettings;
}

/** One backup as a phone drives it (protocol reference 5.3 and 5.4). Throws `AgentFailure` for errors of the phone. */
export async function runBackup(context: BackupContext, request: PlistDict): Promise<void> {
  const { phone, memory } = context;
  const isForced = boolAt(dictAt(request, 'Options'), 'ForceFullBackup') === true;
  memory.backups += 1;
  const scratchDir = join(phone.scratchDir, `backup-${memory.backups}`);
  mkdirSync(scratchDir, { recursive: true });
  try {
    await new BackupRun(context, scratchDir).run(isForced);
  } finally {
    rmSync(scratchDir, { recursive: true, force: true });
  }
}

class BackupRun {
  readonly #context: BackupContext;
  readonly #link: AgentLink;
  readonly #phone: SimulatedPhone;
  readonly #udid: string;
  readonly #scratchDir: string;
  readonly #paths: DevicePaths;
  readonly #faults: FileFaults;
  readonly #uuid = newRunId();

  constructor(context: BackupContext, scratchDir: string) {
    this.#context = context;
    this.#link = context.link;
    this.#phone = context.phone;
    this.#udid = context.phone.identity.udid;
    this.#scratchDir = scratchDir;
    this.#paths = new DevicePaths(context.memory.backups + 5);
    this.#faults = new FileFaults(context.phone, context.via, context.link);
  }

  async run(isForced: boolean): Promise<void> {
    const { agentKeys, memory } = this.#context;
    const link = this.#link;
    if (isTooFullToBackUp(this.#phone)) throw new AgentFailure(106, 'Not enough free space on this phone');
    if (asksForBackup(this.#phone.identity.productVersion)) await askPasscode(link, this.#phone, 'backup');
    const { backupPassword } = this.#phone.state;
    const keys = backupPassword === null ? null : await agentKeys.forPassword(backupPassword, link.signal);
    const bag = keys?.bag ?? (await agentKeys.unusedBag(link.signal));
    const ownPath = join(this.#scratchDir, 'Manifest.db');

    const previous = await readPrevious(link, { udid: this.#udid, keys, isForced, path: ownPath, memory });
    const isFull = previous.kind === 'full';
    const path = isFull ? ownPath : previous.path;
    Object.assign(link.record.facts, { full: isFull, why: isFull ? previous.why : null, encrypted: keys !== null });
    this.#phone.events.record('backup.started', { full: isFull, encrypted: keys !== null });
    const existing = await this.#lookAround();
    const plan = planBackup({
      files: this.#phone.content.files(),
      previous: previous.kind === 'incremental' ? previous.index : null,
      isEncrypted: keys !== null,
    });
    await this.#checkSpace(plan.uploadBytes);
    await this.#makeFolders(existing);
    if (this.#context.settings.earlyStatus) await this.#sendEarly(isFull, keys, bag);

    this.#phone.events.record('backup.uploading', { files: plan.uploads.length, bytes: plan.uploadBytes });
    const { upload, orphans } = await this.#sendPayloads(plan, previous, keys, path);
    const manifestFault = this.#fault('bad-manifest')?.what ?? null;
    const upFrom = { link, phone: this.#phone, paths: this.#paths, keys, bag };
    const sent = await sendManifest({ ...upFrom, fault: manifestFault }, path, this.#inside('Snapshot'));
    if (this.#faults.failAfter !== null) throw this.#faults.failAfter;

    const mayHaveLeftovers = isFull || memory.wasInterrupted || existing.has('Snapshot');
    const leftovers = mayHaveLeftovers ? await this.#leftovers(existing, plan) : [];
    memory.wasInterrupted = true;
    memory.foundHoles = false;
    memory.lastBackup = null;
    this.#phone.events.record('backup.moving', { files: upload.sentRows.length });
    await this.#moveIntoPlace(plan, upload.sentRows, orphans, manifestFault);
    await this.#removePayloads([...plan.removedPayloads, ...upload.unreadIds, ...leftovers]);
    const status = await this.#finishFolder(isFull);
    link.record.facts['removed'] = plan.removedPayloads.length;

    this.#phone.state.lastBackupAt = new Date();
    if (manifestFault !== null) return;
    await this.#verify(plan, sent, status, keys);
    memory.wasInterrupted = false;
    const kept = join(this.#phone.scratchDir, 'last-manifest.db');
    renameSync(sent.path, kept);
    memory.lastBackup = { manifest: kept, index: plan.next };
  }

  #inside(path: string): string {
    return `${this.#udid}/${path}`;
  }

  #fault<Kind extends Parameters<AgentLink['faults']['ofConversation']>[0]>(kind: Kind) {
    const fault = this.#link.faults.ofConversation(kind, 'Backup');
    if (fault !== null) this.#phone.events.record('fault.happened', { kind });
    return fault;
  }

  /** What the backup folder holds at its top; removes what an interrupted backup left. */
  async #lookAround(): Promise<ReadonlySet<string>> {
    const link = this.#link;
    const names = new Set((await link.list(this.#udid, { label: 'look-around' })).entries().keys());
    link.record.check('Info.plist is there before the backup', names.has('Info.plist'));
    if (names.has('Snapshot')) await link.must(removeItems([this.#inside('Snapshot')], 0));
    return names;
  }

  async #checkSpace(uploadBytes: number): Promise<void> {
    const link = this.#link;
    const required = (this.#fault('low-space')?.requiredBytes ?? uploadBytes) + RESERVE_BYTES;
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const { value } = await link.must(freeDiskSpace());
      const isNumber = typeof value === 'bigint' || typeof value === 'number';
      link.record.check('free space is told as an integer', isNumber && Number.isInteger(Number(value)));
      const reported = isNumber ? Number(value) : 0;
      link.record.facts['freeBytes'] = reported;
      if (reported > required) return;
      const missing = Math.min(required - reported + PURGE_EXTRA_BYTES, Number.MAX_SAFE_INTEGER);
      const { status } = await link.ask(purgeDiskSpace(missing));
      if (status !== STATUS.ok) break;
    }
    throw new AgentFailure(105, 'Insufficient free disk space on drive to back up');
  }

  /** Hosts do not make parents when they move: the places for the payloads are made too. */
  async #makeFolders(existing: ReadonlySet<string>): Promise<void> {
    await this.#link.must(createDirectory(this.#inside('Snapshot')));
    for (const shard of SHARDS) {
      await this.#link.must(createDirectory(this.#inside(`Snapshot/${shard}`)));
      if (!existing.has(shard)) await this.#link.must(createDirectory(this.#inside(shard)));
    }
  }

  async #sendEarly(isFull: boolean, keys: BackupKeys | null, bag: Buffer): Promise<void> {
    const status = statusPlist('uploading', { isFull, uuid: this.#uuid });
    const manifest = manifestPlist(this.#phone, manifestKeys(keys, bag).said);
    await this.#sendSmall('Snapshot/Status.plist', status, 'early-status');
    await this.#sendSmall('Snapshot/Manifest.plist', manifest, 'early-manifest');
  }

  async #sendSmall(path: string, bytes: Buffer, label: string): Promise<void> {
    await this.#link.must(uploadFiles(label === 'final-status' ? 96 : 1, 0), {
      label,
      stream: async (out) => {
        out.file(this.#paths.own(path.slice(path.lastIndexOf('/') + 1)), this.#inside(path));
        out.data(bytes);
        out.success();
      },
    });
  }

  async #sendPayloads(
    plan: BackupPlan,
    previous: Previous,
    keys: BackupKeys | null,
    path: string,
  ): Promise<{ readonly upload: PayloadUpload; readonly orphans: readonly string[] }> {
    const manifest = previous.kind === 'full' ? newManifestFile(path) : editManifestFile(path);
    try {
      for (const id of plan.removedIds) manifest.remove(id);
      writeOthers(plan, manifest);
      const { settings } = this.#context;
      const upload = new PayloadUpload({
        link: this.#link,
        udid: this.#udid,
        plan,
        keys,
        manifest,
        paths: this.#paths,
        settings,
        faults: this.#faults,
      });
      await upload.run();
      return { upload, orphans: await this.#sendOrphans() };
    } finally {
      manifest.close();
    }
  }

  /** Fault: payloads that no row names. */
  async #sendOrphans(): Promise<readonly string[]> {
    const count = this.#fault('orphan-payload')?.count ?? 0;
    const ids = Array.from({ length: count }, () => randomBytes(20).toString('hex'));
    for (const id of ids) await this.#sendSmall(`Snapshot/${id.slice(0, 2)}/${id}`, Buffer.from('nobody’s'), 'orphan');
    return ids;
  }

  /** Payloads that the new manifest does not know, of an older backup or of one that was cut off among its moves. */
  async #leftovers(existing: ReadonlySet<string>, plan: BackupPlan): Promise<string[]> {
    const shards = SHARDS.filter((shard) => existing.has(shard));
    if (shards.length === 0) return [];
    const wanted = new Set<string>();
    for (let row = 0; row < plan.next.count; row += 1) if (plan.next.isFile(row)) wanted.add(plan.next.idOf(row));
    const left: string[] = [];
    for (const shard of shards) {
      for (const name of (await this.#link.list(this.#inside(shard))).entries().keys()) {
        if (/^[0-9a-f]{40}$/.test(name) && !wanted.has(name)) left.push(name);
      }
    }
    return left;
  }

  async #moveIntoPlace(
    plan: BackupPlan,
    rows: readonly number[],
    orphans: readonly string[],
    manifestFault: ManifestFault | null,
  ): Promise<void> {
    const { moveBatch } = this.#context.settings;
    const ids = [...orphans];
    for (let start = 0; start < rows.length || ids.length > 0; start += moveBatch) {
      const batch = ids.splice(0);
      for (const row of rows.slice(start, start + moveBatch)) batch.push(plan.next.idOf(row));
      const pairs: Record<string, string> = {};
      for (const id of batch)
        pairs[this.#inside(`Snapshot/${id.slice(0, 2)}/${id}`)] = this.#inside(`${id.slice(0, 2)}/${id}`);
      await this.#link.must(moveItems(pairs, 87 + (7 * start) / Math.max(1, rows.length)), { label: 'moves' });
    }
    for (const name of manifestFault === 'missing' ? ['Manifest.plist'] : ['Manifest.db', 'Manifest.plist']) {
      await this.#link.must(moveItems({ [this.#inside(`Snapshot/${name}`)]: this.#inside(name) }, 94), {
        label: 'manifest-move',
      });
    }
  }

  async #removePayloads(ids: readonly string[]): Promise<void> {
    const { moveBatch } = this.#context.settings;
    for (let start = 0; start < ids.length; start += moveBatch) {
      const paths = ids.slice(start, start + moveBatch).map((id) => this.#inside(`${id.slice(0, 2)}/${id}`));
      await this.#link.must(removeItems(paths, 95), { label: 'removals' });
    }
  }

  /** The final Status.plist, and the end of Snapshot, in the order of the settings. */
  async #finishFolder(isFull: boolean): Promise<Buffer> {
    const { statusThroughSnapshot, statusAfterRemoval } = this.#context.settings;
    const state = this.#fault('status-state')?.state ?? 'finished';
    const status = statusPlist(state, { isFull, uuid: this.#uuid });
    const isLeft = this.#fault('snapshot-left') !== null;
    const removeSnapshot = async (): Promise<void> => {
      if (!isLeft) await this.#link.must(removeItems([this.#inside('Snapshot')], 97), { label: 'snapshot-removal' });
    };
    if (statusAfterRemoval) await removeSnapshot();
    if (statusThroughSnapshot && !statusAfterRemoval) {
      await this.#sendSmall('Snapshot/Status.plist', status, 'final-status');
      const pair = { [this.#inside('Snapshot/Status.plist')]: this.#inside('Status.plist') };
      await this.#link.must(moveItems(pair, 96), { label: 'status-move' });
    } else await this.#sendSmall('Status.plist', status, 'final-status');
    this.#phone.events.record('backup.status-sent', { state });
    if (!statusAfterRemoval) await removeSnapshot();
    return status;
  }

  async #verify(plan: BackupPlan, manifest: SentManifest, status: Buffer, keys: BackupKeys | null): Promise<void> {
    this.#phone.events.record('backup.verifying');
    try {
      await verifyOnHost(this.#link, {
        udid: this.#udid,
        status,
        manifest,
        index: plan.next,
        isEncrypted: keys !== null,
        forgiven: this.#faults.forgiven,
      });
    } catch (error) {
      this.#context.memory.foundHoles = error instanceof AgentFailure;
      throw error;
    }
  }
}

function writeOthers(plan: BackupPlan, manifest: ManifestFile): void {
  for (const file of plan.others) {
    manifest.put({
      fileId: plan.next.idOf(plan.next.find(file.domain, file.relativePath)),
      domain: file.domain,
      relativePath: file.relativePath,
      flags: file.kind === 'directory' ? 2 : 4,
      archive: archiveOf(file),
    });
  }
}
