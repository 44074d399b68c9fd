import { byKind, type NamedFile, type TakenOut, type Task, writtenFiles } from './browse-export-files.ts';
import { nameOfPath } from './browse-media.ts';
import { messageChats } from './browse-messages.ts';
import type { OpenVersion } from './browse-version.ts';
import { whatsappChats } from './browse-whatsapp.ts';

/** Conversations are taken out whole; of single messages what was sent with them. */
export async function exportTalks(task: Task, kind: 'messages' | 'whatsapp'): Promise<TakenOut> {
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
  const { group, text = '' } = task.request.filter;
  if (group !== undefined) return [bareChat(group)];
  if (text.trim() === '' && task.request.gone !== true) return undefined;
  return (await chatsOf(task, kind, text)).map(bareChat);
}

async function chatsOf(
  { context, version, request }: Task,
  kind: 'messages' | 'whatsapp',
  text: string | null,
): Promise<readonly string[]> {
  const isGone = request.gone === true && request.ids === null;
  const ask = kind === 'messages' ? messageChats : whatsappChats;
  return (await ask(context, version, { text, gone: isGone })).chats.map(({ id }) => id);
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
