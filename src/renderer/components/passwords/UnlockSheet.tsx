import { useState } from 'react';
import { useAction, useQuery } from '../../api/engine.tsx';
import { t } from '../../text/index.ts';
import { Button } from '../Button.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { PasswordField } from '../Fields.tsx';
import { Sheet } from '../Sheet.tsx';
import styles from './EnterPassword.module.css';

/** Looking into backups needs the owner: the system's own way where there is one, else any backup password. */
export function UnlockSheet({
  isOpen,
  onClose,
  onUnlocked,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onUnlocked: () => void;
}) {
  const [password, setPassword] = useState('');
  const [tries, setTries] = useState(0);
  const unlock = useAction('lock.unlock');
  const system = useAction('system.unlock');
  const hasTouchId = useQuery('lock.state', {}, ['lock']).data?.systemUnlock === 'touch-id';
  const submit = async (): Promise<void> => {
    if (password === '') return;
    const answer = await unlock.run({ password });
    if (answer === null) return;
    setPassword('');
    if (answer.unlocked) onUnlocked();
    else setTries(tries + 1);
  };
  return (
    <Sheet
      isOpen={isOpen}
      onClose={onClose}
      title={t('unlock.title')}
      width="narrow"
      footer={
        <>
          {hasTouchId ? (
            <Button
              onPress={() => {
                void system.run({}).then((answer) => {
                  if (answer?.unlocked === true) onUnlocked();
                });
              }}
            >
              {t('unlock.touchId')}
            </Button>
          ) : null}
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button look="filled" isDisabled={password === ''} isPending={unlock.isRunning} onPress={() => void submit()}>
            {t('password.unlock')}
          </Button>
        </>
      }
    >
      <p>{t('unlock.text')}</p>
      <form
        className={styles['form']}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <PasswordField
          label={t('password.field')}
          value={password}
          onChange={setPassword}
          autoFocus
          error={tries === 0 ? null : t('password.wrong', { tries })}
        />
        {unlock.error === null ? null : <ErrorNote error={unlock.error} />}
        {system.error === null ? null : <ErrorNote error={system.error} />}
      </form>
    </Sheet>
  );
}
