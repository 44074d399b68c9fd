import type {
  BackupChoice,
  BrowsedKind,
  BrowseEngine,
  CoverageResult,
  DiffResult,
  ExportItemsResult,
  ItemsResult,
  SearchResult,
  UsageResult,
  WhereResult,
  WorkOptions,
} from '../../../shared/contract/index.ts';
import { BackstopError } from '../../../shared/errors/index.ts';
import {
  type Backup,
  bytesOf,
  compareBackups,
  coverageOf,
  exportGone,
  exportKind,
  ITEM_KINDS,
  type ItemKind,
  indexBackup,
  listKind,
  openItems,
  SEARCHED_KINDS,
  usageOf,
} from '../browse/index.ts';
import type { Snapshot, Vault } from '../vault/index.ts';
import type { BackupOpener } from './open-backup.ts';
import { plainJson } from './plain-json.ts';

/** What is in a backup, as people would say it: items, words, coverage, differences. */

export async function listItems(
  opener: BackupOpener,
  choice: BackupChoice,
  request: { readonly kind: BrowsedKind; readonly group: string | null; readonly limit: number | null },
  options: WorkOptions,
): Promise<ItemsResult> {
  await using opened = await opener.open(choice, options);
  const listed = await listKind(opened.backup, request.kind, {
    group: request.group ?? undefined,
    limit: request.limit ?? undefined,
  });
  return {
    type: 'result',
    kind: request.kind,
    present: listed.isPresent,
    items: listed.items.map((one) => ({ ...plainJson(one), id: one.id })),
    unreadable: [...listed.unreadable],
  };
}

export async function exportItems(
  opener: BackupOpener,
  choice: BackupChoice,
  request: Parameters<BrowseEngine['exportItems']>[1],
  options: WorkOptions,
): Promise<ExportItemsResult> {
  await using opened = await opener.open(choice, options);
  const { kind, directory, format, group, ids } = request;
  const { items, files, bytes, sums, unreadable } = await exportKind(
    opened.backup,
    kind,
    {
      directory,
      format: format ?? undefined,
      groups: group === null ? undefined : [group],
      ids: ids ?? undefined,
      outside: opened.outside,
    },
    options,
  );
  return { type: 'result', kind, directory, items, files, bytes, sums, unreadable: [...unreadable] };
}

export async function searchBackup(
  opener: BackupOpener,
  choice: BackupChoice,
  request: { readonly text: string; readonly limit: number | null },
  options: WorkOptions,
): Promise<SearchResult> {
  await using opened = await opener.open(choice, options);
  using indexed = await indexBackup(opened.backup, SEARCHED_KINDS, options);
  const hits = indexed.index.search(request.text, request.limit === null ? {} : { limit: request.limit });
  return {
    type: 'result',
    hits: hits.map(({ kind, id, group, title, atMs, snippet }) => ({
      kind,
      id,
      group,
      title,
      at: isoOf(atMs),
      snippet: snippet.text,
    })),
    unreadable: [...indexed.unreadable],
  };
}

export async function coverage(
  opener: BackupOpener,
  choice: BackupChoice,
  options: WorkOptions,
): Promise<CoverageResult> {
  await using opened = await opener.open(choice, options);
  const found = await coverageOf(opened.backup, options.signal);
  const { vault, snapshot } = opened;
  const previous = vault === null || snapshot === null ? null : await versionBefore(vault, snapshot);
  const before = new Map<string, number | null>();
  if (vault !== null && previous !== null) {
    await using older = await opener.openVersion(vault, previous, choice, options);
    for (const one of (await coverageOf(older, options.signal)).kinds) before.set(one.kind, one.count);
  }
  return {
    type: 'result',
    kinds: found.kinds.map((one) => {
      const was = before.get(one.kind) ?? null;
      return {
        kind: one.kind,
        status: one.status,
        count: one.count,
        bytes: one.bytes,
        newest: isoOf(one.newestMs),
        change: was === null || one.count === null ? null : one.count - was,
        notes: [...one.notes],
      };
    }),
    notIncluded: [...found.notIncluded],
    originals: found.originals,
    comparedWith: previous?.id ?? null,
  };
}

/** The version of the same phone before this one, by its phone's clock. */
async function versionBefore(vault: Vault, { id, record }: Snapshot): Promise<Snapshot | null> {
  const { snapshots } = await vault.snapshots(record.udid);
  const at = snapshots.findIndex((one) => one.id === id);
  return at > 0 ? (snapshots[at - 1] ?? null) : null;
}

export async function diff(
  opener: BackupOpener,
  older: BackupChoice,
  newer: BackupChoice,
  { exportTo }: { readonly exportTo: string | null },
  options: WorkOptions,
): Promise<DiffResult> {
  await using before = await opener.open(older, options);
  await using after = await opener.open(newer, options);
  const comparison = await compareBackups(before.backup, after.backup, options);
  const { kinds, unreadable } = comparison;
  const outside = [...before.outside, ...after.outside];
  const exported =
    exportTo === null ? null : await exportGone(before.backup, comparison, { directory: exportTo, outside }, options);
  const result: DiffResult['kinds'] = {};
  for (const { kind, added, changed, gone, isCertain } of kinds) {
    result[kind] = {
      added: added.map(({ id }) => id),
      changed: changed.map(({ id }) => id),
      gone: gone.map(({ id }) => id),
      certain: isCertain,
      addedBytes: bytesOf(added),
      goneBytes: bytesOf(gone),
    };
  }
  return {
    type: 'result',
    older: nameOf(before),
    newer: nameOf(after),
    kinds: result,
    exported:
      exported === null ? null : { ...exported, directory: exportTo ?? '', unreadable: [...exported.unreadable] },
    unreadable: [...unreadable],
  };
}

function nameOf({
  snapshot,
  outside,
}: {
  readonly snapshot: Snapshot | null;
  readonly outside: readonly string[];
}): string {
  return snapshot?.id ?? outside[0] ?? '';
}

/** Items whose id is this, or whose title holds it, over all versions of a phone. */
export async function where(
  opener: BackupOpener,
  choice: BackupChoice,
  request: { readonly kind: string | null; readonly text: string; readonly limit: number | null },
  options: WorkOptions,
): Promise<WhereResult> {
  const kinds =
    request.kind === null
      ? ITEM_KINDS.filter((kind) => kind !== 'files' && kind !== 'app-data')
      : [kindOf(request.kind)];
  await using opened = await opener.open(choice, options);
  const { vault, snapshot } = opened;
  const versions = vault === null || snapshot === null ? [] : (await vault.snapshots(snapshot.record.udid)).snapshots;
  const seen = new Map<string, FoundItem>();
  const most = request.limit ?? 100;
  for (const [number, version] of versions.entries()) {
    options.signal?.throwIfAborted();
    if (vault === null) break;
    await using backup = await opener.openVersion(vault, version, choice, options);
    for (const kind of kinds) await noteSightings(backup, kind, request.text, number, seen, most);
  }
  return { type: 'result', items: [...seen.values()].map((one) => whereabouts(one, versions)) };
}

interface FoundItem {
  readonly kind: ItemKind;
  readonly id: string;
  title: string | null;
  /** Version → digest; null: the kind could not be read whole there. */
  readonly digests: Map<number, string | null>;
}

async function noteSightings(
  backup: Backup,
  kind: ItemKind,
  text: string,
  version: number,
  seen: Map<string, FoundItem>,
  most: number,
): Promise<void> {
  const wanted = text.toLowerCase();
  await using list = await openItems(backup, kind);
  for (const { id, title, digest } of list.items()) {
    const key = `${kind} ${id}`;
    let one = seen.get(key);
    if (one === undefined) {
      if (seen.size >= most || (id !== text && title?.toLowerCase().includes(wanted) !== true)) continue;
      one = { kind, id, title, digests: new Map() };
      seen.set(key, one);
    }
    one.title = title ?? one.title;
    one.digests.set(version, digest);
  }
  if (list.unreadable.length === 0) return;
  for (const one of seen.values()) if (one.kind === kind && !one.digests.has(version)) one.digests.set(version, null);
}

function whereabouts(
  { kind, id, title, digests }: FoundItem,
  versions: readonly Snapshot[],
): WhereResult['items'][number] {
  let last: string | undefined;
  const states = versions.map((version, number) => {
    const digest = digests.get(number);
    const state =
      digest === null
        ? 'unknown'
        : digest === undefined
          ? 'absent'
          : last !== undefined && last !== digest
            ? 'changed'
            : 'present';
    if (typeof digest === 'string') last = digest;
    return { snapshot: version.id, finishedAt: version.record.finished, state } as const;
  });
  const there = states.filter(({ state }) => state === 'present' || state === 'changed');
  return {
    kind,
    id,
    title,
    versions: states,
    firstSeen: there[0]?.finishedAt ?? null,
    lastSeen: there.at(-1)?.finishedAt ?? null,
  };
}

function kindOf(name: string): ItemKind {
  const kind = ITEM_KINDS.find((one) => one === name);
  if (kind === undefined)
    throw new BackstopError('browse/no-such-kind', { data: { kind: name, kinds: ITEM_KINDS.join(', ') } });
  return kind;
}

export async function usage(opener: BackupOpener, choice: BackupChoice, options: WorkOptions): Promise<UsageResult> {
  await using opened = await opener.open(choice, options);
  const { categories, ...rest } = await usageOf(opened.backup, options);
  return {
    type: 'result',
    ...(structuredClone(rest) as Omit<UsageResult, 'type' | 'categories'>),
    categories: categories.map(({ category, bytes, files }) => ({ kind: category, bytes, count: files })),
  };
}

function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
