import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ManifestRow, openClassedKey, openManifestDb } from '../../../engine/formats/index.ts';
import { boolAt, dictAt, dictOf, type PlistDict, parsePlist, stringAt } from '../../../engine/formats/plist/index.ts';
import type { Json, JsonObject } from '../../json.ts';
import type { SimulatedPhone } from '../../phone.ts';
import { askPasscode, isAtLeast } from '../backup/passcode.ts';
import { AgentFailure } from '../endings.ts';
import type { AgentMemory } from '../memory.ts';
import type { AgentLink } from '../protocol/agent-link.ts';
import type { ReceivedFile } from '../protocol/incoming-files.ts';
import { BLOCK, contentsOfDirectory, copyItem } from '../protocol/messages.ts';
import type { AgentSettings } from '../settings.ts';
import { GroundTruth } from './ground-truth.ts';
import { PayloadCheck } from './payload-check.ts';
import { RestoreReport } from './restore-report.ts';
import { openSourceBackup, type SourceBackup } from './source-backup.ts';

export interface RestoreContext {
  readonly link: AgentLink;
  readonly phone: SimulatedPhone;
  readonly memory: AgentMemory;
  readonly settings: AgentSettings;
}

export interface RestoreEnd {
  readonly report: RestoreReport;
  readonly shouldReboot: boolean;
}

/**
 * Restores a backup of the host (protocol reference 5.7): downloads every file and checks it. The simulated phone's own
 * content stays as it is; what came is in the report. `onReport` gets it before anything is asked for.
 */
export async function runRestore(
  context: RestoreContext,
  request: PlistDict,
  onReport: (report: RestoreReport) => void,
): Promise<RestoreEnd> {
  const { link, phone, memory, settings } = context;
  const options = dictAt(request, 'Options') ?? {};
  const report = new RestoreReport(withoutPassword(options));
  onReport(report);
  const source = stringAt(request, 'SourceIdentifier') ?? phone.identity.udid;
  memory.backups += 1;
  const scratchDir = join(phone.scratchDir, `restore-${memory.backups}`);
  mkdirSync(scratchDir, { recursive: true });
  try {
    if (phone.state.findMyEnabled) throw new AgentFailure(211, 'Find My is on');
    if (!phone.state.setupDone) throw new AgentFailure(212, 'The Setup Assistant is not finished');
    if (settings.restoreAsksPasscode) await askPasscode(link, phone, 'restore');
    report.applications = applicationsToInstall(phone);
    const path = join(scratchDir, 'Manifest.db');
    const backup = await openSourceBackup(link, source, stringAt(options, 'Password') ?? null, path);
    refuseNewer(backup, phone.identity.productVersion);
    if (boolAt(options, 'RestoreDontCopyBackup') !== true) {
      await link.must(copyItem(source, copyName(source)), { label: 'copy' });
    }
    await link.must(contentsOfDirectory(source));
    await restoreFiles(context, source, backup, path, report);
    if (!report.isWhole) throw new AgentFailure(205, `The backup is not whole: ${report.problem}`);
    report.outcome = 'done';
    return { report, shouldReboot: boolAt(options, 'RestoreShouldReboot') ?? true };
  } catch (error) {
    report.outcome = error instanceof Error ? error.message : String(error);
    throw error;
  } finally {
    rmSync(scratchDir, { recursive: true, force: true });
    phone.events.record('restore.ended', { outcome: report.outcome, files: report.restoredFiles });
  }
}

/** Passwords never reach a report. */
function withoutPassword(options: PlistDict): JsonObject {
  const kept: Record<string, Json> = {};
  for (const [key, value] of Object.entries(options)) {
    if (key === 'Password') kept[key] = '(given)';
    else kept[key] = typeof value === 'boolean' || typeof value === 'number' ? value : String(value);
  }
  return kept;
}

/** The host writes RestoreApplications.plist through AFC; the phone installs these apps again afterwards. */
function applicationsToInstall(phone: SimulatedPhone): readonly string[] | null {
  const bytes = phone.media.readWritten('iTunesRestore/RestoreApplications.plist');
  if (bytes === null) return null;
  return Object.keys(dictOf(parsePlist(bytes)) ?? {});
}

function refuseNewer({ productVersion }: SourceBackup, own: string): void {
  if (productVersion === undefined) return;
  const parts = productVersion.split('.').map(Number);
  if (!isAtLeast(own, parts)) throw new AgentFailure(203, `The backup is of iOS ${productVersion}, newer than ${own}`);
}

/** The safety copy is named like the copies that Apple's own host keeps. */
function copyName(source: string): string {
  const digits = new Date().toISOString().replaceAll(/[-:]/g, '').slice(0, 15);
  return `${source}-${digits.replace('T', '-')}`;
}

interface WantedFile {
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly check: PayloadCheck;
  readonly isCompared: boolean;
}

async function restoreFiles(
  { link, phone, settings }: RestoreContext,
  source: string,
  backup: SourceBackup,
  path: string,
  report: RestoreReport,
): Promise<void> {
  const truth = new GroundTruth(phone.content);
  using manifest = openManifestDb(path);
  const total = Math.max(1, phone.content.fileCount);
  let batch = new Map<string, WantedFile>();
  const fetch = async (): Promise<void> => {
    const percent = Math.min(99, 5 + (90 * report.restoredFiles) / total);
    await fetchBatch(link, batch, percent, report);
    batch = new Map();
  };
  for (const row of manifest.rows()) {
    if (row.flags !== 1) continue;
    const wanted = wantedFile(row, source, backup, truth, report);
    if (wanted !== null) batch.set(wanted.path, wanted);
    if (batch.size >= settings.downloadBatch) await fetch();
  }
  if (batch.size > 0) await fetch();
}

function wantedFile(
  row: ManifestRow,
  source: string,
  { classKeys }: SourceBackup,
  truth: GroundTruth,
  report: RestoreReport,
): WantedFile | null {
  const name = `${row.domain}-${row.relativePath}`;
  const file = row.metadata();
  if (file === null) {
    report.wrong(name, 'its row cannot be read');
    return null;
  }
  let key: Buffer | null = null;
  if (classKeys !== null) {
    key = file.encryptionKey === null ? null : openClassedKey(classKeys, file.encryptionKey);
    if (key === null) {
      report.wrong(name, 'its key cannot be unwrapped');
      return null;
    }
  }
  const now = truth.find(row.domain, row.relativePath);
  const isSame = now !== null && now.modified === file.modified && now.inode === file.inode;
  return {
    name,
    path: `${source}/${row.fileId.slice(0, 2)}/${row.fileId}`,
    size: file.size,
    check: new PayloadCheck({
      key,
      digest: file.digest?.length === 20 ? file.digest : null,
      truth: isSame ? now : null,
    }),
    isCompared: isSame,
  };
}

/** A host may stop at the first file that it lacks: the rest of a batch is asked for again. */
async function fetchBatch(
  link: AgentLink,
  batch: ReadonlyMap<string, WantedFile>,
  percent: number,
  report: RestoreReport,
): Promise<void> {
  let paths = [...batch.keys()];
  while (paths.length > 0) {
    const { files } = await link.download(paths, percent, (path) => batch.get(path)?.check ?? null, 'restore');
    for (const file of files) {
      const wanted = batch.get(file.path);
      if (wanted !== undefined) note(file, wanted, report);
    }
    if (files.length === 0) {
      for (const path of paths) report.missing(`${batch.get(path)?.name ?? path} (not sent)`);
      return;
    }
    const sent = new Set(files.map(({ path }) => path));
    paths = paths.filter((path) => !sent.has(path));
  }
}

function note({ code, text }: ReceivedFile, wanted: WantedFile, report: RestoreReport): void {
  if (code !== BLOCK.success) {
    // Some writers leave the payloads of empty files out.
    if (wanted.size > 0) report.missing(`${wanted.name} (${text})`);
    return;
  }
  const { problem, plainBytes } = wanted.check.end();
  if (problem !== null) report.wrong(wanted.name, problem);
  report.restoredFiles += 1;
  report.restoredBytes += plainBytes;
  if (wanted.isCompared) report.comparedFiles += 1;
}
