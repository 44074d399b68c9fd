/** Conversations of Messages and WhatsApp as pages, text and JSON, with their files. */
export { chatTitle, messagesConversation, messagesConversations } from './conversations/from-messages.ts';
export { whatsAppConversations } from './conversations/from-whatsapp.ts';
export type { Author, Conversation, ConversationFile, Entry, NameOf, Person, Piece } from './conversations/model.ts';
export {
  type ConversationExport,
  type ConversationFormat,
  type ExportedConversations,
  exportConversations,
} from './export-conversations.ts';
