import type { Contents } from './contents.ts';
import { AppLibrary } from './kinds/apps/app-library.ts';
import { CalendarStore } from './kinds/calendar.ts';
import { CallHistory } from './kinds/calls.ts';
import { AddressBook } from './kinds/contacts/address-book.ts';
import { FilesApp } from './kinds/files-app.ts';
import { Health } from './kinds/health.ts';
import { MessageStore } from './kinds/messages/message-store.ts';
import { NoteStore } from './kinds/notes/note-store.ts';
import { PhotoLibrary } from './kinds/photos/photo-library.ts';
import { VoiceMemos, Voicemails } from './kinds/recordings.ts';
import { Reminders } from './kinds/reminders.ts';
import { Safari } from './kinds/safari.ts';
import { Accounts } from './kinds/settings/accounts.ts';
import { SystemFiles } from './kinds/settings/system-files.ts';
import { WhatsApp } from './kinds/whatsapp/whatsapp.ts';
import { databaseBytes, makePlan, type Plan, SizePool } from './plan.ts';
import type { PhoneSpec } from './types.ts';
import type { World } from './world.ts';

/** Photos.sqlite, sms.db and AddressBook.sqlitedb with the logs of the last two. */
const TINY_DATABASE_FILES = 5;

/** Makes everything on the phone. First all media announce themselves, then sizes are known, then all is made. */
export function buildPhone(world: World, spec: PhoneSpec): Contents {
  const plan = makePlan(spec);
  const pool = new SizePool();
  const messages = new MessageStore(world, plan, pool);
  const contacts = new AddressBook(world, plan);
  const apps = new AppLibrary(world, plan);
  const more = plan.tiny ? null : planMore(world, plan, pool);
  const assetFiles = plan.tiny ? Math.max(1, plan.files - TINY_DATABASE_FILES - plan.apps * 4) : plan.assetFiles;
  const photos = new PhotoLibrary(world, plan, pool, assetFiles);
  pool.settle((plan.bytes - databaseBytes(plan)) * plan.mediaShare);
  messages.build();
  contacts.build();
  photos.build();
  apps.build();
  const others = more === null ? [] : buildMore(world, plan, more, apps);
  world.publishDatabases();
  for (const kind of others) if (kind instanceof SystemFiles) kind.lie();
  apps.fill(plan.files - world.tree.fileCount, plan.bytes - world.tree.totalBytes);
  return { photos, messages, contacts, notes: more?.notes ?? null, apps, others };
}

/** What a phone has from a hundred files on: the kinds with media of their own. */
interface More {
  readonly notes: NoteStore;
  readonly memos: VoiceMemos;
  readonly whatsapp: WhatsApp;
}

function planMore(world: World, plan: Plan, pool: SizePool): More {
  return {
    notes: new NoteStore(world, plan, pool),
    memos: new VoiceMemos(world, plan, pool),
    whatsapp: new WhatsApp(world, plan, pool),
  };
}

function buildMore(world: World, plan: Plan, { notes, memos, whatsapp }: More, apps: AppLibrary): Contents['others'] {
  notes.build();
  memos.build();
  whatsapp.build();
  const bundleIds = apps.installed().map(({ bundleId }) => bundleId);
  return [
    memos,
    whatsapp,
    new CallHistory(world, plan),
    new CalendarStore(world, plan),
    new Reminders(world, plan),
    new Voicemails(world, plan),
    new Safari(world, plan),
    new Health(world, plan),
    new Accounts(world),
    new SystemFiles(world, plan.preferences, bundleIds),
    new FilesApp(world, plan.oddNames),
  ];
}
