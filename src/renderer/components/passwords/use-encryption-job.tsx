import { type ReactNode, useEffect, useRef, useState } from 'react';
import { errorFrom } from '../../../shared/contract/carrier/index.ts';
import type { InputOf } from '../../../shared/contract/procedures/index.ts';
import { isLive, useAction, useJob } from '../../api/engine.tsx';
import { t } from '../../text/index.ts';
import { ErrorNote } from '../ErrorNote.tsx';
import { Mark } from '../Mark.tsx';
import styles from './EnterPassword.module.css';

export interface EncryptionJob {
  readonly start: (wish: InputOf<'phones.encryption'>) => void;
  readonly isRunning: boolean;
  readonly cancel: () => void;
  /** What goes on, the passcode the phone asks for, or why it failed. */
  readonly state: ReactNode;
}

/** A change of the phone's encryption: work of the engine, during which the phone asks for its passcode. */
export function useEncryptionJob(
  phone: { readonly udid: string; readonly name: string; readonly isDemo?: boolean },
  onDone: () => void,
): EncryptionJob {
  const begin = useAction('phones.encryption');
  const stop = useAction('jobs.cancel');
  const [id, setId] = useState<string | null>(null);
  const job = useJob(id);
  const done = useRef(onDone);
  done.current = onDone;
  const state = job?.state;
  useEffect(() => {
    if (state !== 'done') return;
    setId(null);
    done.current();
  }, [state]);
  const isRunning = begin.isRunning || (id !== null && (job === null || isLive(job)));
  const words =
    job?.passcodeSince == null
      ? t('encrypt.working')
      : phone.isDemo === true
        ? t('encrypt.passcodeDemo')
        : t('encrypt.passcode', { name: phone.name });
  return {
    isRunning,
    start: (wish) => {
      setId(null);
      void begin.run(wish).then((answer) => {
        if (answer !== null) setId(answer.job);
      });
    },
    cancel: () => {
      if (id !== null) void stop.run({ job: id });
    },
    state: (
      <div aria-live="assertive">
        {isRunning ? (
          <p className={styles['working']}>
            <Mark kind={job?.passcodeSince == null ? 'run' : 'warn'} />
            {words}
          </p>
        ) : null}
        {begin.error === null ? null : <ErrorNote error={begin.error} udid={phone.udid} />}
        {job?.failure == null || job.state === 'cancelled' ? null : (
          <ErrorNote error={errorFrom(job.failure)} udid={phone.udid} />
        )}
      </div>
    ),
  };
}
