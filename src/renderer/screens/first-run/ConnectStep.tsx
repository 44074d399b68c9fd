import { useEffect, useRef, useState } from 'react';
import { ListBox, ListBoxItem } from 'react-aria-components';
import { errorFrom } from '../../../shared/contract/carrier/index.ts';
import type { OutputOf, PhoneView } from '../../../shared/contract/procedures/index.ts';
import { isLive, useAction, useJob } from '../../api/engine.tsx';
import { useNavigation } from '../../app/navigation.tsx';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Mark } from '../../components/Mark.tsx';
import { PhoneArt } from '../../components/PhoneArt.tsx';
import { t } from '../../text/index.ts';
import { MuxerMissing } from '../home/HomeEmpty.tsx';
import styles from './FirstRun.module.css';
import { StepFrame } from './StepFrame.tsx';
import type { StepProps } from './steps.ts';

/** After so long without a phone there is more to say than "connect it". */
const SLOW_MS = 20_000;
/** The new name is seen for a moment before the next question comes. */
const ADVANCE_MS = 600;

export function ConnectStep({ list, onNext }: StepProps & { readonly list: OutputOf<'phones.list'> }) {
  const { udid, choosePhone } = useNavigation();
  const demo = useAction('phones.startDemo');
  const here = list.phones.filter((one) => one.isConnected);
  const phone = here.find((one) => one.udid === udid) ?? (here.length === 1 ? here[0] : undefined);
  const isTrusted = phone?.pairing === 'paired';
  const trust = useTrust(phone, onNext);
  useEffect(() => {
    if (phone !== undefined && phone.udid !== udid) choosePhone(phone.udid);
  }, [phone, udid, choosePhone]);
  const startDemo = async (): Promise<void> => {
    const answer = await demo.run({});
    if (answer !== null) choosePhone(answer.udid);
  };
  const isAsking = phone !== undefined && !isTrusted;
  return (
    <StepFrame
      title={t(isAsking ? 'first.trust.title' : 'first.connect.title')}
      lead={t(isAsking ? 'first.trust.text' : 'first.connect.text')}
      footer={
        <>
          <span />
          {isAsking && !trust.isAsking ? (
            <Button size="large" onPress={trust.ask}>
              {t('first.trust.again')}
            </Button>
          ) : null}
          <Button look="filled" size="large" isDisabled={!isTrusted} onPress={onNext}>
            {t('common.continue')}
          </Button>
        </>
      }
    >
      {list.muxer === 'missing' ? <MuxerMissing hasPhones={false} /> : null}
      {here.length === 0 ? <Searching /> : <Phones phones={here} chosen={phone?.udid ?? null} onChoose={choosePhone} />}
      {isAsking ? (
        <p className={styles['looking']} aria-live="polite">
          <Mark kind={trust.isAsking ? 'run' : 'warn'} label={null} />
          {trust.words}
        </p>
      ) : null}
      {trust.problem}
      {here.length === 0 ? (
        <>
          <details className={styles['ready']}>
            <summary>{t('first.connect.ready')}</summary>
            <p>{t('first.connect.readyText')}</p>
          </details>
          <div className={styles['demo']}>
            <p>{t('first.connect.demoText')}</p>
            <Button isPending={demo.isRunning} onPress={() => void startDemo()}>
              {t('first.connect.demo')}
            </Button>
            {demo.error === null ? null : <ErrorNote error={demo.error} onRetry={() => void startDemo()} />}
          </div>
        </>
      ) : null}
    </StepFrame>
  );
}

function Searching() {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <p className={styles['looking']} aria-live="polite">
      <Mark kind="run" label={null} />
      {t(isSlow ? 'first.connect.slow' : 'first.connect.searching')}
    </p>
  );
}

function Phones({
  phones,
  chosen,
  onChoose,
}: {
  readonly phones: readonly PhoneView[];
  readonly chosen: string | null;
  readonly onChoose: (udid: string) => void;
}) {
  return (
    <ListBox
      aria-label={t('first.connect.choose')}
      className={styles['phones'] ?? ''}
      selectionMode="single"
      disallowEmptySelection={chosen !== null}
      selectedKeys={chosen === null ? [] : [chosen]}
      onSelectionChange={(keys) => {
        const [first] = keys === 'all' ? [] : keys;
        if (first !== undefined) onChoose(String(first));
      }}
      items={phones.map((one) => ({ id: one.udid, phone: one }))}
    >
      {({ phone }) => (
        <ListBoxItem id={phone.udid} textValue={phone.name} className={styles['phone'] ?? ''}>
          <PhoneArt udid={phone.udid} width={26} />
          <span>
            <strong>{phone.name}</strong>
            <em>{aboutOf(phone)}</em>
          </span>
        </ListBoxItem>
      )}
    </ListBox>
  );
}

function aboutOf({ model, ios, pairing }: PhoneView): string {
  const state =
    pairing === 'paired'
      ? t('first.connect.trusted')
      : pairing === 'locked'
        ? t('first.connect.locked')
        : t('first.connect.notTrusted');
  const about = model === null || ios === null ? null : t('first.connect.iphone', { model, ios });
  return about === null ? state : `${about} · ${state}`;
}

/** Asks a phone for trust as soon as it is there, says what it waits for, and goes on when it is given. */
function useTrust(phone: PhoneView | undefined, onNext: () => void) {
  const pair = useAction('phones.pair');
  const [id, setId] = useState<string | null>(null);
  const job = useJob(id);
  const asked = useRef<string | null>(null);
  const isAsking = pair.isRunning || (id !== null && (job === null || isLive(job)));
  const ask = (): void => {
    if (phone === undefined) return;
    asked.current = phone.udid;
    void pair.run({ udid: phone.udid }).then((answer) => setId(answer?.job ?? null));
  };
  const canAsk = phone !== undefined && (phone.pairing === 'not-paired' || phone.pairing === 'locked');
  useEffect(() => {
    if (canAsk && asked.current !== phone.udid) ask();
  });
  const next = useRef(onNext);
  useEffect(() => {
    next.current = onNext;
  });
  const isDone = job?.state === 'done' && phone?.pairing === 'paired';
  useEffect(() => {
    if (!isDone) return;
    const timer = setTimeout(() => next.current(), ADVANCE_MS);
    return () => clearTimeout(timer);
  }, [isDone]);
  const failure = job?.state === 'failed' ? job.failure : null;
  const isDenied = failure?.code === 'pairing/denied';
  const notice = job?.notices.at(-1)?.code;
  const isLocked = notice === 'pairing-unlock' || (notice === undefined && phone?.pairing === 'locked');
  return {
    ask,
    isAsking,
    words: t(isDenied ? 'first.trust.denied' : isLocked ? 'first.trust.locked' : 'first.trust.waiting'),
    problem:
      pair.error !== null ? (
        <ErrorNote error={pair.error} action={null} />
      ) : failure !== null && !isDenied ? (
        <ErrorNote error={errorFrom(failure)} action={null} />
      ) : null,
  };
}
