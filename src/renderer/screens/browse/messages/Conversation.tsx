import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronDown, ChevronUp, User, Users } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { ChatView, MessageView } from '../../../../shared/contract/procedures/index.ts';
import { useQuery } from '../../../api/engine.tsx';
import { Button, IconButton } from '../../../components/Button.tsx';
import { ErrorNote } from '../../../components/ErrorNote.tsx';
import { SearchField } from '../../../components/Fields.tsx';
import { t } from '../../../text/index.ts';
import { kindCount } from '../../../text/kinds.ts';
import { useFrame } from '../browse-context.ts';
import { useItems, useSettled } from '../use-items.ts';
import { Bubble } from './Bubble.tsx';
import { titleOf } from './ChatList.tsx';
import styles from './Chats.module.css';

const USUAL_HEIGHT = 58;
/** More matches than these are counted, and the first of them can be gone through. */
const MATCHES = 500;

/** One conversation from its newest message upward. The engine counts from the newest, the screen from the oldest. */
export function Conversation({ kind, chat }: { readonly kind: 'messages' | 'whatsapp'; readonly chat: ChatView }) {
  const frame = useFrame();
  const { version, gone, save } = frame;
  const filter = { group: chat.id };
  const items = useItems({ version, kind, filter, gone });
  const { list } = items;
  const total = items.total ?? 0;
  const scroll = useRef<HTMLElement | null>(null);
  const [typed, setTyped] = useState(frame.text);
  // What is searched for in the toolbar is found here too.
  useEffect(() => setTyped(frame.text), [frame.text]);
  const find = useSettled(typed).trim();
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroll.current,
    estimateSize: () => USUAL_HEIGHT,
    getItemKey: (index) => total - 1 - index,
    overscan: 8,
    useFlushSync: false,
    paddingStart: 16,
    paddingEnd: 16,
  });
  const rows = virtual.getVirtualItems();
  const first = rows[0]?.index ?? 0;
  const last = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (total > 0) list.want(total - 1 - last, total - first);
  }, [list, total, first, last]);

  const [flash, setFlash] = useState<string | null>(null);
  const goTo = (id: string): void => {
    list.placeOf(id).then(
      (place) => {
        if (place === null) return;
        setFlash(id);
        isAtEnd.current = false;
        virtual.scrollToIndex(total - 1 - place, { align: 'center' });
      },
      () => undefined,
    );
  };
  const isPlaced = useRef<unknown>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each list, when its length is known.
  useLayoutEffect(() => {
    if (total === 0 || isPlaced.current === list) return;
    const isFirst = isPlaced.current === null;
    isPlaced.current = list;
    if (frame.item !== null) goTo(frame.item);
    else if (isFirst) virtual.scrollToIndex(total - 1, { align: 'end' });
  }, [list, total]);

  // Heights become known as messages come: the end stays in sight until somebody scrolls away from it.
  const isAtEnd = useRef(frame.item === null);
  const height = virtual.getTotalSize();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another height moves the end.
  useLayoutEffect(() => {
    const element = scroll.current;
    if (isAtEnd.current && element !== null) element.scrollTop = element.scrollHeight;
  }, [height]);

  const what = kindCount(kind, chat.messages);
  return (
    <section className={styles['talk']} aria-label={titleOf(chat)}>
      <header className={styles['talkHead']}>
        <span className={styles['face']}>
          {chat.isGroup ? <Users size={16} strokeWidth={1.6} /> : <User size={16} strokeWidth={1.6} />}
        </span>
        <div className={styles['talkTitle']}>
          <strong>{titleOf(chat)}</strong>
          <small>{t('browse.people', { people: chat.isGroup ? chat.people.length : 0, count: chat.messages })}</small>
        </div>
        <FindBar kind={kind} chat={chat} typed={typed} find={find} onType={setTyped} onGo={goTo} />
      </header>
      {items.error === null ? null : <ErrorNote error={items.error} onRetry={() => list.retry()} udid={frame.udid} />}
      <section
        ref={scroll}
        className={styles['bubbles']}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        tabIndex={0}
        aria-label={t('browse.bubbles')}
        onWheel={(event) => {
          if (event.deltaY < 0) isAtEnd.current = false;
        }}
        onKeyDown={() => {
          isAtEnd.current = false;
        }}
        onPointerDown={() => {
          isAtEnd.current = false;
        }}
      >
        <div style={{ height, position: 'relative' }}>
          {rows.map(({ index, start, key }) => {
            const place = total - 1 - index;
            return (
              <div
                key={key}
                ref={virtual.measureElement}
                data-index={index}
                className={styles['line']}
                style={{ transform: `translateY(${start}px)` }}
              >
                <Bubble
                  message={list.at(place)}
                  before={place + 1 < total ? list.at(place + 1) : null}
                  isGroup={chat.isGroup}
                  find={find}
                  isFlashed={list.at(place)?.id === flash}
                  onGoTo={goTo}
                  onSave={(message: MessageView) => save(filter, [message.id], t('browse.attachment'))}
                />
              </div>
            );
          })}
        </div>
      </section>
      <footer className={styles['talkFoot']}>
        <Button look="filled" onPress={() => save(filter, null, what)}>
          {t('browse.exportChat')}
        </Button>
      </footer>
    </section>
  );
}

function FindBar({
  kind,
  chat,
  typed,
  find,
  onType,
  onGo,
}: {
  readonly kind: 'messages' | 'whatsapp';
  readonly chat: ChatView;
  readonly typed: string;
  readonly find: string;
  readonly onType: (text: string) => void;
  readonly onGo: (id: string) => void;
}) {
  const { version, gone } = useFrame();
  const [at, setAt] = useState(0);
  const question = find === '' ? null : { group: chat.id, text: find.slice(0, 200) };
  const matches = useQuery(
    'browse.items',
    question === null ? null : { ...version, kind, filter: question, gone, around: null, after: null, limit: MATCHES },
  ).data;
  const ids =
    find === '' ? [] : ((matches?.page.items ?? []) as readonly { readonly id: string }[]).map(({ id }) => id);
  const key = ids.join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: other matches begin with the newest.
  useEffect(() => {
    setAt(0);
    const [newest] = ids;
    if (newest !== undefined) onGo(newest);
  }, [key]);
  const step = (by: number): void => {
    if (ids.length === 0) return;
    const next = (at + by + ids.length) % ids.length;
    setAt(next);
    onGo(ids[next] ?? '');
  };
  return (
    <search className={styles['find']}>
      <SearchField label={t('browse.find')} value={typed} onChange={onType} onSubmit={() => step(1)} width={150} />
      <small role="status">
        {find === '' || matches === undefined
          ? ''
          : ids.length === 0
            ? t('browse.noMatches')
            : t('browse.matches', { at: at + 1, count: matches.total })}
      </small>
      <IconButton label={t('browse.olderMatch')} isDisabled={ids.length < 2} onPress={() => step(1)}>
        <ChevronUp size={16} aria-hidden />
      </IconButton>
      <IconButton label={t('browse.newerMatch')} isDisabled={ids.length < 2} onPress={() => step(-1)}>
        <ChevronDown size={16} aria-hidden />
      </IconButton>
    </search>
  );
}
