import type { WorkOptions } from '../../../../shared/contract/index.ts';
import type { InputOf } from '../../../../shared/contract/procedures/index.ts';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import {
  type BackupFile,
  csvText,
  ExportFolder,
  eventsText,
  exportKind,
  extractFiles,
  isoText,
  remindersText,
  type Unreadable,
} from '../../browse/index.ts';
import { listOf } from './browse-items.ts';
import type { BrowseContext } from './browse-list.ts';
import { nameOfPath } from './browse-media.ts';
import { readingOf } from './browse-memory-list.ts';
import { messageChats } from './browse-messages.ts';
import {
  appsKind,
  calendarKind,
  callsKind,
  remindersKind,
  safariKind,
  voiceMemosKind,
  voicemailKind,
} from './browse-small-kinds.ts';
import type { OpenVersion } from './browse-version.ts';
import { whatsappChats } from './browse-whatsapp.ts';

/** Items into a folder: what was chosen, or everything that a filter shows. Never more. */

export interface TakenOut {
  readonly items: number;
  readonly files: number;
  readonly bytes: number;
  readonly failed: ReadonlyArray<{ readonly what: string; readonly reason: string }>;
}

export type ExportRequest = Pick<InputOf<'browse.export'>, 'kind' | 'filter' | 'ids' | 'format'> & {
  readonly directory: string;
};

interface Task {
  readonly context: BrowseContext;
  readonly version: OpenVersion;
  readonly request: ExportRequest;
  readonly options: WorkOptions;
  /** Where nothing may be written. */
  readonly outside: readonly string[];
}

export async function exportItems(
  context: BrowseContext,
  version: OpenVersion,
  request: ExportRequest,
  options: WorkOptions,
): Promise<TakenOut> {
  const task: Task = { context, version, request, options, outside: [version.vault.dir] };
  const { kind } = request;
  if (kind === 'files') return exportFiles(task);
  if (kind === 'apps') return exportApps(task);
  if (kind === 'messages' || kind === 'whatsapp') return exportTalks(task, kind);
  if (kind === 'photos' || kind === 'videos') {
    // Videos are a part of the library, so they always go by their ids.
    return byKind(task, 'photos', { ids: (await chosenIds(task)) ?? (await idsOfFilter(task)) });
  }
  const ids = await chosenIds(task);
  if (ids === undefined || kind === 'contacts' || kind === 'notes') return byKind(task, kind, { ids });
  return exportChosen(task, kind, new Set(ids));
}

/** Undefined: all of the kind. */
async function chosenIds(task: Task): Promise<readonly string[] | undefined> {
  const { ids, filter } = task.request;
  if (ids !== null) return ids;
  const { sort: _, ...narrowing } = filter;
  return Object.values(narrowing).some((one) => one !== undefined) ? idsOfFilter(task) : undefined;
}

async function idsOfFilter({ context, version, request: { kind, filter } }: Task): Promise<readonly string[]> {
  const list = await listOf(context, version, { kind, filter, gone: false });
  return (await list.ids?.()) ?? [];
}

/** Conversations are taken out whole; of single messages what was sent with them. */
async function exportTalks(task: Task, kind: 'messages' | 'whatsapp'): Promise<TakenOut> {
  const { version, request } = task;
  const { ids } = request;
  if (ids === null) return byKind(task, kind, { groups: await chatIds(task, kind) });
  const chats = new Set((await chatsOf(task, kind, null)).map(bareChat));
  const groups = ids.map(bareChat).filter((id) => chats.has(id));
  const messages = ids.filter((id) => !chats.has(bareChat(id)));
  if (groups.length > 0 && messages.length === 0) return byKind(task, kind, { groups });
  const files = kind === 'messages' ? await sentFiles(version, messages) : await whatsappFiles(version, messages);
  const sent = await writtenFiles(task, messages.length, files);
  if (groups.length === 0) return sent;
  const talks = await byKind(task, kind, { groups });
  return {
    items: talks.items + sent.items,
    files: talks.files + sent.files,
    bytes: talks.bytes + sent.bytes,
    failed: [...talks.failed, ...sent.failed],
  };
}

/** Undefined: all of them. */
async function chatIds(task: Task, kind: 'messages' | 'whatsapp'): Promise<readonly string[] | undefined> {
  const { group, text } = task.request.filter;
  if (group !== undefined) return [bareChat(group)];
  if (text === undefined || text.trim() === '') return undefined;
  return (await chatsOf(task, kind, text)).map(bareChat);
}

async function chatsOf(
  { context, version }: Task,
  kind: 'messages' | 'whatsapp',
  text: string | null,
): Promise<readonly string[]> {
  const ask = kind === 'messages' ? messageChats : whatsappChats;
  return (await ask(context, version, { text, gone: false })).chats.map(({ id }) => id);
}

/** As exports know it. */
function bareChat(id: string): string {
  return id.replace(/^business:/, '');
}

async function sentFiles(version: OpenVersion, ids: readonly string[]): Promise<NamedFile[]> {
  const { reader } = await version.messages();
  if (reader === null) return [];
  return ids.flatMap((id) =>
    (reader.message(id)?.attachments ?? [])
      .filter(({ isPreview }) => !isPreview)
      .flatMap((one) => {
        const files = reader.filesOf(one);
        return files.map((file) => ({
          file,
          name: (files.length === 1 ? one.name : null) || nameOfPath(file.path),
        }));
      }),
  );
}

async function whatsappFiles(version: OpenVersion, ids: readonly string[]): Promise<NamedFile[]> {
  const found: NamedFile[] = [];
  for (const variant of ['personal', 'business'] as const) {
    const { reader } = await version.whatsapp(variant);
    for (const id of ids) {
      const media = reader?.message(id)?.media ?? null;
      if (media?.file == null || media.state !== 'present') continue;
      found.push({ file: media.file, name: media.name || nameOfPath(media.file.path) });
    }
  }
  return found;
}

async function byKind(
  { version, request, options, outside }: Task,
  kind: Parameters<typeof exportKind>[1],
  chosen: { readonly ids?: readonly string[] | undefined; readonly groups?: readonly string[] | undefined },
): Promise<TakenOut> {
  const { directory, format } = request;
  const done = await exportKind(
    version.backup,
    kind,
    { directory, format: format ?? undefined, outside, ...chosen },
    options,
  );
  return { items: done.items, files: done.files, bytes: done.bytes, failed: done.unreadable };
}

type ChosenKind = 'calendar' | 'reminders' | 'calls' | 'voicemail' | 'voice-memos' | 'safari' | 'health';

/** Some items of kinds whose exports are one file for all. */
async function exportChosen(task: Task, kind: ChosenKind, ids: ReadonlySet<string>): Promise<TakenOut> {
  const { version } = task;
  const stamp = version.backup.facts.madeAtMs ?? 0;
  const only = <T extends { readonly id: string }>(items: readonly T[]): T[] => items.filter(({ id }) => ids.has(id));
  switch (kind) {
    case 'calendar': {
      const items = only((await readingOf(version, calendarKind)).items);
      return written(task, items.length, 'Calendar.ics', eventsText(items, stamp));
    }
    case 'reminders': {
      const items = only((await readingOf(version, remindersKind)).items);
      return written(task, items.length, 'Reminders.ics', remindersText(items, stamp));
    }
    case 'calls': {
      const items = only((await readingOf(version, callsKind)).items);
      const rows = items.map((one) => [
        ...[isoText(one.dateMs), one.address, one.person],
        one.isOutgoing === null ? null : one.isOutgoing ? 'outgoing' : 'incoming',
        ...[one.isAnswered, one.durationSeconds, one.kind],
      ]);
      const head = ['Date', 'Number', 'Name', 'Direction', 'Answered', 'Seconds', 'Kind'];
      return written(task, items.length, 'Calls.csv', csvText(head, rows));
    }
    case 'safari': {
      const items = only((await readingOf(version, safariKind)).items);
      const rows = items.map((one) => [one.kind, one.folder, isoText(one.atMs), one.title, one.url]);
      return written(
        task,
        items.length,
        'Safari.csv',
        csvText(['Kind', 'Folder', 'Visited', 'Title', 'Address'], rows),
      );
    }
    case 'voicemail': {
      const items = only((await readingOf(version, voicemailKind)).items);
      return writtenFiles(
        task,
        items.length,
        items.flatMap((one) =>
          one.recording === null ? [] : [{ file: one.recording, name: recordingName(one, '.amr') }],
        ),
      );
    }
    case 'voice-memos': {
      const items = only((await readingOf(version, voiceMemosKind)).items);
      return writtenFiles(
        task,
        items.length,
        items.flatMap((one) => {
          if (one.file === null) return [];
          const ending = /\.[a-z0-9]{2,4}$/i.exec(one.file.path)?.[0] ?? '.m4a';
          return [{ file: one.file, name: one.title === null ? recordingName(one, ending) : `${one.title}${ending}` }];
        }),
      );
    }
    case 'health':
      // A summary by kinds has no items of its own.
      return byKind(task, 'health', {});
  }
}

function recordingName(
  { dateMs, person }: { readonly dateMs: number | null; readonly person?: string | null },
  ending: string,
): string {
  const day =
    dateMs === null ? 'No date' : new Date(dateMs).toISOString().slice(0, 16).replace('T', ' ').replace(':', '.');
  return `${[day, person].filter((one) => one != null).join(' ')}${ending}`;
}

async function written(task: Task, items: number, name: string, text: string): Promise<TakenOut> {
  await using folder = await ExportFolder.open(task.request.directory, task.outside);
  await folder.writeText([name], text);
  const { files, bytes } = await folder.finish({ signal: task.options.signal });
  return { items, files, bytes, failed: [] };
}

interface NamedFile {
  readonly file: BackupFile;
  /** One name, or the file's own place. */
  readonly name: string | readonly string[];
}

/** What cannot be read is told, and stops nothing else. */
async function writtenFiles(task: Task, items: number, chosen: Iterable<NamedFile>): Promise<TakenOut> {
  const { options, version } = task;
  const { signal } = options;
  await using folder = await ExportFolder.open(task.request.directory, task.outside);
  const failed: Unreadable[] = [];
  let doneFiles = 0;
  let doneBytes = 0;
  const unknown = { totalFiles: null, totalBytes: null, bytesPerSecond: null, secondsLeft: null };
  for (const { file, name } of chosen) {
    signal?.throwIfAborted();
    try {
      const content = version.backup.read(file, { signal });
      const modifiedMs = file.modified === null ? null : file.modified * 1000;
      const parts = typeof name === 'string' ? [name] : name;
      doneBytes += (await folder.write(parts, content, { modifiedMs, signal })).bytes;
      doneFiles += 1;
    } catch (error) {
      if (!isBackstopError(error) || !UNREADABLE.test(error.code)) throw error;
      failed.push({ what: file.path, reason: error.message });
    }
    options.onProgress?.({ type: 'progress', phase: 'exporting', doneFiles, doneBytes, ...unknown });
  }
  const { files, bytes } = await folder.finish({ signal });
  return { items, files, bytes, failed };
}

const UNREADABLE = /^(browse\/(no-content|unreadable-file)|vault\/damaged-object)$/;

/** What apps keep, each in a folder of its own. */
async function exportApps(task: Task): Promise<TakenOut> {
  const ids = await chosenIds(task);
  const { items: all } = await readingOf(task.version, appsKind);
  const apps = all.filter(({ id, files }) => files > 0 && (ids === undefined || ids.includes(id)));
  const files = apps.flatMap((app) =>
    app.domains.flatMap((domain) => filesIn(task, domain, '').map((file) => ({ file, app: app.name ?? app.id }))),
  );
  return writtenFiles(
    task,
    apps.length,
    files.map(({ file, app }) => ({ file, name: [app, file.domain, ...file.path.split('/')] })),
  );
}

/** Ids are "domain/path"; of a folder everything in it. */
async function exportFiles(task: Task): Promise<TakenOut> {
  const { version, request, options, outside } = task;
  const { ids, filter, directory } = request;
  if (ids === null && filter.group === undefined && (await chosenIds(task)) === undefined) {
    const { files, bytes, failed } = await extractFiles(version.backup, { directory, outside }, options);
    const told = failed.map(({ domain, path, reason }) => ({ what: `${domain}/${path}`, reason }));
    return { items: files, files, bytes, failed: told };
  }
  const wanted = ids ?? (await idsOfFilter(task));
  const files = new Map<string, BackupFile>();
  for (const id of wanted) {
    const at = id.indexOf('/');
    const [domain, path] = at < 0 ? [id, ''] : [id.slice(0, at), id.slice(at + 1)];
    const found = path === '' ? null : version.backup.file(domain, path);
    const some = found?.kind === 'file' ? [found] : filesIn(task, domain, path);
    for (const file of some) files.set(file.fileId, file);
  }
  const named = [...files.values()].map((file) => ({ file, name: [file.domain, ...file.path.split('/')] }));
  return writtenFiles(task, wanted.length, named);
}

function filesIn({ version }: Task, domain: string, under: string): BackupFile[] {
  const found: BackupFile[] = [];
  for (const file of version.backup.files({ domain, under })) if (file.kind === 'file') found.push(file);
  return found;
}
