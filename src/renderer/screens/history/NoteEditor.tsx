import { type ReactNode, useState } from 'react';
import { Button as AriaButton, Input, TextField } from 'react-aria-components';
import type { BackupRow } from '../../../shared/contract/procedures/index.ts';
import { useAction } from '../../api/engine.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { t } from '../../text/index.ts';
import styles from './NoteEditor.module.css';

const MOST = 140;

/** One line of the owner's own. Return saves, Escape leaves it as it was. */
export function NoteEditor({ row, icon }: { readonly row: BackupRow; readonly icon: ReactNode }) {
  const [text, setText] = useState<string | null>(null);
  const save = useAction('backups.note');
  const finish = async (): Promise<void> => {
    if (text !== null && text.trim() !== (row.note ?? '')) {
      const answer = await save.run({ vault: row.vault, snapshot: row.id, text: text.trim() });
      if (answer === null) return;
    }
    setText(null);
  };
  if (text === null) {
    return (
      <AriaButton
        className={`${styles['note']} ${row.note === null ? styles['empty'] : ''}`}
        onPress={() => setText(row.note ?? '')}
      >
        {icon}
        <span>{row.note ?? t('inspector.addNote')}</span>
      </AriaButton>
    );
  }
  return (
    <div className={styles['editing']}>
      <TextField
        aria-label={t('inspector.note')}
        value={text}
        onChange={setText}
        maxLength={MOST}
        autoFocus
        onKeyDown={(event) => {
          if (event.key === 'Enter') void finish();
          if (event.key === 'Escape') setText(null);
        }}
        onBlur={() => void finish()}
      >
        <Input className={styles['input'] ?? ''} />
      </TextField>
      <p>{t('inspector.noteHint')}</p>
      {save.error === null ? null : <ErrorNote error={save.error} />}
    </div>
  );
}
