import type { BrowseKind, InputOf, ItemsPage, OutputOf } from '../../../../shared/contract/procedures/index.ts';
import { fileList } from './browse-files-list.ts';
import { type BrowseContext, type BrowseList, pageOf } from './browse-list.ts';
import { smallCount, smallGroups, smallList } from './browse-memory-list.ts';
import { messageList } from './browse-messages.ts';
import { notesKind } from './browse-notes.ts';
import { albumGroups, photoList } from './browse-photos.ts';
import {
  appsKind,
  calendarKind,
  callsKind,
  contactsKind,
  healthKinds,
  remindersKind,
  safariKind,
  voiceMemosKind,
  voicemailKind,
} from './browse-small-kinds.ts';
import type { OpenVersion } from './browse-version.ts';
import { whatsappCount, whatsappList } from './browse-whatsapp.ts';

/** Lists of every kind through one door. */

/** Kinds that are read whole. */
type SmallName = Exclude<BrowseKind, 'photos' | 'videos' | 'messages' | 'whatsapp' | 'files'>;

/** What only encrypted backups have. */
const ENCRYPTED_ONLY: ReadonlySet<BrowseKind> = new Set<BrowseKind>(['calls', 'health']);

type ItemsInput = Pick<InputOf<'browse.items'>, 'kind' | 'filter' | 'gone'>;

export async function listOf(
  context: BrowseContext,
  version: OpenVersion,
  { kind, filter, gone }: ItemsInput,
): Promise<BrowseList<unknown>> {
  switch (kind) {
    case 'photos':
    case 'videos':
      return photoList(context, version, kind, filter, gone);
    case 'messages':
      return messageList(context, version, filter, gone);
    case 'whatsapp':
      return whatsappList(context, version, filter, gone);
    case 'files':
      return fileList(context, version, filter, gone);
    default:
      return smallOf(context, version, kind, { filter, gone });
  }
}

/** Each kind's own types belong together; beyond this function only the contract's are seen. */
function smallOf(
  context: BrowseContext,
  version: OpenVersion,
  kind: SmallName,
  { filter, gone }: Pick<ItemsInput, 'filter' | 'gone'>,
): Promise<BrowseList<unknown>> {
  switch (kind) {
    case 'contacts':
      return smallList(context, version, contactsKind, filter, gone);
    case 'notes':
      return smallList(context, version, notesKind, filter, gone);
    case 'calendar':
      return smallList(context, version, calendarKind, filter, gone);
    case 'reminders':
      return smallList(context, version, remindersKind, filter, gone);
    case 'calls':
      return smallList(context, version, callsKind, filter, gone);
    case 'voicemail':
      return smallList(context, version, voicemailKind, filter, gone);
    case 'voice-memos':
      return smallList(context, version, voiceMemosKind, filter, gone);
    case 'safari':
      return smallList(context, version, safariKind, filter, gone);
    case 'health':
      return smallList(context, version, healthKinds, filter, gone);
    case 'apps':
      return smallList(context, version, appsKind, filter, gone);
  }
}

export async function browseItems(
  context: BrowseContext,
  version: OpenVersion,
  input: InputOf<'browse.items'>,
): Promise<OutputOf<'browse.items'>> {
  const list = await listOf(context, version, input);
  const { items, ...about } = await pageOf(list, input);
  return { page: { kind: input.kind, items } as ItemsPage, ...about };
}

export async function browseGroups(version: OpenVersion, kind: BrowseKind): Promise<OutputOf<'browse.groups'>> {
  switch (kind) {
    case 'photos':
    case 'videos':
      return { groups: await albumGroups(version) };
    case 'files':
      return {
        groups: version.backup.domains().map(({ domain, files }) => ({ id: domain, title: domain, count: files })),
      };
    // Their groups are their chats.
    case 'messages':
    case 'whatsapp':
      return { groups: [] };
    case 'contacts':
      return { groups: await smallGroups(version, contactsKind) };
    case 'notes':
      return { groups: await smallGroups(version, notesKind) };
    case 'calendar':
      return { groups: await smallGroups(version, calendarKind) };
    case 'reminders':
      return { groups: await smallGroups(version, remindersKind) };
    case 'calls':
      return { groups: await smallGroups(version, callsKind) };
    case 'safari':
      return { groups: await smallGroups(version, safariKind) };
    case 'voicemail':
    case 'voice-memos':
    case 'health':
    case 'apps':
      return { groups: [] };
  }
}

interface Counted {
  readonly count: number | null;
  readonly isPresent: boolean;
  readonly unreadable: readonly unknown[];
}

export async function browseKinds(
  version: OpenVersion,
  kinds: readonly BrowseKind[],
): Promise<OutputOf<'browse.kinds'>> {
  const isEncrypted = version.backup.facts.isEncrypted;
  const found: OutputOf<'browse.kinds'>['kinds'] = [];
  for (const kind of kinds) {
    const { count, isPresent, unreadable } = await countOf(version, kind);
    const isMissing = !isPresent && unreadable.length === 0;
    const state = isMissing
      ? ENCRYPTED_ONLY.has(kind) && !isEncrypted
        ? 'only-if-encrypted'
        : 'absent'
      : !isPresent
        ? 'unknown'
        : unreadable.length > 0
          ? 'partial'
          : 'present';
    found.push({ kind, count: isPresent ? count : null, state });
    await version.pause();
  }
  return { kinds: found };
}

async function countOf(version: OpenVersion, kind: BrowseKind): Promise<Counted> {
  switch (kind) {
    case 'photos':
    case 'videos': {
      const library = await version.photos();
      return { count: library.counts()[kind], isPresent: library.isPresent, unreadable: library.unreadable };
    }
    case 'messages': {
      const { reader, unreadable } = await version.messages();
      if (reader === null) return { count: null, isPresent: true, unreadable };
      return { count: reader.counts().messages, isPresent: reader.isPresent, unreadable };
    }
    case 'whatsapp':
      return whatsappCount(version);
    case 'files':
      return {
        count: version.backup.domains().reduce((sum, { files }) => sum + files, 0),
        isPresent: true,
        unreadable: [],
      };
    case 'contacts':
      return smallCount(version, contactsKind);
    case 'notes':
      return smallCount(version, notesKind);
    case 'calendar':
      return smallCount(version, calendarKind);
    case 'reminders':
      return smallCount(version, remindersKind);
    case 'calls':
      return smallCount(version, callsKind);
    case 'voicemail':
      return smallCount(version, voicemailKind);
    case 'voice-memos':
      return smallCount(version, voiceMemosKind);
    case 'safari':
      return smallCount(version, safariKind);
    case 'health':
      return smallCount(version, healthKinds);
    case 'apps':
      return smallCount(version, appsKind);
  }
}
