import type { Guidance } from '../guidance.ts';

/** Short guides for the neighbouring jobs. They name where to go on the phone; Backstop itself changes nothing there. */

const REVIEWED = '2026-11-24';

export const guides: Guidance['guides'] = [
  {
    id: 'icloud-space',
    title: 'Free iCloud storage without upgrading',
    lead: 'Most of a full iCloud is old. Go from what nobody misses to what somebody might.',
    steps: [
      'Settings, your name, iCloud, Storage: look at what takes most.',
      'Remove backups of phones you no longer have.',
      'Copy old files from iCloud Drive to a disk, open a few of the copies, then delete them.',
      'Last come photos, videos and message attachments. Make a full encrypted backup on this computer before you delete any.',
    ],
    options: ['icloud-drive-files', 'message-attachments', 'large-videos'],
    source: 'S0',
    asOf: REVIEWED,
  },
  {
    id: 'whatsapp',
    title: 'Clear WhatsApp without losing chats',
    lead: 'Media take the room. Clear those, and keep the words around them.',
    steps: [
      'Make an encrypted backup here, open it, and see that your chats are in it.',
      'If you use WhatsApp’s own chat backup, run it too: in WhatsApp under Settings, Chats, Chat Backup.',
      'In WhatsApp under Settings, Storage and Data, Manage Storage: start with the largest items and the largest chats.',
      'Delete media, not chats. Deleting a chat deletes its words as well.',
      'Come back here: Backstop shows what went, and what of it was not in your plan.',
    ],
    options: ['chat-media'],
    source: 'S0',
    asOf: REVIEWED,
  },
  {
    id: 'messenger',
    title: 'Free Messenger storage',
    lead: 'Messenger keeps chats on its servers; on the phone it keeps what it loaded and what you saved.',
    steps: [
      'Save photos that matter from the chats first, and see that they are in your photo library.',
      'Back up the phone, encrypted, if anything in the app is not on its servers.',
      'Offload the app under Settings, General, iPhone Storage. If it is still large after that, removing and loading it again clears what it had loaded.',
      'Secret or end-to-end encrypted chats may be kept only on the phone or need a code of their own: look into that before you remove the app.',
    ],
    options: ['chat-media', 'remove-apps'],
    source: 'S0',
    asOf: REVIEWED,
  },
  {
    id: 'compress',
    title: 'Make photos smaller instead of deleting them',
    lead: 'Lower risk than deleting: every photo stays.',
    steps: [
      'For new photos: Settings, Camera, Formats, High Efficiency.',
      'For videos: Settings, Camera, Record Video, a smaller size.',
      'An app that compresses photos you already have makes new, smaller ones and then asks to delete the originals. That last step is a deletion: look at the results first, or copy the originals to a folder.',
      'Backstop compresses nothing on the phone.',
    ],
    options: ['compress-photos'],
    source: 'S0',
    asOf: REVIEWED,
  },
  {
    id: 'duplicates',
    title: 'Review duplicates',
    lead: 'Exact and near duplicates are different risks.',
    steps: [
      'Exact duplicates have the same bytes. Deleting all but one loses nothing but the place in an album.',
      'Near duplicates are different pictures of the same moment. Look at each group, and keep the one where everybody looks well.',
      'In Photos, Duplicates merges what the phone itself found and keeps the best quality.',
      'For one big pass instead of a review, back up first.',
    ],
    options: ['reviewed-duplicates', 'bulk-duplicates'],
    source: 'S0',
    asOf: REVIEWED,
  },
];
