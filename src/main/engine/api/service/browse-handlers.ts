import type { BrowseKind, JobResult, VersionRef } from '../../../../shared/contract/procedures/index.ts';
import { BackstopError } from '../../../../shared/errors/index.ts';
import type { SecretStore } from '../../platform/index.ts';
import { exportItems } from './browse-export.ts';
import type { TakenOut } from './browse-export-files.ts';
import { coverageAnswer, searchAnswer, usageAnswer } from './browse-facts.ts';
import { browseGroups, browseItems, browseKinds } from './browse-items.ts';
import type { BrowseContext } from './browse-list.ts';
import { messageChats } from './browse-messages.ts';
import { noteWithBlocks } from './browse-notes.ts';
import { photoDays } from './browse-photos.ts';
import { whatsappChats } from './browse-whatsapp.ts';
import { Whereabouts } from './browse-where.ts';
import { Comparisons, mediaOfItems } from './compare-jobs.ts';
import type { Handlers, Of } from './handlers.ts';
import { Media, type MediaOptions } from './media.ts';
import { OpenBackups } from './open-backups.ts';
import type { ServiceParts } from './parts.ts';

/** Looking into versions, as faces ask for it. */
export interface Browsing {
  readonly handlers: Handlers<Of<'browse'> | Of<'compare'>>;
  /** Bytes by tokens, for the carriers. */
  readonly media: Media;
  /** Pictures of photos and files of a version, by their ids. */
  mediaOf(ref: VersionRef, kind: string, ids: readonly string[]): ReturnType<typeof mediaOfItems>;
  /** To be called when looking into backups is locked: versions, keys, tokens, small pictures, comparisons. */
  closeAll(): Promise<void>;
  /** Before the engine stops. */
  close(): Promise<void>;
}

export interface BrowsingOptions extends MediaOptions {
  readonly idleMs?: number;
  /** The system's keychain: with one, lists of files are kept encrypted for the next opening, until the next lock. */
  readonly secrets?: () => Promise<SecretStore | null>;
}

export const BROWSE_KINDS: readonly BrowseKind[] = [
  'photos',
  'videos',
  'messages',
  'whatsapp',
  'notes',
  'contacts',
  'calendar',
  'reminders',
  'calls',
  'voicemail',
  'voice-memos',
  'safari',
  'health',
  'apps',
  'files',
];

export function createBrowsing(parts: ServiceParts, options: BrowsingOptions = {}): Browsing {
  const backups = new OpenBackups(parts, options);
  const media = new Media(backups, options);
  const context: BrowseContext = { backups, media };
  const where = new Whereabouts();
  const comparisons = new Comparisons(context);
  const forget = (): void => {
    media.forget();
    where.forget();
    comparisons.forget();
  };
  return {
    media,
    mediaOf: (ref, kind, ids) => mediaOfItems(context, ref, kind, ids),
    closeAll: async () => {
      forget();
      await backups.closeAll();
      await backups.forgetLists();
    },
    close: async () => {
      forget();
      await backups.close();
    },
    handlers: {
      'browse.kinds': (ref) =>
        backups.use(ref, (version) => version.keep('kinds', () => browseKinds(version, BROWSE_KINDS))),
      'browse.items': (input) => backups.use(refOf(input), (version) => browseItems(context, version, input)),
      'browse.days': (input) => backups.use(refOf(input), (version) => photoDays(context, version, input)),
      'browse.chats': (input) =>
        backups.use(refOf(input), (version) =>
          input.kind === 'messages' ? messageChats(context, version, input) : whatsappChats(context, version, input),
        ),
      'browse.groups': (input) => backups.use(refOf(input), (version) => browseGroups(version, input.kind)),
      'browse.note': (input) => backups.use(refOf(input), (version) => noteWithBlocks(context, version, input.id)),
      'browse.where': (input) => backups.use(refOf(input), (version) => where.of(context, version, input)),
      'browse.search': (input) => backups.use(refOf(input), (version) => searchAnswer(version, input)),
      'browse.coverage': (ref) => backups.use(ref, (version) => coverageAnswer(context, parts.library, version)),
      'browse.usage': (ref) => backups.use(ref, (version) => usageAnswer(version)),
      'browse.export': async (input) => {
        parts.passwords.requireUnlocked();
        const directory = parts.places.path(input.place);
        const { vault, snapshot } = input;
        const job = parts.jobs.start({ kind: 'export-items', vault, snapshot, holds: [] }, async ({ options: work }) =>
          exported(
            parts,
            directory,
            await backups.use({ vault, snapshot }, (version) =>
              exportItems(context, version, { ...input, directory }, { ...work, signal: either(work, version) }),
            ),
          ),
        );
        return { job };
      },
      'compare.start': async ({ older, newer }) => {
        parts.passwords.requireUnlocked();
        const request = { kind: 'compare', vault: newer.vault, snapshot: newer.snapshot, holds: [] } as const;
        const job = parts.jobs.start(request, async ({ id, options: work }) => {
          await comparisons.run(id, older, newer, work);
          return { kind: 'compare' };
        });
        return { job };
      },
      'compare.kinds': async ({ job }) => {
        parts.passwords.requireUnlocked();
        return comparisons.kinds(job);
      },
      'compare.items': async (input) => {
        parts.passwords.requireUnlocked();
        return comparisons.items(input);
      },
      'compare.export': async ({ job: compared, kind, place }) => {
        parts.passwords.requireUnlocked();
        const directory = parts.places.path(place);
        const { vault, snapshot } = comparisons.of(compared).older;
        const job = parts.jobs.start({ kind: 'export-items', vault, snapshot, holds: [] }, async ({ options: work }) =>
          exported(parts, directory, await comparisons.export(compared, kind, directory, work)),
        );
        return { job };
      },
    },
  };
}

/** Without what the handlers add: a reference is strict. */
function refOf({ vault, snapshot }: { readonly vault: string; readonly snapshot: string }) {
  return { vault, snapshot };
}

function either({ signal }: { readonly signal?: AbortSignal | undefined }, version: { readonly signal: AbortSignal }) {
  return signal === undefined ? version.signal : AbortSignal.any([signal, version.signal]);
}

const MOST_FAILED = 1000;

function exported({ places }: Pick<ServiceParts, 'places'>, folder: string, done: TakenOut): JobResult {
  if (done.files === 0 && done.items === 0 && done.failed.length === 0) {
    throw new BackstopError('browse/nothing-to-export');
  }
  return {
    kind: 'export-items',
    exported: {
      place: places.offer(folder),
      folder,
      items: done.items,
      files: done.files,
      bytes: done.bytes,
      failed: done.failed.slice(0, MOST_FAILED).map(({ what, reason }) => ({ what, reason })),
    },
  };
}
