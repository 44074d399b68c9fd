import { MessageArchive } from '../readers/messages/index.ts';
import { PhotoLibrary } from '../readers/photos/index.ts';
import type { Backup, BackupFile } from '../source/types.ts';
import { type Category, categoryOf } from '../usage/categories.ts';

/**
 * What certain files of a backup are to their owner: "CameraRollDomain/Media/DCIM/… (photo IMG_0001.HEIC)". For damage
 * reports; files whose meaning cannot be told have their place.
 */
export async function nameFiles(backup: Backup, fileIds: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, BackupFile>();
  for (const file of backup.files()) if (fileIds.has(file.fileId)) files.set(file.fileId, file);
  const categories = new Set([...files.values()].map((file) => categoryOf(file)));
  const items = new Map<string, string>();
  const has = (...some: readonly Category[]): boolean => some.some((one) => categories.has(one));
  if (has('photos', 'videos', 'photo-edits')) await namePhotos(backup, fileIds, items);
  if (has('message-attachments')) await nameAttachments(backup, fileIds, items);
  const names = new Map<string, string>();
  for (const [fileId, file] of files) {
    const item = items.get(fileId) ?? PLAIN[categoryOf(file)];
    names.set(fileId, `${file.domain}/${file.path}${item === undefined ? '' : ` (${item})`}`);
  }
  return names;
}

/** Where one file holds many things, or is a thing of its own. */
const PLAIN: Partial<Readonly<Record<Category, string>>> = {
  'photo-library': 'the photo library’s own data',
  messages: 'messages',
  whatsapp: 'WhatsApp chats',
  'whatsapp-media': 'a picture, film or document in WhatsApp',
  'voice-memos': 'voice memos',
  voicemail: 'voicemail',
  health: 'health data',
  contacts: 'contacts',
  calendar: 'calendars',
  notes: 'notes',
  reminders: 'reminders',
  safari: 'Safari',
  calls: 'the call history',
  passwords: 'passwords',
  'files-app': 'a document in Files',
};

async function namePhotos(backup: Backup, wanted: ReadonlySet<string>, items: Map<string, string>): Promise<void> {
  using library = await PhotoLibrary.open(backup);
  for (const asset of library.all()) {
    const name = asset.originalFileName ?? asset.fileName ?? asset.id;
    const kind = asset.kind === 'video' ? 'video' : 'photo';
    const say = (file: BackupFile | null, what: string): void => {
      if (file !== null && wanted.has(file.fileId)) items.set(file.fileId, what);
    };
    say(asset.file, `${kind} ${name}`);
    say(asset.liveVideo, `the moving part of ${kind} ${name}`);
    say(asset.editedFile, `${kind} ${name}, edited`);
    say(asset.editedVideo, `${kind} ${name}, edited`);
  }
}

async function nameAttachments(backup: Backup, wanted: ReadonlySet<string>, items: Map<string, string>): Promise<void> {
  using archive = await MessageArchive.open(backup);
  for (const { attachment, chatIds } of archive.attachments()) {
    const { file, name } = attachment;
    if (file === null || !wanted.has(file.fileId)) continue;
    const chat = chatIds[0] === undefined ? null : archive.chat(chatIds[0]);
    const where =
      chat === null ? '' : ` in the conversation with ${chat.name ?? (chat.participants.join(', ') || chat.id)}`;
    items.set(file.fileId, `attachment ${name ?? ''}${where}`);
  }
}
