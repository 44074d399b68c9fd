import { useState } from 'react';
import type { PhoneView } from '../../../shared/contract/procedures/index.ts';
import { t } from '../../text/index.ts';
import { Button } from '../Button.tsx';
import { PasswordField } from '../Fields.tsx';
import { Banner } from '../Parts.tsx';
import { Confirm, Sheet } from '../Sheet.tsx';
import { useToast } from '../Toasts.tsx';
import styles from './EnterPassword.module.css';
import { NewPasswordFields, NO_PASSWORD } from './NewPassword.tsx';
import { useEncryptionJob } from './use-encryption-job.tsx';

interface SheetProps {
  readonly phone: PhoneView;
  readonly onClose: () => void;
}

/** Turns encryption on; where a backup was asked for, it may also be made without, with open eyes. */
export function TurnOnEncryption({
  phone,
  onClose,
  onDone,
  onWithout,
}: SheetProps & { readonly onDone: () => void; readonly onWithout?: (() => void) | undefined }) {
  const [value, setValue] = useState(NO_PASSWORD);
  const [isAsking, setAsking] = useState(false);
  const toast = useToast();
  const job = useEncryptionJob(phone, () => {
    toast({ text: t('encrypt.done') });
    onDone();
  });
  const { udid } = phone;
  if (isAsking && onWithout !== undefined) {
    return (
      <Confirm
        isOpen
        isDanger
        title={t('encrypt.withoutTitle')}
        keep={t('encrypt.action')}
        action={t('first.password.leaveOut')}
        onConfirm={onWithout}
        onClose={() => setAsking(false)}
      >
        <p>{t('first.password.skipText')}</p>
      </Confirm>
    );
  }
  return (
    <Sheet
      isOpen
      onClose={job.isRunning ? job.cancel : onClose}
      isAlert={job.isRunning}
      title={t('encrypt.title')}
      footer={
        <>
          {onWithout === undefined || job.isRunning ? null : (
            <Button look="quiet" onPress={() => setAsking(true)}>
              {t('encrypt.without')}
            </Button>
          )}
          <Button onPress={job.isRunning ? job.cancel : onClose}>{t('common.cancel')}</Button>
          <Button
            look="filled"
            isDisabled={!value.isReady || !phone.isConnected}
            isPending={job.isRunning}
            onPress={() => job.start({ udid, action: 'on', newPassword: value.password, remember: value.remember })}
          >
            {t('encrypt.action')}
          </Button>
        </>
      }
    >
      <p>{t('encrypt.text', { name: phone.name })}</p>
      <div className={styles['form']}>
        {phone.isConnected ? null : <Banner kind="warn">{t('encrypt.notHere', { name: phone.name })}</Banner>}
        <NewPasswordFields phone={phone.name} onChange={setValue} autoFocus />
      </div>
      {job.state}
    </Sheet>
  );
}

export function ChangePassword({ phone, onClose, onDone }: SheetProps & { readonly onDone: () => void }) {
  const [value, setValue] = useState(NO_PASSWORD);
  const [current, setCurrent] = useState('');
  const toast = useToast();
  const job = useEncryptionJob(phone, () => {
    toast({ text: t('change.done') });
    onDone();
  });
  const { udid } = phone;
  return (
    <Sheet
      isOpen
      onClose={job.isRunning ? job.cancel : onClose}
      isAlert={job.isRunning}
      title={t('change.title', { name: phone.name })}
      footer={
        <>
          <Button onPress={job.isRunning ? job.cancel : onClose}>{t('common.cancel')}</Button>
          <Button
            look="filled"
            isDisabled={!value.isReady || current === '' || !phone.isConnected}
            isPending={job.isRunning}
            onPress={() =>
              job.start({
                udid,
                action: 'change',
                oldPassword: current,
                newPassword: value.password,
                remember: value.remember,
              })
            }
          >
            {t('change.action')}
          </Button>
        </>
      }
    >
      <p>
        <strong>{t('change.old')}</strong> {t('change.text')}
      </p>
      <div className={styles['form']}>
        {phone.isConnected ? null : <Banner kind="warn">{t('change.notHere', { name: phone.name })}</Banner>}
        <PasswordField label={t('change.current')} value={current} onChange={setCurrent} autoFocus />
        <NewPasswordFields phone={phone.name} onChange={setValue} />
      </div>
      {job.state}
    </Sheet>
  );
}

export function TurnOffEncryption({ phone, onClose }: SheetProps) {
  const [current, setCurrent] = useState('');
  const job = useEncryptionJob(phone, onClose);
  const { udid } = phone;
  return (
    <Sheet
      isOpen
      isAlert
      width="narrow"
      onClose={job.isRunning ? job.cancel : onClose}
      title={t('off.title')}
      footer={
        <>
          <Button look="filled" onPress={job.isRunning ? job.cancel : onClose} autoFocus>
            {t('common.cancel')}
          </Button>
          <Button
            look="danger"
            isDisabled={current === '' || !phone.isConnected}
            isPending={job.isRunning}
            onPress={() => job.start({ udid, action: 'off', oldPassword: current })}
          >
            {t('off.action')}
          </Button>
        </>
      }
    >
      <p>{t('off.text', { name: phone.name })}</p>
      <div className={styles['form']}>
        {phone.isConnected ? null : <Banner kind="warn">{t('encrypt.notHere', { name: phone.name })}</Banner>}
        <PasswordField label={t('change.current')} value={current} onChange={setCurrent} />
      </div>
      {job.state}
    </Sheet>
  );
}
