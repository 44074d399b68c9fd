import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { AskPassword, WorkOptions } from '../../../shared/contract/index.ts';
import { isBackstopError } from '../../../shared/errors/index.ts';
import { type CountedVersion, type Group, type LossAlarm, suddenLosses } from '../../../shared/rules/loss/index.ts';
import { countKinds } from '../browse/index.ts';
import type { Snapshot, Vault } from '../vault/index.ts';
import type { BackupOpener } from './open-backup.ts';

/**
 * The sudden-loss alarm: after a backup the new version is counted and held against the ones before. When much more is gone
 * than usual, the version before is pinned, so that no rule takes it, and it is said. What was counted is remembered on this
 * computer: numbers, and names of conversations and apps only as hashes.
 */

const summarySchema = z.object({
  format: z.literal('backstop-counts'),
  version: z.literal(1),
  madeAtMs: z.number(),
  counts: z.record(z.string().max(64), z.number().int().nonnegative()),
  /** Hash → messages in it. */
  conversations: z.record(z.string().max(64), z.number().int().nonnegative()),
  apps: z.array(z.string().max(64)),
});
type Summary = z.infer<typeof summarySchema>;

export interface WatchRequest {
  readonly opener: BackupOpener;
  readonly vault: Vault;
  /** Backstop's own folder on this computer. */
  readonly home: string;
  readonly snapshot: Snapshot;
  readonly askPassword: AskPassword;
}

export interface Loss {
  readonly alarm: LossAlarm;
  /** The version that was pinned. */
  readonly pinned: string;
}

/** Empty when all is as usual, or when it cannot be told: an alarm is no promise. */
export async function watchForLoss(request: WatchRequest, options: WorkOptions = {}): Promise<readonly Loss[]> {
  const { vault, snapshot } = request;
  const versions = (await vault.snapshots(snapshot.record.udid)).snapshots;
  const at = versions.findIndex(({ id }) => id === snapshot.id);
  const previous = versions[at - 1];
  try {
    const after = await summaryOf(request, snapshot, options);
    if (previous === undefined) return [];
    const before = await summaryOf(request, previous, options);
    const known = await Promise.all(versions.slice(0, at - 1).map((one) => remembered(request, one)));
    const history: CountedVersion[] = known.filter((one) => one !== null);
    const alarms = suddenLosses({ history, before, after, vanished: vanished(before, after) });
    if (alarms.length === 0) return [];
    await vault.pin(previous, { untilMs: null, reason: 'before a sudden loss' });
    return alarms.map((alarm) => ({ alarm, pinned: previous.id }));
  } catch (error) {
    if (isBackstopError(error) && /^(browse|formats|vault\/damaged)/.test(error.code)) return [];
    throw error;
  }
}

function vanished(before: Summary, after: Summary): Group[] {
  const apps = new Set(after.apps);
  const groups: Group[] = before.apps
    .filter((id) => !apps.has(id))
    .map((id) => ({ kind: 'app', id, title: null, items: 0 }));
  // Where a kind could not be counted, nothing is known to be gone.
  const isKnown = (kind: string): boolean => before.counts[kind] !== undefined && after.counts[kind] !== undefined;
  const gone = isKnown('apps') ? groups : [];
  if (!isKnown('messages')) return gone;
  for (const [id, items] of Object.entries(before.conversations)) {
    if (after.conversations[id] === undefined) gone.push({ kind: 'conversation', id, title: null, items });
  }
  return gone;
}

async function summaryOf(request: WatchRequest, snapshot: Snapshot, options: WorkOptions): Promise<Summary> {
  const known = await remembered(request, snapshot);
  if (known !== null) return known;
  const made = Date.parse(snapshot.record.statusDate);
  const summary: Summary = {
    format: 'backstop-counts',
    version: 1,
    madeAtMs: Number.isFinite(made) ? made : Date.parse(snapshot.record.finished),
    counts: {},
    conversations: {},
    apps: [],
  };
  await using backup = await request.opener.openVersion(request.vault, snapshot, request, options);
  const tally = await countKinds(backup, options.signal);
  summary.counts = { ...tally.counts };
  for (const [id, messages] of tally.conversations) summary.conversations[hashOf(id)] = messages;
  summary.apps = tally.apps.map((id) => hashOf(id));
  await remember(request, snapshot, summary);
  return summary;
}

function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 32);
}

function placeOf({ home, vault }: WatchRequest, { id }: Snapshot): string {
  return join(home, 'cache', 'vaults', vault.id, 'counts', `${id}.json`);
}

async function remembered(request: WatchRequest, snapshot: Snapshot): Promise<Summary | null> {
  try {
    return summarySchema.parse(JSON.parse(await readFile(placeOf(request, snapshot), 'utf8')));
  } catch {
    return null; // Not there, or not readable: it is counted again.
  }
}

async function remember(request: WatchRequest, snapshot: Snapshot, summary: Summary): Promise<void> {
  const place = placeOf(request, snapshot);
  await mkdir(join(place, '..'), { recursive: true, mode: 0o700 });
  const temporary = `${place}.${randomUUID()}`;
  await writeFile(temporary, JSON.stringify(summary), { mode: 0o600 });
  await rename(temporary, place);
}
