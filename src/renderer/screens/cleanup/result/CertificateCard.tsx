import { Check, Minus } from 'lucide-react';
import type { CleanupView, PhoneView } from '../../../../shared/contract/procedures/index.ts';
import type { Certificate } from '../../../../shared/rules/guidance/index.ts';
import { useQuery } from '../../../api/engine.tsx';
import { Button } from '../../../components/Button.tsx';
import { Mark } from '../../../components/Mark.tsx';
import { useSheets } from '../../../components/sheets/sheets-context.ts';
import {
  bytesText,
  dateText,
  dayInSentence,
  fullDayText,
  timeText,
  whenInSentence,
  whenText,
} from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import { ChecksTable } from '../protect/ChecksTable.tsx';
import styles from './CertificateCard.module.css';
import { CertificateSeal, Rings } from './CertificateSeal.tsx';
import { coversText, exclusionText, headingOf, idText, restText } from './certificate-words.ts';

/** The certificate itself. What it does not cover stands first; green only as long as it holds without exceptions. */
export function CertificateCard({
  view,
  certificate,
  phone,
  isPrinted = false,
}: {
  readonly view: CleanupView;
  readonly certificate: Certificate;
  readonly phone: PhoneView;
  /** On paper nothing is folded away. */
  readonly isPrinted?: boolean;
}) {
  const vaults = useQuery('vaults.list', {}, ['vaults']).data?.vaults ?? [];
  const rows = useQuery('backups.list', { udid: phone.udid }, ['backups']).data?.backups ?? [];
  const disk = vaults.find((one) => one.id === certificate.vault)?.name ?? t('health.disk');
  const row = rows.find((one) => one.id === certificate.snapshot && one.vault === certificate.vault);
  const { standing } = view;
  const state = standing?.state ?? 'uncertain';
  const look = state === 'valid' ? certificate.verdict : state;
  return (
    <article className={`${styles['card']} ${styles[look]}`} aria-label={t('cleanup.certificate.name')}>
      <header className={styles['head']}>
        {look === 'safe' ? <Rings /> : null}
        <Head certificate={certificate} standing={standing} disk={disk} phone={phone} />
      </header>
      <dl className={styles['facts']}>
        <Fact name={t('cleanup.fact.phone')}>{phone.name}</Fact>
        <Fact name={t('cleanup.fact.backedUp')}>{whenText(certificate.coversUntil)}</Fact>
        <Fact name={t('cleanup.fact.verified')}>
          {row === undefined
            ? t('cleanup.fact.yes')
            : t('cleanup.fact.files', { count: row.files, size: bytesText(row.bytes) })}
        </Fact>
        <Fact name={t('cleanup.fact.pinned')}>
          {certificate.pinnedUntil === null ? t('cleanup.fact.forEver') : dateText(certificate.pinnedUntil)}
        </Fact>
        <Fact name={t('cleanup.fact.disk')}>{disk}</Fact>
        <Fact name={t('cleanup.fact.id')}>
          <span className={`${styles['id']} selectable`}>{idText(certificate.id)}</span>
        </Fact>
      </dl>
      <div className={styles['lists']}>
        <section>
          <h3>{t('cleanup.certificate.not')}</h3>
          <ul className={styles['no']}>
            {certificate.excludes.map((one) => (
              <li
                key={`${one.what} ${one.names.join(' ')}`}
                className={one.isException ? styles['exception'] : undefined}
              >
                {one.isException ? (
                  <Mark kind="warn" label={t('cleanup.certificate.exception')} />
                ) : (
                  <Minus size={16} strokeWidth={2} aria-hidden />
                )}
                <span>{exclusionText(one, certificate)}</span>
              </li>
            ))}
          </ul>
        </section>
        <section>
          <h3>{t('cleanup.certificate.can')}</h3>
          <ul className={state === 'valid' ? styles['yes'] : styles['no']}>
            {certificate.covers.map((one) => (
              <li key={one.option}>
                <Check size={16} strokeWidth={2} aria-hidden />
                <span>{coversText(one)}</span>
              </li>
            ))}
            {certificate.covers.some(({ option }) => option === 'system-cleanup') ? null : (
              <li>
                <Check size={16} strokeWidth={2} aria-hidden />
                <span>{restText(certificate)}</span>
              </li>
            )}
          </ul>
        </section>
      </div>
      <details className={styles['checked']} open={isPrinted}>
        <summary>{t('cleanup.certificate.checked', { when: whenInSentence(certificate.issuedAt) })}</summary>
        <ChecksTable
          context={{ level: certificate.level, pinDays: 0 }}
          rows={certificate.checks.map((check) => ({ check }))}
        />
      </details>
    </article>
  );
}

function Head({
  certificate,
  standing,
  disk,
  phone,
}: {
  readonly certificate: Certificate;
  readonly standing: CleanupView['standing'];
  readonly disk: string;
  readonly phone: PhoneView;
}) {
  const sheets = useSheets();
  const until = t('format.when', { day: fullDayText(certificate.validUntil), time: timeText(certificate.validUntil) });
  const later = t('cleanup.certificate.later', {
    time: timeText(certificate.coversUntil),
    day: dayInSentence(certificate.coversUntil),
  });
  const state = standing?.state ?? 'uncertain';
  if (state !== 'valid') {
    const reason = standing?.reason ?? 'not-counted';
    return (
      <>
        <Mark kind={state === 'lapsed' ? 'bad' : 'warn'} size={48} label={null} />
        <div role="status">
          <h2>{t(`cleanup.certificate.${state}`)}</h2>
          <p>{t(`cleanup.standing.${reason}`, { disk, when: whenInSentence(certificate.validUntil) })}</p>
          {reason === 'not-counted' && !phone.isConnected && sheets !== null ? (
            <Button look="link" onPress={() => sheets.connect(phone.udid)}>
              {t('cleanup.next.connectPhone')}
            </Button>
          ) : null}
        </div>
      </>
    );
  }
  const heading = headingOf(certificate);
  const uncounted = standing?.reason === 'not-counted' ? <p>{t('cleanup.standing.uncounted')}</p> : null;
  return heading === null ? (
    <>
      <CertificateSeal />
      <div role="status">
        <p className={styles['kicker']}>{t('cleanup.certificate.until')}</p>
        <h2>{until}</h2>
        <p>{later}</p>
        {uncounted}
      </div>
    </>
  ) : (
    <>
      <Mark kind="warn" size={48} label={null} />
      <div role="status">
        <h2>{heading}</h2>
        <p>{t('cleanup.certificate.untilSentence', { until })}</p>
        <p>{later}</p>
        {uncounted}
      </div>
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
