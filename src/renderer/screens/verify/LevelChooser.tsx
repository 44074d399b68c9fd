import { useState } from 'react';
import { Label, Radio, RadioGroup } from 'react-aria-components';
import type { BackupRow } from '../../../shared/contract/procedures/index.ts';
import { useAction } from '../../api/engine.tsx';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Banner, Card } from '../../components/Parts.tsx';
import { usePasswordSheet } from '../../components/passwords/EnterPassword.tsx';
import { t } from '../../text/index.ts';
import styles from './LevelChooser.module.css';

const LEVELS = ['quick', 'full', 'open'] as const;
type Level = (typeof LEVELS)[number];

/** How thoroughly to look, in words of what it proves. */
export function LevelChooser({
  row,
  disk,
  isMain,
}: {
  readonly row: BackupRow;
  readonly disk: string;
  /** False: something else is the thing to do now. */
  readonly isMain: boolean;
}) {
  const [level, setLevel] = useState<Level>('full');
  const verify = useAction('backups.verify');
  const start = (): void => {
    void verify.run({ vault: row.vault, snapshot: row.id, level });
  };
  const password = usePasswordSheet(row.udid, start);
  if (!row.isOnline) {
    return (
      <div className={styles['offline']}>
        <Banner kind="warn">{t('verify.offline', { disk })}</Banner>
      </div>
    );
  }
  return (
    <Card className={styles['card']}>
      <RadioGroup
        className={styles['levels'] ?? ''}
        value={level}
        onChange={(value) => setLevel(value as Level)}
        aria-label={t('verify.level')}
      >
        <Label className="srOnly">{t('verify.level')}</Label>
        {LEVELS.map((one) => (
          <Radio key={one} value={one} className={styles['level'] ?? ''}>
            <i className={styles['dot']} />
            <span>
              <strong>{t(`verify.${one}`)}</strong>
              <em>
                {t(`verify.${one}Text`)}
                {one === 'open' && row.encrypted ? ` ${t('verify.openNeeds')}` : ''}
              </em>
            </span>
          </Radio>
        ))}
      </RadioGroup>
      {verify.error === null ? null : password.fits(verify.error) ? (
        <ErrorNote error={verify.error} action={<Button onPress={password.open}>{t('contents.unlock')}</Button>} />
      ) : (
        <ErrorNote error={verify.error} />
      )}
      <div className={styles['start']}>
        <Button look={isMain ? 'filled' : 'plain'} size="large" onPress={start} isPending={verify.isRunning}>
          {t('verify.now')}
        </Button>
      </div>
      {password.sheet}
    </Card>
  );
}
