import { useState } from 'react';
import type { PhoneView } from '../../../shared/contract/procedures/index.ts';
import { Button } from '../../components/Button.tsx';
import { Mark } from '../../components/Mark.tsx';
import { Banner } from '../../components/Parts.tsx';
import { useGivePassword } from '../../components/passwords/EnterPassword.tsx';
import { ForgottenPassword } from '../../components/passwords/ForgottenPassword.tsx';
import { NewPasswordFields, NO_PASSWORD } from '../../components/passwords/NewPassword.tsx';
import { useEncryptionJob } from '../../components/passwords/use-encryption-job.tsx';
import { Confirm } from '../../components/Sheet.tsx';
import { t } from '../../text/index.ts';
import styles from './FirstRun.module.css';
import { StepFrame } from './StepFrame.tsx';
import type { StepProps } from './steps.ts';

type PhoneStepProps = StepProps & { readonly phone: PhoneView };

/** A new password, or the one that the phone has already. Changing from "off" to "on" here shows the second at once. */
export function PasswordStep(props: PhoneStepProps) {
  return props.phone.encrypted === true ? <HasPassword {...props} /> : <ChoosePassword {...props} />;
}

function HasPassword({ phone, onBack, onNext }: PhoneStepProps) {
  const [isForgotten, setForgotten] = useState(false);
  const form = useGivePassword(phone.udid, onNext);
  const isKept = phone.password.kept !== 'none';
  return (
    <StepFrame
      title={t('first.password.titleHas')}
      lead={isKept ? t('first.password.kept') : t('first.password.textHas')}
      footer={
        <>
          {isKept ? (
            <span />
          ) : (
            <Button look="quiet" size="large" onPress={onNext}>
              {t('first.password.without')}
            </Button>
          )}
          {onBack === null ? null : (
            <Button size="large" onPress={onBack}>
              {t('common.back')}
            </Button>
          )}
          <Button
            look="filled"
            size="large"
            isDisabled={!isKept && !form.isReady}
            isPending={form.isRunning}
            onPress={isKept ? onNext : form.submit}
          >
            {t('common.continue')}
          </Button>
        </>
      }
    >
      {isKept ? null : (
        <div className={styles['fields']}>
          {form.fields}
          <Button look="link" onPress={() => setForgotten(true)}>
            {t('first.password.forgotten')}
          </Button>
          <p className="t3">{t('first.password.withoutText')}</p>
        </div>
      )}
      {isForgotten ? <ForgottenPassword onClose={() => setForgotten(false)} /> : null}
    </StepFrame>
  );
}

function ChoosePassword({ phone, onBack, onNext }: PhoneStepProps) {
  const [value, setValue] = useState(NO_PASSWORD);
  const [isAsking, setAsking] = useState(false);
  const job = useEncryptionJob(phone, onNext);
  return (
    <StepFrame
      title={t('first.password.title')}
      lead={t('first.password.text')}
      footer={
        <>
          <Button look="quiet" size="large" isDisabled={job.isRunning} onPress={() => setAsking(true)}>
            {t('first.password.skip')}
          </Button>
          {job.isRunning ? (
            <Button size="large" onPress={job.cancel}>
              {t('common.cancel')}
            </Button>
          ) : onBack === null ? null : (
            <Button size="large" onPress={onBack}>
              {t('common.back')}
            </Button>
          )}
          <Button
            look="filled"
            size="large"
            isDisabled={!value.isReady || !phone.isConnected}
            isPending={job.isRunning}
            onPress={() =>
              job.start({ udid: phone.udid, action: 'on', newPassword: value.password, remember: value.remember })
            }
          >
            {t('common.continue')}
          </Button>
        </>
      }
    >
      <div className={styles['fields']}>
        {phone.isConnected ? null : <Banner kind="warn">{t('first.password.notHere', { name: phone.name })}</Banner>}
        {job.isRunning ? null : <NewPasswordFields phone={phone.name} onChange={setValue} />}
        {job.state}
      </div>
      <Confirm
        isOpen={isAsking}
        isDanger
        title={t('first.password.skipTitle')}
        keep={t('first.password.turnOn')}
        action={t('first.password.leaveOut')}
        onConfirm={onNext}
        onClose={() => setAsking(false)}
      >
        <p className={styles['looking']}>
          <Mark kind="warn" label={null} />
          {t('first.password.skipText')}
        </p>
      </Confirm>
    </StepFrame>
  );
}
