import type { OutputOf, PhoneView } from '../../../../shared/contract/procedures/index.ts';
import { BackUpButton } from '../../../components/backups/BackUpButton.tsx';
import { bytesText, whenInSentence } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import styles from './EstimateNote.module.css';

/** Where the figures come from and of when they are. Without a backup there are none, and the levels hold all the same. */
export function EstimateNote({
  phone,
  estimates,
  isAsking,
}: {
  readonly phone: PhoneView;
  readonly estimates: OutputOf<'cleanup.estimates'> | null;
  readonly isAsking: boolean;
}) {
  if (estimates === null) return isAsking ? <p className={styles['note']}>{t('cleanup.note.asking')}</p> : null;
  const { version, freeBytes, capacityBytes, measuredAt } = estimates;
  const hasFigures = estimates.estimates.some((one) => one.bytes !== null && one.basis !== 'unknown');
  return (
    <div className={styles['note']}>
      {version === null && !hasFigures ? (
        <div className={styles['none']}>
          <p>
            <strong>{t('cleanup.note.noneTitle')}</strong> {t('cleanup.note.none')}
          </p>
          <BackUpButton udid={phone.udid} />
        </div>
      ) : (
        <p>
          {version === null
            ? t('cleanup.note.phoneOnly')
            : t('cleanup.note.from', { when: whenInSentence(version.finishedAt) })}
        </p>
      )}
      {freeBytes === null || measuredAt === null ? null : (
        <p>
          {capacityBytes === null
            ? t('cleanup.note.free', { free: bytesText(freeBytes), when: whenInSentence(measuredAt) })
            : t('cleanup.note.freeOf', {
                free: bytesText(freeBytes),
                all: bytesText(capacityBytes),
                when: whenInSentence(measuredAt),
              })}
        </p>
      )}
    </div>
  );
}
