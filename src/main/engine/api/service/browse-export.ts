import type { WorkOptions } from '../../../../shared/contract/index.ts';
import { type BackupFile, csvText, eventsText, extractFiles, isoText, remindersText } from '../../browse/index.ts';
import { byKind, type ExportRequest, type TakenOut, type Task, written, writtenFiles } from './browse-export-files.ts';
import { exportTalks } from './browse-export-talks.ts';
import { listOf } from './browse-items.ts';
import type { BrowseContext } from './browse-list.ts';
import { readingOf } from './browse-memory-list.ts';
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

/** Items into a folder: what was chosen, or everything that a filter shows. Never more. */

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
  const { ids, filter, gone } = task.request;
  if (ids !== null) return ids;
  if (gone === true) return idsOfFilter(task);
  const { sort: _, ...narrowing } = filter;
  return Object.values(narrowing).some((one) => one !== undefined) ? idsOfFilter(task) : undefined;
}

async function idsOfFilter({
  context,
  version,
  request: { kind, filter, gone = false },
}: Task): Promise<readonly string[]> {
  const list = await listOf(context, version, { kind, filter, gone });
  return (await list.ids?.()) ?? [];
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
