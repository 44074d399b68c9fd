import type { MessageView } from '../../../../shared/contract/procedures/index.ts';
import {
  currentTapbacks,
  type Message,
  type MessageArchive,
  type MessageAttachment,
  type Tapback,
} from '../../browse/readers/messages/index.ts';
import { type BrowseContext, isoOf } from './browse-list.ts';
import { fileView } from './browse-media.ts';
import type { OpenVersion } from './browse-version.ts';

/** A message of Messages as a page shows it. All of it is text: nothing in it is ever a page's own. */

const EXCERPT = 160;
const LINKS = 'com.apple.messages.URLBalloonProvider';
const STATES = { present: 'here', folder: 'here', 'not-downloaded': 'only-in-icloud', missing: 'missing' } as const;

export async function messageViews(
  context: BrowseContext,
  version: OpenVersion,
  archive: MessageArchive,
  messages: readonly Message[],
): Promise<readonly MessageView[]> {
  const book = await version.book();
  const nameOf = (handle: string | null): string | null => (handle === null ? null : (book.nameOf(handle) ?? handle));
  const quotes = new Map<string, string | null>();
  const quote = (id: string): string | null => {
    const known = quotes.get(id);
    if (known !== undefined) return known;
    const text = archive.message(id)?.text?.slice(0, EXCERPT).toWellFormed() ?? null;
    quotes.set(id, text);
    return text;
  };
  return messages.map((message) => viewOf(context, version, message, nameOf, quote));
}

type NameOf = (handle: string | null) => string | null;

function viewOf(
  context: BrowseContext,
  version: OpenVersion,
  message: Message,
  nameOf: NameOf,
  quote: (id: string) => string | null,
): MessageView {
  const heard = new Map(
    message.parts.flatMap((part) =>
      part.kind === 'attachment' ? [[part.attachmentId, part.transcript] as const] : [],
    ),
  );
  const words = [message.subject, message.text].filter((one) => one !== null);
  return {
    id: message.id,
    kind: message.kind === 'message' ? 'message' : 'event',
    isFromMe: message.isFromMe,
    sender: message.isFromMe ? null : nameOf(message.sender),
    sentAt: isoOf(message.sentMs),
    text: words.length === 0 ? null : words.join('\n'),
    isUndecodable: message.isUndecodable,
    isUnsent: message.isUnsent,
    edits: message.edits.flatMap(({ versions }) =>
      versions.slice(0, -1).map(({ text, atMs }) => ({ text, at: isoOf(atMs) })),
    ),
    attachments: message.attachments
      .filter(({ isPreview }) => !isPreview)
      .map((one) => ({ ...attachmentView(context, version, one), transcript: heard.get(one.id) ?? null })),
    reactions: currentTapbacks(message.tapbacks).map((one) => ({
      what: reactionOf(one),
      by: one.isFromMe ? null : nameOf(one.sender),
      isFromMe: one.isFromMe,
    })),
    replyTo:
      message.replyTo === null ? null : { id: message.replyTo.messageId, text: quote(message.replyTo.messageId) },
    app: appOf(message),
    event: eventOf(message, nameOf),
    service: message.service,
  };
}

export function attachmentView(context: BrowseContext, version: OpenVersion, attachment: MessageAttachment) {
  const { name, sizeBytes, state, file, mimeType } = attachment;
  const isFile = state === 'present';
  return fileView(context, version, {
    name: name ?? '',
    bytes: sizeBytes,
    state: STATES[state],
    file: isFile ? file : null,
    mimeType,
  });
}

/** An emoji, or Apple's name of it. */
function reactionOf({ kind, emoji }: Tapback): string {
  return kind === 'emoji' ? (emoji ?? kind) : kind;
}

function appOf({ app, text }: Message): MessageView['app'] {
  if (app === null) return null;
  const isLink = app.bundleId.includes(LINKS);
  const url = app.url ?? (isLink ? text?.trim() || null : null);
  const name = app.appName ?? (isLink ? null : app.bundleId.slice(app.bundleId.lastIndexOf(':') + 1));
  return { name, title: app.title, url };
}

function eventOf(message: Message, nameOf: NameOf): MessageView['event'] {
  if (message.kind === 'event') {
    const { kind, handle, title } = message.event ?? { kind: 'unknown', handle: null, title: null };
    return { what: kind, who: nameOf(handle), title };
  }
  if (message.kind !== 'reaction') return null;
  // A reaction whose message is gone.
  const { reaction } = message;
  const what = reaction?.isRemoval === true ? 'reaction-removed' : 'reaction';
  return { what, who: nameOf(message.sender), title: reaction === null ? null : reactionOf(reaction) };
}
