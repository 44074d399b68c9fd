import type { AppCloud } from './types.ts';

/**
 * Where well-known apps keep what they hold (requirement R35), as far as their makers say so; of every other app it is
 * unknown. Reviewed with the rest of the guidance.
 */
const CLOUDS: Readonly<Record<string, AppCloud>> = {
  'com.apple.Pages': 'icloud-drive',
  'com.apple.Numbers': 'icloud-drive',
  'com.apple.Keynote': 'icloud-drive',
  // Its own chat backup lies in iCloud Drive, if the owner turned it on.
  'net.whatsapp.WhatsApp': 'icloud-drive',
  'net.whatsapp.WhatsAppSMB': 'icloud-drive',
  'com.burbn.instagram': 'server',
  'com.facebook.Facebook': 'server',
  'com.facebook.Messenger': 'server',
  'com.google.Gmail': 'server',
  'com.google.ios.youtube': 'server',
  'com.hammerandchisel.discord': 'server',
  'com.linkedin.LinkedIn': 'server',
  'com.netflix.Netflix': 'server',
  'com.reddit.Reddit': 'server',
  'com.spotify.client': 'server',
  'com.tinyspeck.chatlyio': 'server',
  'com.zhiliaoapp.musically': 'server',
  'ph.telegra.Telegraph': 'server',
};

export function cloudOf(app: string): AppCloud {
  return Object.hasOwn(CLOUDS, app) ? (CLOUDS[app] ?? 'unknown') : 'unknown';
}
