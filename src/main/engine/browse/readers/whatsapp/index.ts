/** WhatsApp in a backup, also its business variant: chats, messages, media. */
export type {
  WhatsAppChat,
  WhatsAppCounts,
  WhatsAppKind,
  WhatsAppMedia,
  WhatsAppMediaState,
  WhatsAppMember,
  WhatsAppMessage,
  WhatsAppVariant,
} from './types.ts';
export { WhatsAppArchive } from './whatsapp-archive.ts';
