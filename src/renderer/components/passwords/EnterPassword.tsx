import { type ReactNode, useState } from 'react';
import type { BackstopError, ErrorCode } from '../../../shared/errors/index.ts';
import { useAction, useQuery } from '../../api/engine.tsx';
import { t } from '../../text/index.ts';
import { Button } from '../Button.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { Checkbox, PasswordField } from '../Fields.tsx';
import { Sheet } from '../Sheet.tsx';
import { useSheets } from '../sheets/sheets-context.ts';
import { useToast } from '../Toasts.tsx';
import styles from './EnterPassword.module.css';
import { keychainWord } from './keychain-word.ts';
import { UnlockSheet } from './UnlockSheet.tsx';

/** Failures that a password, or unlocking, would end. */
const NEEDS_PASSWORD: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'app/password-needed',
  'app/locked',
  'browse/password-needed',
  'browse/wrong-password',
  'verify/password-needed',
  'verify/wrong-password',
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
  return {
    fits: (error) => NEEDS_PASSWORD.has(error.code),
    open: () => setOpen(true),
    sheet: (
      <PasswordOrUnlock
        udid={udid}
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        onGiven={() => {
          setOpen(false);
          onGiven();
        }}
      />
    ),
  };
}

interface SheetProps {
  readonly udid: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onGiven: () => void;
}

/** Unlocking comes first: with it, a password that is kept may be enough. */
export function PasswordOrUnlock({ udid, isOpen, onClose, onGiven }: SheetProps) {
  const isLocked = useQuery('lock.state', {}, ['lock']).data?.isLocked ?? false;
  return isLocked ? (
    <UnlockSheet isOpen={isOpen} onClose={onClose} onUnlocked={onGiven} />
  ) : (
    <EnterPassword udid={udid} isOpen={isOpen} onClose={onClose} onGiven={onGiven} />
  );
}

export function EnterPassword({ udid, isOpen, onClose, onGiven }: SheetProps) {
  const form = useGivePassword(udid, onGiven);
  const sheets = useSheets();
  return (
    <Sheet
      isOpen={isOpen}
      onClose={onClose}
      title={t('password.title')}
      width="narrow"
      footer={
        <>
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button look="filled" isDisabled={!form.isReady} isPending={form.isRunning} onPress={form.submit}>
            {t('password.unlock')}
          </Button>
        </>
      }
    >
      <p>{t('password.text')}</p>
      {form.fields}
      {sheets === null ? null : (
        <p>
          <Button
            look="link"
            onPress={() => {
              onClose();
              sheets.forgottenPassword();
            }}
          >
            {t('password.forgottenLink')}
          </Button>
        </p>
      )}
    </Sheet>
  );
}

export interface GivePassword {
  readonly fields: ReactNode;
  readonly isReady: boolean;
  readonly isRunning: boolean;
  readonly submit: () => void;
}

/** The field, the wish to remember it, and what came of it; for the sheet and for setting up. */
export function useGivePassword(udid: string, onGiven: () => void): GivePassword {
  const [password, setPassword] = useState('');
  const [remember, setRemember] = useState(true);
  const [tries, setTries] = useState(0);
  const give = useAction('passwords.give');
  const toast = useToast();
  const keychain = useQuery('system.info', {}).data?.keychain ?? 'none';
  const submit = async (): Promise<void> => {
    if (password === '') return;
    const answer = await give.run({ udid, password, remember: remember && keychain !== 'none' });
    if (answer === null) return;
    // An older version may have an older password: one that opens any is taken.
    if (answer.fits === false && answer.opensVersions === 0) {
      setTries(tries + 1);
      return;
    }
    setPassword('');
    setTries(0);
    if (answer.otherVersions > 0) toast({ text: t('password.others', { count: answer.otherVersions }) });
    onGiven();
  };
  return {
    isReady: password !== '',
    isRunning: give.isRunning,
    submit: () => void submit(),
    fields: (
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
        {keychain === 'none' ? null : (
          <Checkbox isSelected={remember} onChange={setRemember}>
            {t('password.remember', { where: keychainWord(keychain) })}
            <span className={styles['help']}>{t('password.rememberHelp')}</span>
          </Checkbox>
        )}
        {give.error === null ? null : <ErrorNote error={give.error} udid={udid} />}
      </form>
    ),
  };
}
