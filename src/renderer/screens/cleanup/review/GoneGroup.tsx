import {
  AppWindow,
  CalendarDays,
  File,
  Image,
  MessageCircle,
  Mic,
  NotebookText,
  Phone,
  UserRound,
  Video,
} from 'lucide-react';
import { useState } from 'react';
import { mediaUrl } from '../../../api/connect.ts';
import { Button } from '../../../components/Button.tsx';
import { Checkbox } from '../../../components/Fields.tsx';
import { bytesText, dateText } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import { kindCount } from '../../../text/kinds.ts';
import styles from './GoneGroup.module.css';
import { isTicked, type KindCount, type Ticked } from './selection.ts';
import type { GoneItem } from './use-reviewed.ts';

const ICONS: Readonly<Record<string, typeof Image>> = {
  photos: Image,
  videos: Video,
  messages: MessageCircle,
  attachments: MessageCircle,
  'message-attachments': MessageCircle,
  conversations: MessageCircle,
  whatsapp: MessageCircle,
  'whatsapp-conversations': MessageCircle,
  'chat-media': MessageCircle,
  recordings: Mic,
  'voice-memos': Mic,
  notes: NotebookText,
  contacts: UserRound,
  calendar: CalendarDays,
  calls: Phone,
  apps: AppWindow,
  'app-data': AppWindow,
};

const FEW = 8;
/** So many are named in the line. */
const NAMED = 3;

/** What is gone of one kind: a line to tick, and its items when they are looked at. */
export function GoneGroup({
  group,
  items,
  ticked,
  hasMore,
  isAsking,
  onKind,
  onItem,
  onMore,
}: {
  readonly group: KindCount;
  /** As far as they are known. */
  readonly items: readonly GoneItem[];
  readonly ticked: Ticked | undefined;
  readonly hasMore: boolean;
  readonly isAsking: boolean;
  readonly onKind: (isOn: boolean) => void;
  readonly onItem: (item: GoneItem, isOn: boolean) => void;
  readonly onMore: () => void;
}) {
  const [isOpen, setOpen] = useState(false);
  const { kind, count, bytes } = group;
  const Icon = ICONS[kind] ?? File;
  const names = items
    .slice(0, NAMED)
    .map(({ title }) => title)
    .filter((one) => one !== null && one !== '');
  const pictures = items.filter((one) => one.media?.thumb != null);
  const words = kindCount(kind, count);
  return (
    <section className={styles['group']} aria-label={words}>
      <div className={styles['line']}>
        <Checkbox
          aria-label={words}
          isSelected={ticked === 'all'}
          isIndeterminate={ticked !== undefined && ticked !== 'all'}
          onChange={onKind}
        />
        <Icon size={17} strokeWidth={1.6} aria-hidden />
        <span className={styles['what']}>
          <strong>{words}</strong>
          {pictures.length > 0 || names.length === 0 ? null : <em>{names.join(', ')}</em>}
        </span>
        <small>{bytes === null || bytes === 0 ? '' : bytesText(bytes)}</small>
        <Button
          look="link"
          onPress={() => setOpen(!isOpen)}
          aria-label={t(isOpen ? 'cleanup.review.foldOf' : 'cleanup.review.unfoldOf', { what: words })}
        >
          {t(isOpen ? 'cleanup.review.fold' : 'cleanup.review.unfold')}
        </Button>
      </div>
      {isOpen ? (
        <>
          <ul className={styles['items']}>
            {items.map((item) => (
              <li key={item.id}>
                <Checkbox isSelected={isTicked(ticked, item.id)} onChange={(isOn) => onItem(item, isOn)}>
                  <span className={styles['name']}>
                    {item.media?.thumb == null ? null : (
                      <img src={mediaUrl(item.media.thumb)} alt="" loading="lazy" decoding="async" />
                    )}
                    {item.title ?? t('changes.untitled')}
                  </span>
                </Checkbox>
                <small>{item.at === null ? '' : dateText(item.at)}</small>
                <small>{item.bytes === null || item.bytes === 0 ? '' : bytesText(item.bytes)}</small>
              </li>
            ))}
          </ul>
          {items.length < count && hasMore ? (
            <p className={styles['more']}>
              <Button look="link" isDisabled={isAsking} onPress={onMore}>
                {t('cleanup.review.more', { count: count - items.length })}
              </Button>
            </p>
          ) : null}
        </>
      ) : pictures.length > 0 ? (
        <ul className={styles['strip']} aria-hidden>
          {pictures.slice(0, FEW).map((item) => (
            <li key={item.id}>
              <img src={mediaUrl(item.media?.thumb ?? '')} alt="" loading="lazy" decoding="async" />
            </li>
          ))}
          {count > FEW ? <li className={styles['rest']}>{t('cleanup.review.plus', { count: count - FEW })}</li> : null}
        </ul>
      ) : null}
    </section>
  );
}
