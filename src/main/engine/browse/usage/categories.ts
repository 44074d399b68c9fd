import { setImmediate } from 'node:timers/promises';
import type { Backup, BackupFile } from '../source/types.ts';

/** Bytes of a backup by what they are for. Every file belongs to one category; the first rule that fits decides (reference 5.1). */

export const CATEGORIES = [
  'photos',
  'videos',
  'photo-edits',
  'photo-library',
  'message-attachments',
  'messages',
  'whatsapp-media',
  'whatsapp',
  'voice-memos',
  'voicemail',
  'health',
  'contacts',
  'calendar',
  'notes',
  'reminders',
  'safari',
  'calls',
  'files-app',
  'apps',
  'passwords',
  'home',
  'system',
] as const;
export type Category = (typeof CATEGORIES)[number];

export interface CategoryUse {
  readonly category: Category;
  readonly files: number;
  /** Logical bytes, as the phone's list says. */
  readonly bytes: number;
}

const VIDEO = /\.(mov|mp4|m4v|avi|3gp)$/i;
const WHATSAPP = /^AppDomainGroup-group\.net\.whatsapp\.(WhatsApp|WhatsAppSMB)\.shared$/;

type Rule = readonly [category: Category, fits: (domain: string, path: string) => boolean];

function at(category: Category, domain: string | RegExp, path: RegExp): Rule {
  const isDomain = typeof domain === 'string' ? (one: string) => one === domain : (one: string) => domain.test(one);
  return [category, (one, where) => isDomain(one) && path.test(where)];
}

const RULES: readonly Rule[] = [
  ['videos', (domain, path) => domain === 'CameraRollDomain' && isOriginal(path) && VIDEO.test(path)],
  ['photos', (domain, path) => domain === 'CameraRollDomain' && isOriginal(path)],
  at('photo-edits', 'CameraRollDomain', /^Media\/PhotoData\/Mutations\//),
  at('photo-library', 'CameraRollDomain', /^Media\//),
  at('message-attachments', 'MediaDomain', /^Library\/SMS\//),
  at('messages', 'HomeDomain', /^Library\/SMS\//),
  at('whatsapp-media', WHATSAPP, /^Message\//),
  at('whatsapp', WHATSAPP, /^/),
  at('voice-memos', 'MediaDomain', /^Media\/Recordings\//),
  at('voice-memos', 'AppDomainGroup-group.com.apple.VoiceMemos.shared', /^/),
  at('voicemail', 'HomeDomain', /^Library\/Voicemail\//),
  at('health', 'HealthDomain', /^/),
  at('contacts', 'HomeDomain', /^Library\/AddressBook\//),
  at('calendar', 'HomeDomain', /^Library\/Calendar\//),
  at('notes', 'AppDomainGroup-group.com.apple.notes', /^/),
  at('notes', 'HomeDomain', /^Library\/Notes\//),
  at('reminders', 'AppDomainGroup-group.com.apple.reminders', /^/),
  at('reminders', 'HomeDomain', /^Library\/Reminders\//),
  at('safari', 'HomeDomain', /^Library\/Safari\//),
  at('safari', 'AppDomain-com.apple.mobilesafari', /^/),
  at('calls', 'HomeDomain', /^Library\/CallHistoryDB\//),
  at('calls', 'WirelessDomain', /^Library\/CallHistory\//),
  at('files-app', 'AppDomainGroup-group.com.apple.FileProvider.LocalStorage', /^File Provider Storage\//),
  at('passwords', 'KeychainDomain', /^/),
  at('home', 'HomeKitDomain', /^/),
  at('apps', /^AppDomain(Group|Plugin)?-/, /^/),
];

function isOriginal(path: string): boolean {
  return path.startsWith('Media/DCIM/') || path.startsWith('Media/PhotoData/CPLAssets/');
}

export function categoryOf({ domain, path }: Pick<BackupFile, 'domain' | 'path'>): Category {
  return RULES.find(([, fits]) => fits(domain, path))?.[0] ?? 'system';
}

/** Files between two breaths. */
const SLICE = 2000;

/** Goes through all files once. In the order of `CATEGORIES`; those without files are left out. */
export async function usageByCategory(backup: Backup, signal?: AbortSignal): Promise<readonly CategoryUse[]> {
  const use = new Map<Category, { files: number; bytes: number }>();
  let seen = 0;
  for (const file of backup.files()) {
    if (file.kind !== 'file') continue;
    seen += 1;
    if (seen % SLICE === 0) {
      signal?.throwIfAborted();
      await setImmediate();
    }
    const category = categoryOf(file);
    const one = use.get(category) ?? { files: 0, bytes: 0 };
    one.files += 1;
    one.bytes += file.sizeBytes ?? 0;
    use.set(category, one);
  }
  return CATEGORIES.flatMap((category) => {
    const one = use.get(category);
    return one === undefined ? [] : [{ category, ...one }];
  });
}
