import type { AskPassword, WorkOptions } from '../../../../shared/contract/index.ts';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import { type CoverageFacts, type CoverageMap, coverageMap } from '../../../../shared/rules/guidance/index.ts';
import { coverageOf, readApps } from '../../browse/index.ts';
import { sameUdid } from '../../device/index.ts';
import type { Snapshot, Vault } from '../../vault/index.ts';
import type { BackupOpener } from '../open-backup.ts';
import { inspectOne, type PhoneAccess } from '../phones.ts';
import { isGood } from '../summaries.ts';
import type { Declaration } from './cleanup-store.ts';
import { noteFacts } from './version-facts.ts';

/** What would be lost if the phone were gone today, on what the newest good version holds and what its owner says. */

export interface RiskRequest {
  readonly opener: BackupOpener;
  readonly phones: PhoneAccess;
  /** Null: there is none yet. */
  readonly vault: Vault | null;
  readonly udid: string;
  readonly askPassword: AskPassword;
  readonly declared: Readonly<Record<string, Declaration>>;
  readonly otherVaults: number;
  readonly now: Date;
}

const MOST_APPS = 12;
/** "group:place", as declarations are kept. */
const DECLARED = /^([a-zA-Z0-9.:_-]{1,255}):(icloud|other)$/;

export async function riskMapOf(request: RiskRequest, options: WorkOptions): Promise<CoverageMap> {
  const { vault, udid, phones, declared, now } = request;
  const inspected = await inspectOne(phones, udid, options);
  const said = (about: string): boolean | null => declared[about]?.value ?? null;
  const found = vault === null ? null : await versionOf({ ...request, vault }, options);
  return coverageMap({
    now: now.toISOString(),
    version: found?.version ?? null,
    secondCopy: request.otherVaults === 0 ? 'none' : null,
    phone: {
      seenAt: inspected === null ? null : now.toISOString(),
      icloudPhotos: said('icloud-photos'),
      messagesInICloud: said('messages-in-icloud'),
      icloudBackup: inspected?.facts.icloudBackup ?? null,
      lastICloudBackupAt: null,
      counted: {},
    },
    onlyOnPhone: null,
    apps: found?.apps ?? [],
    declared: Object.entries(declared).flatMap(([about, { value, at }]) => {
      const [, row, place] = DECLARED.exec(about) ?? [];
      return row === undefined || (place !== 'icloud' && place !== 'other') ? [] : [{ row, place, value, at }];
    }),
  });
}

async function versionOf(request: RiskRequest & { readonly vault: Vault }, options: WorkOptions) {
  const list = await request.vault.snapshots();
  const own = list.snapshots.filter(({ record }) => sameUdid(record.udid, request.udid));
  const snapshot = own.findLast(({ id }) => isGood(id, list.events)) ?? own.at(-1);
  if (snapshot === undefined) return null;
  const { verified, damaged } = noteFacts(snapshot, list);
  const inside = await lookInside(request, snapshot, options);
  const version: CoverageFacts['version'] = {
    snapshot: snapshot.id,
    startedAt: new Date(snapshot.record.started).toISOString(),
    finishedAt: new Date(snapshot.record.finished).toISOString(),
    verified,
    damaged,
    isOnline: true,
    coverage: inside?.coverage ?? null,
  };
  return { version, apps: inside?.apps ?? [] };
}

async function lookInside(
  { vault, opener, askPassword }: RiskRequest & { readonly vault: Vault },
  snapshot: Snapshot,
  options: WorkOptions,
) {
  try {
    await using backup = await opener.openVersion(vault, snapshot, { askPassword }, options);
    const coverage = await coverageOf(backup, options.signal);
    const { items } = await readApps(backup);
    const apps = items
      .toSorted((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0))
      .slice(0, MOST_APPS)
      .map(({ id, name, bytes, files }) => ({ id, name, bytes, hasData: files > 0 }));
    return { coverage, apps };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (isBackstopError(error) && /^(browse|formats|vault\/damaged|verify)/.test(error.code)) return null;
    throw error;
  }
}
