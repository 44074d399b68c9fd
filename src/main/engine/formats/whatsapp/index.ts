/** Blobs inside WhatsApp's databases. Pure, and safe on hostile input. */
export { readQuotedId, readReactions, type WhatsAppReaction } from './message-blobs.ts';
