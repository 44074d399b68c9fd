import { t } from '../../../text/index.ts';

/** How what was taken back gets to the phone, by kind. Never more than iOS allows. */

const WAYS = {
  pictures: ['photos', 'videos'],
  contacts: ['contacts'],
  calendar: ['calendar', 'reminders'],
  chats: [
    'messages',
    'conversations',
    'attachments',
    'message-attachments',
    'whatsapp',
    'whatsapp-conversations',
    'whatsapp-media',
    'messenger-media',
    'chat-media',
  ],
  notes: ['notes'],
  recordings: ['recordings', 'voice-memos', 'voicemail'],
  apps: ['apps', 'app-data'],
  safari: ['bookmarks', 'history', 'safari-bookmarks', 'safari-history'],
} as const satisfies Record<string, readonly string[]>;

type Way = keyof typeof WAYS | 'files';

export function waysBack(
  kinds: readonly string[],
  platform: 'darwin' | 'win32' | 'linux',
): ReadonlyArray<{ readonly id: Way; readonly title: string; readonly text: string }> {
  const ways = Object.keys(WAYS) as Array<keyof typeof WAYS>;
  const wayOf = (kind: string): Way => ways.find((way) => WAYS[way].some((one) => one === kind)) ?? 'files';
  const needed = new Set(kinds.map(wayOf));
  const place = platform === 'darwin' ? 'mac' : 'pc';
  return [...ways, 'files' as const]
    .filter((way) => needed.has(way))
    .map((way) => ({ id: way, title: t(`cleanup.way.${way}.title`), text: t(`cleanup.way.${way}`, { place }) }));
}
