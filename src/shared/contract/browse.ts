import { z } from 'zod';
import type { AskPassword } from './engine.ts';
import type { WorkOptions } from './progress.ts';

/** Looking into a version of a vault, or into a backup folder of another program. */

/** What to look into: a version of a vault, or a folder. */
export type BackupChoice = {
  readonly askPassword: AskPassword;
} & (
  | { readonly vault: string; readonly snapshot: string; readonly folder?: undefined }
  | { readonly folder: string; readonly vault?: undefined; readonly snapshot?: undefined }
);

/** Kinds of items that can be listed and exported, by the names of their commands. */
export const browsedKindSchema = z.enum([
  'photos',
  'messages',
  'contacts',
  'notes',
  'calls',
  'calendar',
  'reminders',
  'voicemail',
  'voice-memos',
  'safari',
  'whatsapp',
  'health',
  'apps',
  'accounts',
  'wifi',
]);
export type BrowsedKind = z.infer<typeof browsedKindSchema>;

/** What could not be read, by name and reason: such a list is not whole. */
const unreadableSchema = z.object({ what: z.string(), reason: z.string() });

export const listFilesResultSchema = z.object({
  type: z.literal('result'),
  /** Domains where none was asked for; else what lies in the folder. */
  entries: z.array(
    z.object({
      domain: z.string(),
      path: z.string(),
      /** Bytes; of a domain or folder: all that lies in it, where known. */
      size: z.number().nullable(),
      mtime: z.string().nullable(),
      kind: z.enum(['domain', 'folder', 'file', 'symlink', 'unknown']),
      /** Files below; of domains only. */
      files: z.number().int().optional(),
    }),
  ),
});
export type ListFilesResult = z.infer<typeof listFilesResultSchema>;

export const extractResultSchema = z.object({
  type: z.literal('result'),
  directory: z.string(),
  files: z.number().int(),
  bytes: z.number().int(),
  /** Name of the list of SHA-256 sums beside them, each read back from the disk. */
  sums: z.string().nullable(),
  /** Files whose name had to be changed for this disk. */
  renamed: z.array(z.object({ domain: z.string(), path: z.string(), name: z.string() })),
  /** Links of the phone that lead out of the folder: none was made, and none has content of its own. */
  links: z.array(z.object({ domain: z.string(), path: z.string(), target: z.string() })),
  /** What is in the list of the backup and could not be taken out. */
  failed: z.array(z.object({ domain: z.string(), path: z.string(), reason: z.string() })),
});
export type ExtractResult = z.infer<typeof extractResultSchema>;

export const itemsResultSchema = z.object({
  type: z.literal('result'),
  kind: browsedKindSchema,
  /** False: the backup has nothing of this kind, not even an empty database. */
  present: z.boolean(),
  items: z.array(z.looseObject({ id: z.string() })),
  unreadable: z.array(unreadableSchema),
});
export type ItemsResult = z.infer<typeof itemsResultSchema>;

export const exportItemsResultSchema = z.object({
  type: z.literal('result'),
  kind: browsedKindSchema,
  directory: z.string(),
  items: z.number().int(),
  files: z.number().int(),
  bytes: z.number().int(),
  /** Name of the list of SHA-256 sums beside them; every file was read back. */
  sums: z.string().nullable(),
  unreadable: z.array(unreadableSchema),
});
export type ExportItemsResult = z.infer<typeof exportItemsResultSchema>;

export const searchResultSchema = z.object({
  type: z.literal('result'),
  hits: z.array(
    z.object({
      kind: z.string(),
      id: z.string(),
      group: z.string().nullable(),
      title: z.string().nullable(),
      at: z.string().nullable(),
      snippet: z.string(),
    }),
  ),
  unreadable: z.array(unreadableSchema),
});
export type SearchResult = z.infer<typeof searchResultSchema>;

export const coverageStatusSchema = z.enum([
  'present',
  'absent',
  'only-if-encrypted',
  'in-icloud',
  'partial',
  'unknown',
]);
export const coverageResultSchema = z.object({
  type: z.literal('result'),
  kinds: z.array(
    z.object({
      kind: z.string(),
      status: coverageStatusSchema,
      count: z.number().int().nullable(),
      bytes: z.number().int().nullable(),
      newest: z.string().nullable(),
      /** Against the previous version of the phone; null where there is none, or one of the two could not be counted. */
      change: z.number().int().nullable(),
      notes: z.array(z.string()),
    }),
  ),
  notIncluded: z.array(z.object({ kind: z.string(), reason: z.string() })),
  /** Photos and videos whose original is not in the backup. */
  originals: z.object({ here: z.number().int(), onlyInICloud: z.number().int(), unknown: z.number().int() }).nullable(),
  comparedWith: z.string().nullable(),
});
export type CoverageResult = z.infer<typeof coverageResultSchema>;

const idsSchema = z.array(z.string());
export const diffResultSchema = z.object({
  type: z.literal('result'),
  older: z.string(),
  newer: z.string(),
  kinds: z.record(
    z.string(),
    z.object({
      added: idsSchema,
      changed: idsSchema,
      gone: idsSchema,
      /** False: one of the two could not be read whole, so that nothing follows from what is missing. */
      certain: z.boolean(),
      goneBytes: z.number().int().nullable(),
      addedBytes: z.number().int().nullable(),
    }),
  ),
  /** What is gone, taken out of the older one; null where that was not asked for. */
  exported: z
    .object({
      directory: z.string(),
      files: z.number().int(),
      bytes: z.number().int(),
      unreadable: z.array(unreadableSchema),
    })
    .nullable(),
  unreadable: z.array(unreadableSchema),
});
export type DiffResult = z.infer<typeof diffResultSchema>;

export const whereResultSchema = z.object({
  type: z.literal('result'),
  items: z.array(
    z.object({
      kind: z.string(),
      id: z.string(),
      title: z.string().nullable(),
      /** Versions of the phone, oldest first: is it in there, and did it change since the one before? */
      versions: z.array(
        z.object({
          snapshot: z.string(),
          finishedAt: z.string(),
          state: z.enum(['present', 'changed', 'absent', 'unknown']),
        }),
      ),
      firstSeen: z.string().nullable(),
      lastSeen: z.string().nullable(),
    }),
  ),
});
export type WhereResult = z.infer<typeof whereResultSchema>;

export const usageResultSchema = z.object({
  type: z.literal('result'),
  categories: z.array(z.object({ kind: z.string(), bytes: z.number().int(), count: z.number().int() })),
  apps: z.array(
    z.object({ id: z.string(), name: z.string().nullable(), bytes: z.number().int(), files: z.number().int() }),
  ),
  largestVideos: z.array(z.object({ id: z.string(), name: z.string().nullable(), bytes: z.number().int() })),
  /** Same bytes, read and compared. */
  exactDuplicates: z.array(z.object({ ids: idsSchema, bytes: z.number().int() })),
  /** Bursts and pictures of the same moment: alike, not the same. */
  nearDuplicates: z.array(
    z.object({ ids: idsSchema, why: z.enum(['burst', 'same-moment', 'phone']), bytes: z.number().int() }),
  ),
  screenshots: z.object({ count: z.number().int(), bytes: z.number().int() }),
  attachments: z.array(
    z.object({
      conversation: z.string(),
      title: z.string().nullable(),
      bytes: z.number().int(),
      count: z.number().int(),
    }),
  ),
  whatsappMedia: z.array(
    z.object({
      conversation: z.string(),
      title: z.string().nullable(),
      bytes: z.number().int(),
      count: z.number().int(),
    }),
  ),
  /** What each kind of cleanup could free: always an estimate. */
  cleanups: z.array(
    z.object({ kind: z.string(), estimatedBytes: z.number().int(), items: z.number().int(), basis: z.string() }),
  ),
  unreadable: z.array(unreadableSchema),
});
export type UsageResult = z.infer<typeof usageResultSchema>;

/** The engine's part for looking into backups. */
export interface BrowseEngine {
  /** Domains, or what lies in a folder of one. */
  list(
    choice: BackupChoice,
    place: { readonly domain: string | null; readonly folder: string },
    options?: WorkOptions,
  ): Promise<ListFilesResult>;
  /** A file's bytes, decrypted, piece by piece. */
  read(
    choice: BackupChoice,
    request: { readonly domain: string; readonly path: string; readonly write: (bytes: Uint8Array) => Promise<void> },
    options?: WorkOptions,
  ): Promise<void>;
  /** `group`: one conversation; `limit`: so many, the newest. */
  items(
    choice: BackupChoice,
    request: { readonly kind: BrowsedKind; readonly group: string | null; readonly limit: number | null },
    options?: WorkOptions,
  ): Promise<ItemsResult>;
  /** As files. `format` null: what suits the kind; `ids` null: all of them. */
  exportItems(
    choice: BackupChoice,
    request: {
      readonly kind: BrowsedKind;
      readonly directory: string;
      readonly format: string | null;
      readonly group: string | null;
      readonly ids: readonly string[] | null;
    },
    options?: WorkOptions,
  ): Promise<ExportItemsResult>;
  /** `limit`: hits of each kind. */
  search(
    choice: BackupChoice,
    request: { readonly text: string; readonly limit: number | null },
    options?: WorkOptions,
  ): Promise<SearchResult>;
  coverage(choice: BackupChoice, options?: WorkOptions): Promise<CoverageResult>;
  /** `exportTo`: a folder to take out of the older one what is gone; null: only compares. */
  diff(
    older: BackupChoice,
    newer: BackupChoice,
    request: { readonly exportTo: string | null },
    options?: WorkOptions,
  ): Promise<DiffResult>;
  /** Of all versions of the phone of this one: where is what has this id, or this in its title? */
  where(
    choice: BackupChoice,
    request: { readonly kind: string | null; readonly text: string; readonly limit: number | null },
    options?: WorkOptions,
  ): Promise<WhereResult>;
  usage(choice: BackupChoice, options?: WorkOptions): Promise<UsageResult>;
  /** Files as `directory/<domain>/<path>`. Null: of all domains, all paths. */
  extract(
    choice: BackupChoice,
    request: { readonly directory: string; readonly domain: string | null; readonly path: string | null },
    options?: WorkOptions,
  ): Promise<ExtractResult>;
}
