import { useState } from 'react';
import type { ChatView } from '../../../../shared/contract/procedures/index.ts';
import { useQuery } from '../../../api/engine.tsx';
import { Empty } from '../../../components/Parts.tsx';
import { t } from '../../../text/index.ts';
import { useFrame } from '../browse-context.ts';
import { ListFrame } from '../ListFrame.tsx';
import { useSettled } from '../use-items.ts';
import { ChatList } from './ChatList.tsx';
import styles from './Chats.module.css';
import { Conversation } from './Conversation.tsx';

/** Conversations of Messages or WhatsApp, and one of them. */
export function Chats({ kind }: { readonly kind: 'messages' | 'whatsapp' }) {
  const frame = useFrame();
  const { version, gone, group } = frame;
  const [typed, setTyped] = useState('');
  const text = useSettled(typed);
  const chats = useQuery('browse.chats', { ...version, kind, text: text === '' ? null : text, gone }, ['lock']);
  const list = chats.data?.chats ?? [];
  const [kept, setKept] = useState<ChatView | null>(null);
  const found = list.find((one) => one.id === group) ?? (group === null ? list[0] : undefined);
  if (found !== undefined && found !== kept) setKept(found);
  // The conversation stays while the list beside it is narrowed to others.
  const chat = found ?? (kept?.id === group ? kept : null);
  return (
    <ListFrame
      total={chats.data === undefined ? null : text === '' ? list.length : 1}
      isPresent={chats.data?.isPresent ?? true}
      unreadable={chats.data?.unreadable.length ?? 0}
      error={chats.error}
      onRetry={chats.reload}
    >
      <div className={styles['grid']}>
        <ChatList
          chats={list}
          selected={chat?.id ?? null}
          typed={typed}
          onType={setTyped}
          onChoose={(id) => frame.chooseGroup(id)}
        />
        {chat === null ? (
          <Empty title={t('browse.chooseChat')} />
        ) : (
          <Conversation key={`${chat.id} ${gone}`} kind={kind} chat={chat} />
        )}
      </div>
    </ListFrame>
  );
}
