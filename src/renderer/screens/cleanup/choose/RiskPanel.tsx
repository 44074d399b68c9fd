import { BadgeCheck, Cloud, Folder, Lock, Pin, ThumbsUp } from 'lucide-react';
import type { ReactNode } from 'react';
import type { OutputOf } from '../../../../shared/contract/procedures/index.ts';
import type { CleanupChoice, CleanupOption } from '../../../../shared/rules/guidance/index.ts';
import { useNavigation } from '../../../app/navigation.tsx';
import { Button } from '../../../components/Button.tsx';
import { bytesText, dayInSentence } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import { type Risk, whyText } from '../words.ts';
import { LevelBars } from './LevelBars.tsx';
import styles from './RiskPanel.module.css';

/** How risky the plan is and why, what protects it, and what it would bring. */
export function RiskPanel({
  choice,
  risk,
  estimates,
  onContinue,
}: {
  readonly choice: CleanupChoice;
  readonly risk: Risk;
  readonly estimates: OutputOf<'cleanup.estimates'> | null;
  readonly onContinue: () => void;
}) {
  const { go } = useNavigation();
  const { level, reasons, protection } = risk;
  const gain = gainOf(choice, estimates);
  return (
    <aside className={styles['panel']} aria-label={t('cleanup.risk.title')}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <div className={styles['scroll']} tabIndex={0}>
        <h3>{t('cleanup.risk.title')}</h3>
        {level === null || protection === null ? (
          <p className={styles['why']}>{t('cleanup.risk.nothing')}</p>
        ) : (
          <>
            <div role="status">
              <p className={`${styles['level']} ${styles[level]}`}>
                <LevelBars level={level} isLarge />
                <strong>{t(`cleanup.level.${level}`)}</strong>
              </p>
              <p className={styles['why']}>{reasons[0] === undefined ? '' : whyText(reasons[0])}</p>
            </div>
            <h3 className={styles['second']}>{t('cleanup.need.title')}</h3>
            <ul className={styles['needs']}>
              {protection.kind === 'none' ? (
                <Need icon={<ThumbsUp size={17} strokeWidth={1.6} />} title={t('cleanup.need.none')}>
                  {t('cleanup.need.noneText')}
                </Need>
              ) : (
                <>
                  <Need icon={<Lock size={17} strokeWidth={1.6} />} title={t(`cleanup.need.${protection.kind}`)}>
                    {protection.kind === 'full-backup'
                      ? t('cleanup.need.full-backupText')
                      : t('cleanup.need.backupText', { hours: protection.maxAgeHours })}
                  </Need>
                  <Need
                    icon={<BadgeCheck size={17} strokeWidth={1.6} />}
                    title={t(`cleanup.need.verify.${protection.verify ?? 'quick'}`)}
                  >
                    {t('cleanup.need.verifyText')}
                  </Need>
                  <Need
                    icon={<Pin size={17} strokeWidth={1.6} />}
                    title={t('cleanup.need.pin', { days: protection.pinDays })}
                  >
                    {t('cleanup.need.pinText')}
                  </Need>
                  {choice.options.some(isOfPhotos) ? (
                    <Need icon={<Cloud size={17} strokeWidth={1.6} />} title={t('cleanup.need.icloud')}>
                      {t('cleanup.need.icloudText')}
                    </Need>
                  ) : null}
                  {choice.options.includes('icloud-drive-files') ? (
                    <Need icon={<Folder size={17} strokeWidth={1.6} />} title={t('cleanup.need.folder')}>
                      {t('cleanup.need.folderText')}
                    </Need>
                  ) : null}
                </>
              )}
            </ul>
          </>
        )}
        <p className={styles['links']}>
          <Button look="link" onPress={() => go({ screen: 'guide', page: 'ways' })}>
            {t('cleanup.link.ways')}
          </Button>
          <Button look="link" onPress={() => go({ screen: 'guide' })}>
            {t('cleanup.link.guide')}
          </Button>
        </p>
      </div>
      <div className={styles['end']}>
        {gain === null ? null : (
          <div className={styles['gain']}>
            <span>{t('cleanup.gain.title')}</span>
            <strong>{t('cleanup.gain.about', { size: bytesText(gain) })}</strong>
            <p>
              {estimates?.version == null
                ? t('cleanup.gain.text')
                : t('cleanup.gain.textFrom', { day: dayInSentence(estimates.version.finishedAt) })}
            </p>
          </div>
        )}
        <Button look="filled" size="large" isDisabled={level === null} onPress={onContinue}>
          {t('common.continue')}
        </Button>
      </div>
    </aside>
  );
}

function Need({
  icon,
  title,
  children,
}: {
  readonly icon: ReactNode;
  readonly title: string;
  readonly children: ReactNode;
}) {
  return (
    <li>
      <span aria-hidden>{icon}</span>
      <div>
        <strong>{title}</strong>
        <p>{children}</p>
      </div>
    </li>
  );
}

const PHOTO_OPTIONS: ReadonlySet<CleanupOption> = new Set<CleanupOption>([
  'delete-unreviewed-photos',
  'large-videos',
  'screenshots',
  'reviewed-duplicates',
  'bulk-duplicates',
]);
const isOfPhotos = (option: CleanupOption): boolean => PHOTO_OPTIONS.has(option);

/** Choices that are about the same photos: only the largest of them counts. */
const SAME: ReadonlySet<CleanupOption> = new Set<CleanupOption>([
  'delete-unreviewed-photos',
  'reviewed-duplicates',
  'bulk-duplicates',
]);

/** Null: nothing of it is known. */
function gainOf({ options }: CleanupChoice, estimates: OutputOf<'cleanup.estimates'> | null): number | null {
  const known = (estimates?.estimates ?? []).filter(
    (one) => options.includes(one.option) && one.bytes !== null && one.basis !== 'unknown',
  );
  if (known.length === 0) return null;
  let sum = 0;
  let same = 0;
  for (const { option, bytes } of known) {
    if (SAME.has(option)) same = Math.max(same, bytes ?? 0);
    else sum += bytes ?? 0;
  }
  return sum + same;
}
