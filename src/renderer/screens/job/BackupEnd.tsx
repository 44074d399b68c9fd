import { errorFrom } from '../../../shared/contract/carrier/index.ts';
import type { JobResult, JobView, PhoneView } from '../../../shared/contract/procedures/index.ts';
import { useNavigation } from '../../app/navigation.tsx';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Mark } from '../../components/Mark.tsx';
import { Banner } from '../../components/Parts.tsx';
import { Seal } from '../../components/Seal.tsx';
import { useSheets } from '../../components/sheets/sheets-context.ts';
import { bytesText, dayInSentence, leftText, numberText, timeText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import { kindName } from '../../text/kinds.ts';
import styles from './BackupEnd.module.css';

type Done = Extract<JobResult, { kind: 'backup' }>;

/** How a backup ended: the seal only for what was read back; and what it does not hold, said in the same place. */
export function BackupEnd({ job, phone }: { readonly job: JobView; readonly phone: PhoneView | undefined }) {
  const { go } = useNavigation();
  const sheets = useSheets();
  const again = phone === undefined || sheets === null ? undefined : () => sheets.backUp(phone);
  if (job.result?.kind === 'backup') return <Ended done={job.result} />;
  if (job.state === 'done') return <Unverified job={job} />;
  const until = phone?.health.protectedUntil ?? null;
  return (
    <div className={styles['end']}>
      {job.state === 'cancelled' || job.failure === null ? (
        <div className={styles['head']}>
          <Mark kind="idle" size={34} label={null} />
          <h2>{t('run.cancelled')}</h2>
          <p>{t('run.cancelledText', { earlier: phone?.backups ?? 0 })}</p>
          <div className={styles['buttons']}>
            {again === undefined ? null : <Button onPress={again}>{t('home.button.backUp')}</Button>}
            <Button look="filled" onPress={() => go({ screen: 'home' })}>
              {t('job.close')}
            </Button>
          </div>
        </div>
      ) : (
        <>
          <ErrorNote error={errorFrom(job.failure)} udid={job.udid} onRetry={again} />
          {until === null ? null : (
            <p className={styles['safe']}>
              {t('run.failedSafe', { time: timeText(until), day: dayInSentence(until) })}
            </p>
          )}
          <div className={styles['buttons']}>
            <Button onPress={() => go({ screen: 'home' })}>{t('job.close')}</Button>
          </div>
        </>
      )}
    </div>
  );
}

/** The owner went on without the rest of the verification: the backup is there, and nobody checked it. */
function Unverified({ job: { udid, vault, snapshot } }: { readonly job: JobView }) {
  const { go } = useNavigation();
  return (
    <div className={styles['end']}>
      <div className={styles['head']} role="status" aria-live="assertive">
        <Mark kind="idle" size={34} label={null} />
        <h2>{t('run.done.unverified')}</h2>
        <p>{t('run.skipText')}</p>
        <div className={styles['buttons']}>
          {udid === null || vault === null || snapshot === null ? null : (
            <Button onPress={() => go({ screen: 'verify', udid, version: { vault, snapshot } })}>
              {t('run.done.verify')}
            </Button>
          )}
          <Button look="filled" onPress={() => go({ screen: 'home' })}>
            {t('job.close')}
          </Button>
        </div>
      </div>
    </div>
  );
}

function Ended({ done: { backup, vault } }: { readonly done: Done }) {
  const { go } = useNavigation();
  const { snapshot, verification, notSent, losses, seconds } = backup;
  const version = { vault, snapshot: snapshot.id };
  const { udid } = snapshot;
  const isProved = verification.ok && verification.level !== 'structure';
  const kind = !verification.ok ? 'bad' : isProved ? 'verified' : 'unverified';
  return (
    <div className={styles['end']}>
      <div className={styles['head']} role="status" aria-live="assertive">
        {isProved ? <Seal size={72} /> : <Mark kind={verification.ok ? 'idle' : 'bad'} size={34} label={null} />}
        <h2>{t(`run.done.${kind}`)}</h2>
        <p>{proofOf(verification)}</p>
        <div className={styles['buttons']}>
          <Button onPress={() => go({ screen: 'contents', udid, version })}>{t('run.done.contents')}</Button>
          {kind === 'verified' ? (
            <Button look="filled" onPress={() => go({ screen: 'browse', udid, kind: 'photos', version })}>
              {t('run.done.look')}
            </Button>
          ) : (
            <Button look="filled" onPress={() => go({ screen: 'verify', udid, version })}>
              {t(kind === 'bad' ? 'run.done.problems' : 'run.done.verify')}
            </Button>
          )}
        </div>
      </div>
      <dl className={styles['figures']}>
        <div>
          <dt>{t('run.done.new')}</dt>
          <dd>{bytesText(snapshot.newBytes)}</dd>
        </div>
        <div>
          <dt>{t('run.done.whole')}</dt>
          <dd>{bytesText(snapshot.bytes)}</dd>
        </div>
        <div>
          <dt>{t('run.done.files')}</dt>
          <dd>{numberText(snapshot.files)}</dd>
        </div>
        <div>
          <dt>{t('run.done.took')}</dt>
          <dd className={styles['took']}>{leftText(seconds.backup + seconds.verification)}</dd>
        </div>
      </dl>
      {losses.length === 0 ? null : (
        <Banner
          kind="warn"
          action={<Button onPress={() => go({ screen: 'changes', udid })}>{t('run.done.compare')}</Button>}
        >
          <strong>{t('run.done.lossTitle')}</strong>
          {losses.map(({ kind: what, before, after }) => (
            <p key={what}>
              {t('run.done.loss', { kind: kindName(what), before: numberText(before), after: numberText(after) })}
            </p>
          ))}
        </Banner>
      )}
      <section className={styles['missing']} aria-labelledby="run-missing">
        <h3 id="run-missing">{t('run.done.missing')}</h3>
        <ul>
          {snapshot.encrypted ? null : <li>{t('run.done.plain')}</li>}
          {notSent.length === 0 ? null : <li>{t('run.done.notSent', { count: notSent.length })}</li>}
          <li>{t('run.done.never')}</li>
        </ul>
      </section>
    </div>
  );
}

/** No more than was proved. */
function proofOf({ ok, level, checked, scope, problems, moreProblems }: Done['backup']['verification']): string {
  if (!ok) return t('run.done.badText', { count: problems.length + moreProblems });
  if (level === 'structure') return t('run.done.structure');
  return level === 'quick'
    ? t('run.done.quick', { read: scope.filesReread })
    : t('run.done.full', { files: scope.filesReread === 0 ? checked : scope.filesReread });
}
