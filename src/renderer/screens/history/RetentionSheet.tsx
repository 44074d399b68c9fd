import { useEffect, useMemo, useState } from 'react';
import { Input, Label, NumberField } from 'react-aria-components';
import type { BackupRow } from '../../../shared/contract/procedures/index.ts';
import {
  idleRules,
  presetOf,
  type RetentionPolicy,
  type RetentionPreset,
  retentionPresets,
} from '../../../shared/rules/retention/index.ts';
import { useAction, useQuery } from '../../api/engine.tsx';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Checkbox, Segmented } from '../../components/Fields.tsx';
import { Sheet } from '../../components/Sheet.tsx';
import { bytesText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import styles from './RetentionSheet.module.css';
import { Strata } from './Strata.tsx';

const GB = 1e9;

/** The rules of what stays, with what they would take away now, before anything is changed. */
export function RetentionSheet({
  isOpen,
  onClose,
  vault,
  disk,
  policy,
  backups,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly vault: string;
  readonly disk: string;
  readonly policy: RetentionPolicy;
  readonly backups: readonly BackupRow[];
}) {
  const [draft, setDraft] = useState(policy);
  const [asked, setAsked] = useState(policy);
  // biome-ignore lint/correctness/useExhaustiveDependencies: starts from the vault's rules each time it is opened.
  useEffect(() => {
    if (isOpen) {
      setDraft(policy);
      setAsked(policy);
    }
  }, [isOpen]);
  // Counting looks at the disk: it waits until the hands rest.
  useEffect(() => {
    const timer = setTimeout(() => setAsked(draft), 350);
    return () => clearTimeout(timer);
  }, [draft]);
  const preview = useQuery('retention.simulate', isOpen ? { vault, policy: asked } : null, ['backups']);
  const save = useAction('retention.set');
  const going = useMemo(() => new Set(preview.data?.remove ?? []), [preview.data]);
  const preset = presetOf(draft);
  const idle = idleRules(draft);
  const keep = (part: Partial<RetentionPolicy>): void => setDraft((old) => ({ ...old, ...part }));

  const confirm = async (): Promise<void> => {
    if ((await save.run({ vault, policy: draft })) !== null) onClose();
  };
  const freed = preview.data?.freedBytes ?? null;

  return (
    <Sheet
      isOpen={isOpen}
      onClose={onClose}
      title={t('retention.title')}
      width="wide"
      footer={
        <>
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button look="filled" onPress={() => void confirm()} isPending={save.isRunning}>
            {t('retention.save')}
          </Button>
        </>
      }
    >
      <p>{t('retention.text')}</p>
      <div className={styles['presets']}>
        <Segmented<RetentionPreset | 'own'>
          label={t('retention.presets')}
          value={preset ?? 'own'}
          choices={(['light', 'standard', 'everything'] as const).map((id) => ({ id, label: t(`retention.${id}`) }))}
          onChange={(id) => {
            if (id !== 'own') setDraft({ ...retentionPresets[id], budgetBytes: draft.budgetBytes });
          }}
        />
      </div>
      {draft.everyForDays === null ? null : (
        <div className={styles['rules']}>
          <Amount
            label={t('retention.every')}
            unit={t('retention.everyUnit')}
            value={draft.everyForDays}
            most={3660}
            least={1}
            onChange={(everyForDays) => keep({ everyForDays })}
          />
          <Amount
            label={t('retention.daily')}
            unit={t('retention.dailyUnit')}
            value={draft.dailyForWeeks}
            most={520}
            isIdle={idle.includes('daily')}
            onChange={(dailyForWeeks) => keep({ dailyForWeeks })}
          />
          <Amount
            label={t('retention.monthly')}
            unit={t('retention.monthlyUnit')}
            value={draft.monthlyForMonths}
            most={1200}
            isIdle={idle.includes('monthly')}
            onChange={(monthlyForMonths) => keep({ monthlyForMonths })}
          />
          <Checkbox isSelected={draft.thenYearly} onChange={(thenYearly) => keep({ thenYearly })}>
            {t('retention.yearly')}
          </Checkbox>
        </div>
      )}
      <div className={styles['budget']}>
        <Checkbox
          aria-label={t('retention.budget')}
          isSelected={draft.budgetBytes !== null}
          onChange={(isOn) => keep({ budgetBytes: isOn ? 500 * GB : null })}
        />
        <Amount
          label={t('retention.budget')}
          unit={t('retention.budgetUnit', { disk })}
          value={Math.round((draft.budgetBytes ?? 500 * GB) / GB)}
          least={1}
          most={1_000_000}
          isDisabled={draft.budgetBytes === null}
          onChange={(gigabytes) => keep({ budgetBytes: gigabytes * GB })}
        />
        <p>{t('retention.budgetHelp')}</p>
      </div>
      <div className={styles['preview']}>
        <Strata backups={backups} policy={asked} selected={new Set()} going={going} />
      </div>
      <p className={styles['outcome']} aria-live="polite">
        {preview.data === undefined
          ? t('retention.counting')
          : t('retention.preview', {
              count: preview.data.remove.length,
              frees: preview.data.remove.length === 0 ? 'none' : freed === null ? 'unknown' : 'known',
              size: freed === null ? '' : bytesText(freed),
            })}{' '}
        {preview.data !== undefined && preview.data.overBudgetBytes > 0
          ? t('retention.over', { size: bytesText(preview.data.overBudgetBytes) })
          : ''}
      </p>
      <p className={styles['where']}>{t('retention.saved')}</p>
      {preview.error === null ? null : <ErrorNote error={preview.error} onRetry={preview.reload} />}
      {save.error === null ? null : <ErrorNote error={save.error} />}
    </Sheet>
  );
}

function Amount({
  label,
  unit,
  value,
  least = 0,
  most,
  isIdle = false,
  isDisabled = false,
  onChange,
}: {
  readonly label: string;
  readonly unit: string;
  readonly value: number;
  readonly least?: number;
  readonly most: number;
  /** A rule before it reaches as far: it keeps nothing more. */
  readonly isIdle?: boolean;
  readonly isDisabled?: boolean;
  readonly onChange: (value: number) => void;
}) {
  return (
    <NumberField
      className={`${styles['amount']} ${isIdle ? styles['idle'] : ''}`}
      value={value}
      minValue={least}
      maxValue={most}
      isDisabled={isDisabled}
      onChange={(next) => {
        if (Number.isFinite(next)) onChange(Math.round(next));
      }}
    >
      <Label>{label}</Label>
      <Input className={styles['input'] ?? ''} />
      <span>{unit}</span>
    </NumberField>
  );
}
