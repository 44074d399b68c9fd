import { User, Users } from 'lucide-react';
import { ListBox, ListBoxItem, ListLayout, Virtualizer } from 'react-aria-components';
import type { ChatView } from '../../../../shared/contract/procedures/index.ts';
import { SearchField } from '../../../components/Fields.tsx';
import { dayText, timeText } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import styles from './Chats.module.css';

const LAYOUT = { rowHeight: 66 } as const;

export function ChatList({
  chats,
  selected,
  typed,
  onType,
  onChoose,
}: {
  readonly chats: readonly ChatView[];
  readonly selected: string | null;
  readonly typed: string;
  readonly onType: (text: string) => void;
  readonly onChoose: (id: string) => void;
}) {
  return (
    <div className={styles['chats']}>
      <div className={styles['chatSearch']}>
        <SearchField label={t('browse.searchChats')} value={typed} onChange={onType} width={228} />
      </div>
      <Virtualizer layout={ListLayout} layoutOptions={LAYOUT}>
        <ListBox
          aria-label={t('browse.chats')}
          className={styles['chatList'] ?? ''}
          items={chats}
          selectionMode="single"
          selectionBehavior="replace"
          disallowEmptySelection
          selectedKeys={selected === null ? [] : [selected]}
          onSelectionChange={(keys) => {
            const [first] = keys === 'all' ? [] : keys;
            if (first !== undefined) onChoose(String(first));
          }}
          renderEmptyState={() => <p className={styles['noChats']}>{t('browse.noChats')}</p>}
        >
          {(chat) => (
            <ListBoxItem id={chat.id} textValue={titleOf(chat)} className={styles['chat'] ?? ''}>
              <span className={styles['face']}>
                {chat.isGroup ? (
                  <Users size={16} strokeWidth={1.6} aria-hidden />
                ) : (
                  <User size={16} strokeWidth={1.6} aria-hidden />
                )}
              </span>
              <span className={styles['chatText']}>
                <span className={styles['chatTop']}>
                  <strong>{titleOf(chat)}</strong>
                  <small>{chat.lastAt === null ? '' : shortWhen(chat.lastAt)}</small>
                </span>
                <em>{chat.lastText ?? ''}</em>
              </span>
            </ListBoxItem>
          )}
        </ListBox>
      </Virtualizer>
    </div>
  );
}

export function titleOf(chat: ChatView): string {
  return chat.title === '' ? (chat.people.length === 0 ? t('browse.loose') : chat.people.join(', ')) : chat.title;
}

function shortWhen(iso: string): string {
  return Date.now() - new Date(iso).getTime() < 86_400_000 ? timeText(iso) : dayText(iso);
}
