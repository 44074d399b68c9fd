import { join } from 'node:path';
import type { WorkOptions } from '../../../../shared/contract/index.ts';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import { ExportFolder } from '../exports/export-folder.ts';
import { exportKind } from '../exports/export-kind.ts';
import { extractFiles } from '../exports/extract.ts';
import type { ListedKind } from '../items/list-kind.ts';
import { readApps } from '../readers/apps/index.ts';
import { MessageArchive } from '../readers/messages/index.ts';
import type { Unreadable } from '../readers/reading.ts';
import type { Backup, BackupFile } from '../source/types.ts';
import type { ReviewItem } from './review-cleanup.ts';

/**
 * Takes things that are gone back out of the version that has them, each kind in the form that people can use. Nothing
 * goes back to the phone: iOS only restores whole backups.
 */

export interface TakenBack {
  readonly items: number;
  readonly files: number;
  readonly bytes: number;
  readonly failed: readonly Unreadable[];
}

/** By ids, into a folder of their own. */
const BY_IDS: Readonly<Record<string, { readonly list: ListedKind; readonly folder: string }>> = {
  photos: { list: 'photos', folder: 'Photos' },
  contacts: { list: 'contacts', folder: 'Contacts' },
  notes: { list: 'notes', folder: 'Notes' },
};
/** As whole lists: their programs take in lists, and know what they have already. */
const LISTS: ReadonlyArray<readonly [ListedKind, { readonly folder: string; readonly kinds: readonly string[] }]> = [
  ['calls', { folder: 'Calls', kinds: ['calls'] }],
  ['calendar', { folder: 'Calendar', kinds: ['calendar'] }],
  ['reminders', { folder: 'Reminders', kinds: ['reminders'] }],
  ['voicemail', { folder: 'Voicemail', kinds: ['voicemail'] }],
  ['voice-memos', { folder: 'Voice Memos', kinds: ['recordings'] }],
  ['safari', { folder: 'Safari', kinds: ['bookmarks', 'history'] }],
];

interface Place {
  readonly directory: string;
  readonly outside: readonly string[];
}

interface Exported {
  readonly files: number;
  readonly bytes: number;
  readonly unreadable: readonly Unreadable[];
}

export async function takeBack(
  older: Backup,
  items: readonly ReviewItem[],
  place: Place,
  options: WorkOptions = {},
): Promise<TakenBack> {
  const done = { items: 0, files: 0, bytes: 0, failed: [] as Unreadable[] };
  const add = (count: number, { files, bytes, unreadable }: Exported): void => {
    done.items += count;
    done.files += files;
    done.bytes += bytes;
    done.failed.push(...unreadable);
  };
  const of = (kind: string): readonly ReviewItem[] => items.filter((item) => item.kind === kind);
  const into = (folder: string) => ({ directory: join(place.directory, folder), outside: place.outside });
  for (const [kind, { list, folder }] of Object.entries(BY_IDS)) {
    const ids = of(kind).map(({ id }) => id);
    if (ids.length > 0) add(ids.length, await exportKind(older, list, { ...into(folder), ids }, options));
  }
  for (const list of ['messages', 'whatsapp'] as const) {
    const { groups, count, alone } = talksOf(items, list);
    done.failed.push(...alone);
    if (groups.length === 0) continue;
    const folder = into(list === 'messages' ? 'Messages' : 'WhatsApp');
    add(count, await exportKind(older, list, { ...folder, groups }, options));
  }
  for (const [list, { folder, kinds }] of LISTS) {
    const count = kinds.reduce((sum, kind) => sum + of(kind).length, 0);
    if (count > 0) add(count, await exportKind(older, list, into(folder), options));
  }
  const apps = of('apps');
  if (apps.length > 0) add(apps.length, await takeApps(older, apps, place, options));
  const files = await filesOf(older, items);
  if (files.length > 0) add(new Set(files.map(({ item }) => item)).size, await takeFiles(older, files, place, options));
  return done;
}

/** The conversations that are gone, and those that lost messages: a message by itself has no context. */
function talksOf(items: readonly ReviewItem[], list: 'messages' | 'whatsapp') {
  const whole = list === 'messages' ? 'conversations' : 'whatsapp-conversations';
  const groups = new Set<string>();
  const alone: Unreadable[] = [];
  let count = 0;
  for (const { kind, id, group, title } of items) {
    if (kind !== whole && kind !== list) continue;
    const talk = kind === whole ? id : group;
    if (talk === null) {
      alone.push({ what: title ?? id, reason: 'it belongs to no conversation' });
      continue;
    }
    groups.add(talk);
    count += 1;
  }
  return { groups: [...groups], count, alone };
}

async function takeApps(
  older: Backup,
  apps: readonly ReviewItem[],
  { directory, outside }: Place,
  options: WorkOptions,
) {
  const done = { files: 0, bytes: 0, unreadable: [] as Unreadable[] };
  const wanted = new Set(apps.map(({ id }) => id));
  for (const app of (await readApps(older)).items.filter(({ id }) => wanted.has(id))) {
    if (app.files === 0) done.unreadable.push({ what: app.name ?? app.id, reason: 'it kept nothing in this backup' });
    for (const domain of app.domains) {
      const into = { directory: join(directory, 'Apps', app.name ?? app.id), domain, outside };
      const { files, bytes, failed } = await extractFiles(older, into, options);
      done.files += files;
      done.bytes += bytes;
      done.unreadable.push(...failed.map(({ path, reason }) => ({ what: `${domain}/${path}`, reason })));
    }
  }
  return done;
}

interface FileToTake {
  readonly item: ReviewItem;
  readonly file: BackupFile;
  readonly parts: readonly string[];
  readonly atMs: number | null;
}

async function filesOf(older: Backup, items: readonly ReviewItem[]): Promise<FileToTake[]> {
  const files: FileToTake[] = [];
  for (const item of items) {
    const { kind, id, atMs } = item;
    if (kind !== 'documents' && kind !== 'whatsapp-media') continue;
    const at = id.indexOf('/');
    const file = older.file(id.slice(0, at), id.slice(at + 1));
    if (file === null) continue;
    const [top, app] =
      kind === 'documents' ? ['Documents', id.slice(0, at).replace(/^AppDomain-/, '')] : ['WhatsApp Media', ''];
    const rest = file.path.split('/').slice(kind === 'documents' ? 1 : 2);
    files.push({ item, file, parts: [top, app, ...rest].filter((part) => part !== ''), atMs });
  }
  const attachments = new Map(items.filter(({ kind }) => kind === 'attachments').map((item) => [item.id, item]));
  if (attachments.size === 0) return files;
  using archive = await MessageArchive.open(older);
  for (const { attachment } of archive.attachments()) {
    const item = attachments.get(attachment.id);
    if (item === undefined) continue;
    attachments.delete(attachment.id);
    const own = archive.filesOf(attachment);
    for (const file of own) {
      const name = file.path.slice(file.path.lastIndexOf('/') + 1);
      const parts = own.length === 1 ? [item.title ?? name] : [item.title ?? 'Attachment', name];
      files.push({ item, file, parts: ['Attachments', ...parts], atMs: item.atMs });
    }
  }
  return files;
}

async function takeFiles(
  older: Backup,
  files: readonly FileToTake[],
  { directory, outside }: Place,
  { signal }: WorkOptions,
) {
  const unreadable: Unreadable[] = [];
  await using folder = await ExportFolder.open(directory, outside);
  for (const { file, parts, atMs } of files) {
    signal?.throwIfAborted();
    try {
      await folder.write(parts, older.read(file, { signal }), { modifiedMs: atMs, signal });
    } catch (error) {
      if (!isBackstopError(error) || !/^(browse\/(no-content|unreadable-file)|vault\/damaged-object)$/.test(error.code))
        throw error;
      unreadable.push({ what: file.path, reason: error.message });
    }
  }
  return { ...(await folder.finish({ signal })), unreadable };
}
