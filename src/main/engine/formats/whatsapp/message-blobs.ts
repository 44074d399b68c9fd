import { isUtf8 } from 'node:buffer';
import { wireFields } from './wire-fields.ts';

const MAX_BYTES = 1024 * 1024;
const MAX_DEPTH = 4;
const MAX_REACTIONS = 2000;
/** A family of four with skin tones has 41 bytes. */
const MAX_EMOJI_BYTES = 64;
const QUOTED = 5;

const JID = /^[0-9a-z.:_-]{1,64}@(?:s\.whatsapp\.net|lid)$/;
const EMOJI = /^[\p{Extended_Pictographic}\p{Emoji_Component}]+$/u;
const DIGITS = /^[\d#*]+$/;

/**
 * `ZWAMEDIAITEM.ZMETADATA`, a protobuf message: the id (ZSTANZAID) of the message that is answered, in field 5. People who
 * decode WhatsApp's backups agree on it; the caller must hold it against the ids that there are.
 */
export function readQuotedId(metadata: Uint8Array): string | null {
  if (metadata.length > MAX_BYTES) return null;
  const field = wireFields(metadata)?.find(({ number }) => number === QUOTED);
  const text = field?.bytes.toString('latin1') ?? '';
  return /^[0-9A-Za-z._:-]{8,80}$/.test(text) ? text : null;
}

export interface WhatsAppReaction {
  readonly emoji: string;
  /** Null: the owner's own. */
  readonly sender: string | null;
}

/**
 * Reactions in `ZWAMESSAGEINFO.ZRECEIPTINFO`, a protobuf message without a published description: messages in it that have
 * an emoji as one of their texts, and the JID of who sent it as another. Nothing else is taken for one.
 */
export function readReactions(receiptInfo: Uint8Array): readonly WhatsAppReaction[] {
  const found: WhatsAppReaction[] = [];
  if (receiptInfo.length <= MAX_BYTES) collect(receiptInfo, 0, found);
  return found;
}

function collect(bytes: Uint8Array, depth: number, found: WhatsAppReaction[]): void {
  const fields = depth > MAX_DEPTH ? null : wireFields(bytes);
  if (fields === null || found.length >= MAX_REACTIONS) return;
  const texts = fields.flatMap(({ bytes: one }) =>
    one.length > 0 && one.length <= 128 && isUtf8(one) ? [one.toString('utf8')] : [],
  );
  const emoji = texts.find(isEmoji);
  if (emoji !== undefined && depth > 0) {
    found.push({ emoji, sender: texts.find((text) => JID.test(text)) ?? null });
    return;
  }
  for (const { bytes: one } of fields) if (one.length > 2) collect(one, depth + 1, found);
}

function isEmoji(text: string): boolean {
  return Buffer.byteLength(text) <= MAX_EMOJI_BYTES && EMOJI.test(text) && !DIGITS.test(text);
}
