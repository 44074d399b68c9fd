import { Check } from 'lucide-react';
import { useState } from 'react';
import { Checkbox as AriaCheckbox } from 'react-aria-components';
import type { CleanupEstimate, OutputOf } from '../../../../shared/contract/procedures/index.ts';
import type { CleanupChoice, CleanupOption } from '../../../../shared/rules/guidance/index.ts';
import { Button } from '../../../components/Button.tsx';
import { Tag } from '../../../components/Parts.tsx';
import { bytesText } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import { withOption } from '../choice.ts';
import { bucketName, groups, levelOf, optionName } from '../words.ts';
import { AppsSheet } from './AppsSheet.tsx';
import { LevelBars } from './LevelBars.tsx';
import styles from './OptionGroups.module.css';

type Estimates = OutputOf<'cleanup.estimates'>;

/** Everything that somebody may be about to clean, with its level and what it could free. */
export function OptionGroups({
  choice,
  estimates,
  isAsking,
  onChange,
}: {
  readonly choice: CleanupChoice;
  readonly estimates: Estimates | null;
  readonly isAsking: boolean;
  readonly onChange: (choice: CleanupChoice) => void;
}) {
  const [isPicking, setPicking] = useState(false);
  const best = biggest(estimates);
  const found = estimates?.estimates.find((one) => one.option === 'bulk-duplicates')?.items ?? null;
  const apps = estimates?.apps ?? [];
  return (
    <div className={styles['groups']}>
      {groups.map(({ bucket, options }) => (
        <section key={bucket} className={styles['group']} aria-labelledby={`cleanup-${bucket}`}>
          <header>
            <h3 id={`cleanup-${bucket}`}>{bucketName(bucket)}</h3>
            {bucket === 'duplicates' && found !== null ? (
              <small>{t('cleanup.duplicatesFound', { count: found })}</small>
            ) : null}
          </header>
          {options.map((option) => {
            const isOn = choice.options.includes(option);
            return (
              <div key={option} className={styles['row']}>
                <AriaCheckbox
                  className={styles['option'] ?? ''}
                  isSelected={isOn}
                  onChange={(next) => onChange(withOption(choice, option, next))}
                >
                  <span className={styles['box']} aria-hidden>
                    <Check size={12} strokeWidth={3} />
                  </span>
                  <span className={styles['name']}>
                    {optionName(option)} {option === best ? <Tag>{t('cleanup.biggest')}</Tag> : null}
                  </span>
                  <span className={styles['level']}>
                    <LevelBars level={levelOf(option)} />
                    {t(`cleanup.level.${levelOf(option)}`)}
                    <span className="srOnly">{t('cleanup.levelWord')}</span>
                  </span>
                  <Amount
                    option={option}
                    estimate={estimates?.estimates.find((one) => one.option === option)}
                    isAsking={isAsking}
                  />
                </AriaCheckbox>
                {option === 'remove-apps' && isOn && apps.length > 0 ? (
                  <p className={styles['which']}>
                    {t('cleanup.apps.chosen', { count: choice.apps.length })}
                    <Button look="link" onPress={() => setPicking(true)}>
                      {t(choice.apps.length === 0 ? 'cleanup.apps.choose' : 'cleanup.apps.change')}
                    </Button>
                  </p>
                ) : null}
              </div>
            );
          })}
        </section>
      ))}
      {isPicking ? (
        <AppsSheet
          apps={apps}
          chosen={choice.apps}
          onClose={() => setPicking(false)}
          onChoose={(next) => {
            setPicking(false);
            onChange({ ...choice, apps: [...next] });
          }}
        />
      ) : null}
    </div>
  );
}

/** What no backup holds, and what nobody can foretell, has words instead of a figure. */
const IN_WORDS: Partial<Record<CleanupOption, 'cleanup.notInBackups' | 'cleanup.varies'>> = {
  'icloud-drive-files': 'cleanup.notInBackups',
  'streamed-media': 'cleanup.notInBackups',
  'system-cleanup': 'cleanup.varies',
};

function Amount({
  option,
  estimate,
  isAsking,
}: {
  readonly option: CleanupOption;
  readonly estimate: CleanupEstimate | undefined;
  readonly isAsking: boolean;
}) {
  const words = IN_WORDS[option];
  if (estimate === undefined || estimate.bytes === null || estimate.basis === 'unknown') {
    return (
      <span className={styles['none']}>
        {words !== undefined ? t(words) : isAsking ? t('cleanup.counting') : t('cleanup.unknown')}
      </span>
    );
  }
  const size = bytesText(estimate.bytes);
  return (
    <span className={styles['amount']}>
      {estimate.basis === 'estimated' ? (
        <>
          <span aria-hidden>{t('cleanup.roughly', { size })}</span>
          <span className="srOnly">{t('cleanup.estimated', { size })}</span>
        </>
      ) : (
        <>
          {size}
          <span className="srOnly">{t('cleanup.counted')}</span>
        </>
      )}
    </span>
  );
}

function biggest(estimates: Estimates | null): CleanupOption | null {
  const known = (estimates?.estimates ?? []).filter((one) => one.bytes !== null && one.basis !== 'unknown');
  const [first, second] = [...known].sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0));
  return first !== undefined && second !== undefined && (first.bytes ?? 0) > 0 ? first.option : null;
}
