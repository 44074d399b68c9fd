import { encodePlist, type PlistDict, PlistReal, type PlistValue } from '../../../../engine/formats/plist/index.ts';
import { cocoa, cocoaNanoseconds } from '../../calendar-time.ts';
import { Archived, keyedArchive } from '../../encodings/keyed-archive.ts';
import { encodeAttributedString, type Run } from '../../encodings/typedstream.ts';
import type { OpenDatabase } from '../../storage/scratch-database.ts';
import type { World } from '../../world.ts';
import type { Message } from './message.ts';

/** Marks the place of an attachment in a text. */
const PLACE = '\ufffc';

export function insertMessage(world: World, database: OpenDatabase, message: Message): void {
  const { shape, fromMe, attachments } = message;
  const date = cocoaNanoseconds(message.date);
  const conversation = message.conversations[0];
  const handle = conversation?.handles.find(({ id }) => id === message.sender?.phone) ?? conversation?.handles[0];
  const random = world.stream(`message/${message.guid}/row`);
  const itemType = shape === 'participant' ? 1 : shape === 'rename' ? 2 : 0;
  const body = message.bodyColumn ? attributedBody(message) : null;
  const thread = shape === 'reply' ? message.target : null;
  database.insert('message', {
    ROWID: message.pk,
    guid: message.guid,
    text: message.textColumn ? storedText(message) : null,
    attributedBody: body,
    handle_id: fromMe && !(conversation?.group ?? true) ? (handle?.pk ?? 0) : fromMe ? 0 : (handle?.pk ?? 0),
    subject: shape === 'subject' ? 'Re: 📎' : null,
    country: null,
    version: 10,
    type: 0,
    service: message.service,
    account: `P:${world.identity.phoneNumber.replaceAll(' ', '')}`,
    account_guid: world.stream('messages-account').uuid(),
    date,
    date_read: fromMe ? 0n : date + 60_000_000_000n,
    date_delivered: fromMe ? date + 2_000_000_000n : 0n,
    date_played: shape === 'audio' ? date + 120_000_000_000n : 0n,
    is_delivered: 1,
    is_finished: 1,
    is_from_me: fromMe ? 1 : 0,
    is_read: fromMe ? 0 : 1,
    is_sent: fromMe ? 1 : 0,
    is_empty: shape === 'unsent' ? 1 : 0,
    has_dd_results: message.text?.includes('https://') ? 1 : 0,
    was_data_detected: 1,
    cache_has_attachments: attachments.length > 0 ? 1 : 0,
    cache_roomnames: conversation?.group ? conversation.identifier : null,
    is_audio_message: shape === 'audio' ? 1 : 0,
    is_played: shape === 'audio' ? 1 : 0,
    item_type: itemType,
    other_handle: shape === 'participant' ? (conversation?.handles[1]?.pk ?? 0) : 0,
    group_title: message.groupTitle,
    group_action_type: 0,
    associated_message_guid: associated(message),
    associated_message_type: message.tapbackType,
    associated_message_emoji: message.tapbackEmoji,
    associated_message_range_length: message.tapbackType >= 2000 ? (message.target?.text?.length ?? 1) : 0,
    balloon_bundle_id: shape === 'link' ? 'com.apple.messages.URLBalloonProvider' : null,
    payload_data: shape === 'link' ? linkPayload(message.text ?? '') : null,
    expressive_send_style_id: shape === 'effect' ? 'com.apple.MobileSMS.expressivesend.loud' : null,
    message_summary_info: summaryInfo(message),
    date_edited: message.dateEdited === null ? 0n : cocoaNanoseconds(message.dateEdited),
    date_retracted: shape === 'unsent' && message.dateEdited !== null ? cocoaNanoseconds(message.dateEdited) : 0n,
    thread_originator_guid: thread?.guid ?? null,
    thread_originator_part: thread === null ? null : `0:0:${thread.text?.length ?? 0}`,
    reply_to_guid: thread?.guid ?? null,
    is_spam: shape === 'spam' ? 1 : 0,
    has_unseen_mention: 0,
    part_count: Math.max(1, attachments.length + (message.text === null ? 0 : 1)),
    destination_caller_id: world.identity.phoneNumber.replaceAll(' ', ''),
    ck_sync_state: 1,
    ck_record_id: random.hex(40),
    did_notify_recipient: 0,
  });
  joinChats(world, database, message, date);
  for (const attachment of attachments) {
    database.insert('message_attachment_join', { message_id: message.pk, attachment_id: attachment.pk });
  }
}

function joinChats(world: World, database: OpenDatabase, message: Message, date: bigint): void {
  for (const { pk } of message.conversations) {
    if (message.shape === 'deleted') {
      const deleted = cocoaNanoseconds(world.clock.now - 86_400);
      database.insert('chat_recoverable_message_join', { chat_id: pk, message_id: message.pk, delete_date: deleted });
    } else database.insert('chat_message_join', { chat_id: pk, message_id: message.pk, message_date: date });
  }
}

/** Writes an edit of a message that is already there. */
export function updateEditedMessage(database: OpenDatabase, message: Message): void {
  database.run(
    'UPDATE message SET text = ?, attributedBody = ?, message_summary_info = ?, date_edited = ? WHERE ROWID = ?',
    message.textColumn ? storedText(message) : null,
    attributedBody(message),
    summaryInfo(message),
    cocoaNanoseconds(message.dateEdited ?? message.date),
    message.pk,
  );
}

export function deleteMessage(database: OpenDatabase, message: Message): void {
  for (const sql of [
    'DELETE FROM chat_message_join WHERE message_id = ?',
    'DELETE FROM chat_recoverable_message_join WHERE message_id = ?',
    'DELETE FROM message_attachment_join WHERE message_id = ?',
    'DELETE FROM message WHERE ROWID = ?',
  ]) {
    database.run(sql, message.pk);
  }
  for (const attachment of message.attachments) database.run('DELETE FROM attachment WHERE ROWID = ?', attachment.pk);
  database.insert('deleted_messages', { guid: message.guid });
}

/** The text with a place for every attachment, as both columns hold it. */
function storedText(message: Message): string | null {
  if (message.shape === 'unsent') return null;
  const places = PLACE.repeat(message.shape === 'link' ? 0 : message.attachments.length);
  return places + (message.text ?? '') || null;
}

function attributedBody(message: Message): Buffer | null {
  const text = storedText(message);
  if (text === null) return null;
  const runs: Run[] = [];
  const files = message.shape === 'link' ? [] : message.attachments;
  files.forEach(({ guid, transferName }, part) => {
    runs.push({
      length: 1,
      attributes: {
        __kIMFileTransferGUIDAttributeName: guid,
        __kIMFilenameAttributeName: transferName,
        __kIMMessagePartAttributeName: part,
      },
    });
  });
  const rest = text.length - files.length;
  if (rest > 0)
    runs.push({ length: rest, attributes: { ...extra(message), __kIMMessagePartAttributeName: files.length } });
  return encodeAttributedString(text, runs);
}

function extra(message: Message): Record<string, string> {
  if (message.shape === 'mention')
    return { __kIMMentionConfirmedMention: message.conversations[0]?.people[0]?.phone ?? '' };
  if (message.shape === 'link') return { __kIMLinkAttributeName: message.text ?? '' };
  return {};
}

function associated(message: Message): string | null {
  if (message.tapbackType === 0 || message.target === null) return null;
  return message.target.shape === 'link' ? `bp:${message.target.guid}` : `p:0/${message.target.guid}`;
}

/** What was edited or unsent: backup-format 4.2. Null for messages nobody touched. */
function summaryInfo(message: Message): Buffer | null {
  if (message.shape === 'unsent') {
    const length = message.versions[0]?.text.length ?? 1;
    return encodePlist({ amc: 1, ust: true, rp: [0], otr: { '0': { lo: 0, le: length } } }, 'binary');
  }
  if (message.versions.length === 0) return null;
  const current = { text: message.text ?? '', date: message.dateEdited ?? message.date };
  const history: PlistValue[] = [...message.versions, current].map(
    ({ text, date }): PlistDict => ({
      d: new PlistReal(cocoa(date)),
      t: encodeAttributedString(text, [{ length: text.length, attributes: { __kIMMessagePartAttributeName: 0 } }]),
    }),
  );
  const length = message.versions[0]?.text.length ?? 0;
  return encodePlist(
    { amc: 1, ust: true, ec: { '0': history }, ep: [0], otr: { '0': { lo: 0, le: length } } },
    'binary',
  );
}

/** A rich link as Messages keeps it: an archive with the address and a title. */
function linkPayload(address: string): Buffer {
  const url = new Archived(['NSURL', 'NSObject'], { 'NS.base': null, 'NS.relative': address });
  const metadata = new Archived(['LPLinkMetadata', 'NSObject'], {
    URL: url,
    originalURL: url,
    title: `Page at ${address}`,
    summary: 'A page to read later',
    version: 1,
  });
  return keyedArchive(
    new Archived(['LPMessagePayload', 'NSObject'], { richLinkMetadata: metadata, richLinkIsPlaceholder: false }),
  );
}
