import { CornerUpLeft } from 'lucide-react';
import { memo } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import type { MessageView } from '../../../../shared/contract/procedures/index.ts';
import { fullDayText, timeText, whenText } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import { Attachment } from './Attachment.tsx';
import styles from './Bubble.module.css';
import { Marked } from './Marked.tsx';

/** After so long a silence the time is said again. */
const SILENCE_MS = 3_600_000;

const REACTIONS: Readonly<Record<string, string>> = {
  love: '❤️',
  like: '👍',
  dislike: '👎',
  laugh: '😂',
  emphasise: '‼️',
  question: '❓',
};

/** One message. `before`: the one above it, undefined while it is not here, null where there is none. */
export const Bubble = memo(function Bubble({
  message,
  before,
  isGroup,
  find,
  isFlashed,
  onGoTo,
  onSave,
}: {
  readonly message: MessageView | undefined;
  readonly before: MessageView | null | undefined;
  readonly isGroup: boolean;
  readonly find: string;
  readonly isFlashed: boolean;
  readonly onGoTo: (id: string) => void;
  readonly onSave: (message: MessageView) => void;
}) {
  if (message === undefined) return <div className={styles['waiting']} />;
  const separator = before === undefined ? null : separatorOf(message, before);
  return (
    <>
      {separator === null ? null : <p className={styles['day']}>{separator}</p>}
      {message.kind === 'event' ? (
        <p className={styles['event']}>{eventText(message)}</p>
      ) : (
        <div className={`${styles['message']} ${message.isFromMe ? styles['mine'] : ''}`}>
          {isGroup &&
          !message.isFromMe &&
          (separator !== null || before?.sender !== message.sender || before.isFromMe) ? (
            <span className={styles['sender']}>{message.sender ?? t('browse.somebody')}</span>
          ) : null}
          {message.isFromMe ? <span className="srOnly">{t('browse.you')}</span> : null}
          {message.replyTo === null ? null : <Reply to={message.replyTo} onGoTo={onGoTo} />}
          {message.attachments.length === 0 ? null : (
            <div className={styles['attachments']}>
              {message.attachments.map((file, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: attachments stay where they are.
                <Attachment key={index} file={file} onSave={() => onSave(message)} />
              ))}
            </div>
          )}
          <Words message={message} find={find} isFlashed={isFlashed} />
          <Reactions message={message} />
          {message.edits.length === 0 ? null : <Edits message={message} />}
        </div>
      )}
    </>
  );
});

function Words({
  message,
  find,
  isFlashed,
}: {
  readonly message: MessageView;
  readonly find: string;
  readonly isFlashed: boolean;
}) {
  const { text, app } = message;
  const title = message.sentAt === null ? undefined : whenText(message.sentAt);
  const className = `${styles['bubble']} ${isFlashed ? styles['flashed'] : ''} selectable`;
  return (
    <>
      {text === null || text === '' ? null : (
        <div className={className} title={title}>
          <Marked text={text} find={find} />
        </div>
      )}
      {app === null ? null : (
        <div className={`${styles['app']} selectable`} title={title}>
          <strong>{app.title ?? app.name ?? ''}</strong>
          {app.url === null ? null : <span>{app.url}</span>}
        </div>
      )}
      {message.isUndecodable ? <p className={styles['note']}>{t('browse.undecodable')}</p> : null}
      {message.isUnsent ? <p className={styles['note']}>{t('browse.unsent')}</p> : null}
    </>
  );
}

function Reply({
  to,
  onGoTo,
}: {
  readonly to: NonNullable<MessageView['replyTo']>;
  readonly onGoTo: (id: string) => void;
}) {
  return (
    <AriaButton className={styles['reply'] ?? ''} onPress={() => onGoTo(to.id)}>
      <CornerUpLeft size={12} aria-hidden />
      <span className="srOnly">{t('browse.repliedTo')}</span>
      <span>{to.text ?? t('browse.attachment')}</span>
    </AriaButton>
  );
}

function Reactions({ message: { reactions } }: { readonly message: MessageView }) {
  if (reactions.length === 0) return null;
  return (
    <ul className={styles['reactions']}>
      {reactions.map(({ what, by, isFromMe }, index) => {
        const who = isFromMe ? t('browse.reactionYou') : (by ?? t('browse.reactionSomebody'));
        const words = t('browse.reacted', { what, who });
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: reactions stay where they are.
          <li key={index} title={words}>
            <span aria-hidden>{REACTIONS[what] ?? what}</span>
            <span className="srOnly">{words}</span>
          </li>
        );
      })}
    </ul>
  );
}

function Edits({ message: { edits } }: { readonly message: MessageView }) {
  return (
    <details className={styles['edits']}>
      <summary>{t('browse.edited', { count: edits.length })}</summary>
      {edits.map(({ text, at }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: earlier wordings stay in their order.
        <p key={index} className="selectable">
          {at === null ? null : <time>{whenText(at)}</time>} {text ?? ''}
        </p>
      ))}
    </details>
  );
}

function separatorOf(message: MessageView, before: MessageView | null): string | null {
  if (message.sentAt === null) return null;
  const at = new Date(message.sentAt);
  const words = t('format.when', { day: fullDayText(at), time: timeText(at) });
  if (before === null || before.sentAt === null) return words;
  const earlier = new Date(before.sentAt);
  const isSameDay = earlier.toDateString() === at.toDateString();
  if (isSameDay && at.getTime() - earlier.getTime() < SILENCE_MS * 3) return null;
  return words;
}

function eventText({ event, sender, isFromMe }: MessageView): string {
  if (event === null) return '';
  const who = event.who ?? sender ?? (isFromMe ? t('browse.you') : t('browse.somebody'));
  const title = event.title ?? '';
  switch (event.what) {
    // Without a name of who came or went, the sender is the one who did it.
    case 'participant-added':
      return t(event.who === null ? 'browse.event.added' : 'browse.event.joined', { who });
    case 'participant-removed':
      return t(event.who === null ? 'browse.event.tookOut' : 'browse.event.removed', { who });
    case 'participant-left':
      return t('browse.event.left', { who });
    case 'renamed':
      return t('browse.event.renamed', { who, title });
    case 'photo-changed':
    case 'photo-removed':
      return t('browse.event.photo', { who });
    case 'reaction':
    case 'reaction-removed':
      return t('browse.event.reaction', { who, title: REACTIONS[title] ?? title });
    default:
      return title === '' ? t('browse.event.other', { who, what: event.what.replaceAll('-', ' ') }) : title;
  }
}
