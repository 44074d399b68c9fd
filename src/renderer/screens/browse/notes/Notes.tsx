import { Lock as LockSign, Paperclip, Pin } from 'lucide-react';
import { useEffect } from 'react';
import { useQuery } from '../../../api/engine.tsx';
import { Button } from '../../../components/Button.tsx';
import { ErrorNote } from '../../../components/ErrorNote.tsx';
import { Empty } from '../../../components/Parts.tsx';
import { dayText, whenInSentence } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import { kindCount } from '../../../text/kinds.ts';
import { filterOf, useFrame } from '../browse-context.ts';
import { GroupBar } from '../GroupBar.tsx';
import { kindTitle } from '../KindsColumn.tsx';
import { ListFrame } from '../ListFrame.tsx';
import lists from '../lists/Lists.module.css';
import { VirtualRows } from '../lists/VirtualRows.tsx';
import { useItems } from '../use-items.ts';
import { NoteText } from './NoteText.tsx';

/** Notes by folder, and one of them. */
export function Notes() {
  const frame = useFrame();
  const { version, gone, turn, item, chooseItem } = frame;
  const filter = filterOf(frame);
  const items = useItems({ version, kind: 'notes', filter, gone });
  const total = items.total ?? 0;
  const shown = item ?? items.list.at(0)?.id ?? null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a password that was given asks again.
  useEffect(() => {
    if (turn > 0) items.list.retry();
  }, [turn]);
  return (
    <>
      <GroupBar>
        <Button isDisabled={total === 0} onPress={() => frame.save(filter, null, kindCount('notes', total))}>
          {t('browse.saveAll')}
        </Button>
      </GroupBar>
      <ListFrame
        total={items.total}
        isPresent={items.isPresent}
        unreadable={items.unreadable}
        error={items.error}
        onRetry={() => items.list.retry()}
      >
        <div className={lists['split']}>
          <div className={lists['column']}>
            <VirtualRows
              list={items.list}
              total={total}
              turn={items.turn}
              label={kindTitle('notes')}
              rowHeight={58}
              selected={shown}
              idOf={(one) => one.id}
              onChoose={(one) => chooseItem(one.id)}
            >
              {(note) => (
                <>
                  <span className={lists['main']}>
                    <strong>{note.title ?? t('browse.untitled')}</strong>
                    <small>
                      {note.modifiedAt === null ? '' : `${dayText(note.modifiedAt)}  `}
                      {note.preview}
                    </small>
                  </span>
                  {note.isPinned ? <Pin size={13} role="img" aria-label={t('backup.pinned')} /> : null}
                  {note.attachments > 0 ? <Paperclip size={13} role="img" aria-label={t('browse.attachment')} /> : null}
                  {note.state === 'locked' ? (
                    <LockSign size={13} role="img" aria-label={t('browse.noteLocked')} />
                  ) : null}
                </>
              )}
            </VirtualRows>
          </div>
          {shown === null ? <Empty title={t('browse.chooseNote')} /> : <NoteDetail key={shown} id={shown} />}
        </div>
      </ListFrame>
    </>
  );
}

function NoteDetail({ id }: { readonly id: string }) {
  const { version, save, showElsewhere } = useFrame();
  const answer = useQuery('browse.note', { ...version, id });
  const { data, error } = answer;
  if (error !== null) {
    return (
      <div className={lists['detail']}>
        <ErrorNote error={error} onRetry={answer.reload} />
      </div>
    );
  }
  if (data === undefined) return <div className={lists['detail']} />;
  const { note, blocks } = data;
  const title = note.title ?? t('browse.untitled');
  if (note.state === 'locked') return <Empty title={t('browse.noteLocked')}>{t('browse.noteLockedText')}</Empty>;
  if (note.state === 'unreadable') return <Empty title={t('browse.noteUnreadable')} />;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <article className={lists['detail']} tabIndex={0} aria-label={title}>
      <GroupLine folder={note.folder} modifiedAt={note.modifiedAt} />
      {blocks.length === 0 ? <p className="t3">{t('browse.noteEmpty')}</p> : <NoteText blocks={blocks} />}
      <p style={{ display: 'flex', flexWrap: 'wrap', gap: 8, marginTop: 28 }}>
        <Button onPress={() => save({}, [note.id], kindCount('notes', 1))}>{t('browse.save')}</Button>
        <Button onPress={() => showElsewhere(note.id)}>{t('browse.elsewhere')}</Button>
      </p>
    </article>
  );
}

function GroupLine({ folder, modifiedAt }: { readonly folder: string | null; readonly modifiedAt: string | null }) {
  const words = [
    folder,
    modifiedAt === null ? null : t('browse.noteChanged', { when: whenInSentence(modifiedAt) }),
  ].filter((one) => one !== null);
  return <p className={lists['under']}>{words.join(' · ')}</p>;
}
