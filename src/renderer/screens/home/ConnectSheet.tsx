import { useEffect, useRef, useState } from 'react';
import { errorFrom } from '../../../shared/contract/carrier/index.ts';
import type { PhoneView } from '../../../shared/contract/procedures/index.ts';
import { isLive, useAction, useJob } from '../../api/engine.tsx';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Mark, type MarkKind } from '../../components/Mark.tsx';
import { Sheet } from '../../components/Sheet.tsx';
import { useSheets } from '../../components/sheets/sheets-context.ts';
import { t } from '../../text/index.ts';
import styles from './ConnectSheet.module.css';

/** Three steps with live ticks: plug it in, unlock it, tap Trust. The question is asked as soon as the phone is there. */
export function ConnectSheet({
  udid,
  phones,
  onClose,
}: {
  readonly udid: string | null;
  readonly phones: readonly PhoneView[];
  readonly onClose: () => void;
}) {
  const sheets = useSheets();
  const pair = useAction('phones.pair');
  const [id, setId] = useState<string | null>(null);
  const job = useJob(id);
  const phone = phones.find((one) => (udid === null ? one.connections.includes('usb') : one.udid === udid));
  const isPlugged = phone?.connections.includes('usb') === true;
  const isTrusted = isPlugged && phone.pairing === 'paired';
  const isAsking = pair.isRunning || (job !== null && isLive(job));
  const isLocked = phone?.pairing === 'locked' || job?.notices.at(-1)?.code === 'pairing-unlock';
  const ask = (): void => {
    if (phone === undefined) return;
    void pair.run({ udid: phone.udid }).then((answer) => setId(answer?.job ?? null));
  };
  // Once for each time that it is plugged in: who declined is not asked again and again.
  const asked = useRef(false);
  useEffect(() => {
    if (!isPlugged) asked.current = false;
    else if (!isTrusted && !asked.current) {
      asked.current = true;
      ask();
    }
  });
  const failure = job?.state === 'failed' ? job.failure : null;
  const stepOf = (isDone: boolean, isNow: boolean): MarkKind => (isDone ? 'pass' : isNow ? 'run' : 'todo');
  return (
    <Sheet
      isOpen
      onClose={onClose}
      width="narrow"
      title={udid === null || phone === undefined ? t('connect.titleAny') : t('connect.title', { name: phone.name })}
      footer={
        <>
          <Button onPress={onClose}>{t('common.close')}</Button>
          {isTrusted && sheets !== null ? (
            <Button
              look="filled"
              onPress={() => {
                onClose();
                sheets.backUp(phone);
              }}
            >
              {t('connect.backUp')}
            </Button>
          ) : isPlugged && !isAsking ? (
            <Button look="filled" onPress={ask}>
              {t('connect.ask')}
            </Button>
          ) : null}
        </>
      }
    >
      <ol className={styles['steps']} aria-live="polite">
        <Step mark={stepOf(isPlugged, !isPlugged)} title={t('connect.step1')} text={t('connect.step1Text')} />
        <Step
          mark={stepOf(isTrusted || (isPlugged && !isLocked), isPlugged)}
          title={t('connect.step2')}
          text={t('connect.step2Text')}
        />
        <Step
          mark={stepOf(isTrusted, isPlugged && !isLocked)}
          title={t('connect.step3')}
          text={isTrusted ? t('connect.ready') : t('connect.step3Text')}
        />
      </ol>
      {pair.error === null ? null : <ErrorNote error={pair.error} action={null} />}
      {failure === null ? null : <ErrorNote error={errorFrom(failure)} action={null} />}
    </Sheet>
  );
}

function Step({ mark, title, text }: { readonly mark: MarkKind; readonly title: string; readonly text: string }) {
  return (
    <li>
      <Mark kind={mark} />
      <span>
        <strong>{title}</strong>
        <em>{text}</em>
      </span>
    </li>
  );
}
