import { type ReactNode, useState } from 'react';
import type { BackstopError, ErrorCode } from '../../../shared/errors/index.ts';
import { useAction, useQuery } from '../../api/engine.tsx';
import { t } from '../../text/index.ts';
import { Button } from '../Button.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { Checkbox, PasswordField } from '../Fields.tsx';
import { Sheet } from '../Sheet.tsx';

/** Failures that a password, or unlocking, would end. */
const NEEDS_PASSWORD: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'app/password-needed',
  'verify/wrong-password',
  'app/locked',
]);

export interface PasswordSheet {
  /** Would a password end this failure? */
  readonly fits: (error: BackstopError) => boolean;
  readonly open: () => void;
  /** To be rendered somewhere in the screen. */
  readonly sheet: ReactNode;
}

/** Asks for the backup password of a phone, or to unlock; `onGiven` is called when it fitted. */
export function usePasswordSheet(udid: string, onGiven: () => void): PasswordSheet {
  const [isOpen, setOpen] = useState(false);
  const isLocked = useQuery('lock.state', {}, ['lock']).data?.isLocked ?? false;
  const close = (): void => setOpen(false);
  const given = (): void => {
    setOpen(false);
    onGiven();
  };
  return {
    fits: (error) => NEEDS_PASSWORD.has(error.code),
    open: () => setOpen(true),
    sheet: isLocked ? (
      <UnlockSheet isOpen={isOpen} onClose={close} onUnlocked={given} />
    ) : (
      <EnterPassword udid={udid} isOpen={isOpen} onClose={close} onGiven={given} />
    ),
  };
}

export function EnterPassword({
  udid,
  isOpen,
  onClose,
  onGiven,
}: {
  readonly udid: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onGiven: () => void;
}) {
  const [password, setPassword] = useState('');
  const [remember, setRemember] = useState(true);
  const [tries, setTries] = useState(0);
  const give = useAction('passwords.give');
  const keychain = useQuery('system.info', {}).data?.keychain ?? 'none';
  const submit = async (): Promise<void> => {
    if (password === '') return;
    const answer = await give.run({ udid, password, remember: remember && keychain !== 'none' });
    if (answer === null) return;
    if (answer.fits === false) {
      setTries(tries + 1);
      return;
    }
    setPassword('');
    setTries(0);
    onGiven();
  };
  return (
    <Sheet
      isOpen={isOpen}
      onClose={onClose}
      title={t('password.title')}
      width="narrow"
      footer={
        <>
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button look="filled" isDisabled={password === ''} isPending={give.isRunning} onPress={() => void submit()}>
            {t('password.unlock')}
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <p>{t('password.text')}</p>
        <PasswordField
          label={t('password.field')}
          value={password}
          onChange={setPassword}
          autoFocus
          error={tries === 0 ? null : t('password.wrong', { tries })}
        />
        {keychain === 'none' ? null : (
          <Checkbox isSelected={remember} onChange={setRemember}>
            {t('password.remember')}
          </Checkbox>
        )}
        {give.error === null ? null : <ErrorNote error={give.error} />}
      </form>
    </Sheet>
  );
}

function UnlockSheet({
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
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <p>{t('unlock.text')}</p>
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
