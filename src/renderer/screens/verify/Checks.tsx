import { useState } from 'react';
import type { BackupRow, OutputOf } from '../../../shared/contract/procedures/index.ts';
import { useAction } from '../../api/engine.tsx';
import { useNavigation } from '../../app/navigation.tsx';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Mark } from '../../components/Mark.tsx';
import { Card, Section } from '../../components/Parts.tsx';
import { Seal } from '../../components/Seal.tsx';
import { bytesText, numberText, whenText } from '../../text/formats.ts';
import { currentLocale, t } from '../../text/index.ts';
import { kindCount } from '../../text/kinds.ts';
import styles from './Checks.module.css';

export type Check = OutputOf<'backups.checks'>['checks'][number];

/** What the newest check of a version proved, or what it found wrong. */
export function NewestCheck({
  row,
  checks,
  isConnected,
}: {
  readonly row: BackupRow;
  readonly checks: readonly Check[];
  readonly isConnected: boolean;
}) {
  const [newest] = checks;
  if (newest === undefined) return null;
  if (!newest.ok || row.damage !== null) return <Damaged row={row} check={newest} isConnected={isConnected} />;
  if (newest.level === 'structure') return null;
  return (
    <Card className={styles['result']}>
      <Seal size={56} />
      <div>
        <h3>{passText(newest)}</h3>
        <p>{t('verify.at', { level: t(`verify.${newest.level}`), when: whenText(newest.at) })}</p>
      </div>
    </Card>
  );
}

/** All checks, the newest first; each says what it looked at. */
export function CheckHistory({
  checks,
  isLoading,
}: {
  readonly checks: readonly Check[];
  readonly isLoading: boolean;
}) {
  return (
    <div className={styles['all']}>
      <Section title={t('verify.history')}>
        {checks.length === 0 && !isLoading ? <p className="t2">{t('verify.noChecks')}</p> : null}
        <ul className={styles['list']}>
          {checks.map((one) => (
            <li key={`${one.at} ${one.level}`}>
              <Mark
                kind={one.ok ? (one.level === 'structure' ? 'pass' : 'ok') : 'bad'}
                label={t(one.ok ? 'verify.checkOk' : 'verify.checkBad')}
              />
              <div>
                <strong>{t('verify.at', { level: t(`verify.${one.level}`), when: whenText(one.at) })}</strong>
                <span>{scopeText(one)}</span>
              </div>
            </li>
          ))}
        </ul>
      </Section>
    </div>
  );
}

function Damaged({
  row,
  check,
  isConnected,
}: {
  readonly row: BackupRow;
  readonly check: Check;
  readonly isConnected: boolean;
}) {
  const { go } = useNavigation();
  const repair = useAction('vaults.repair');
  const backUp = useAction('backups.start');
  const [isShown, setShown] = useState(false);
  const items = Object.entries(row.damage?.items ?? {}).filter(([, count]) => count > 0);
  const errors = check.problems.filter(({ severity }) => severity === 'error');
  const count = errors.length + check.moreProblems;
  const watch = (answer: { readonly job: string } | null): void => {
    if (answer !== null) go({ screen: 'job', job: answer.job });
  };
  return (
    <Card className={styles['damaged']}>
      <h3>
        <Mark kind="bad" size={20} label={null} />
        {row.damage === null ? t('verify.failProblems', { count }) : t('verify.failTitle', { files: row.damage.files })}
      </h3>
      <p>
        {items.length === 0
          ? null
          : `${t('verify.belong', {
              list: new Intl.ListFormat(currentLocale()).format(items.map(([kind, many]) => kindCount(kind, many))),
            })} `}
        {t('verify.failRest')}
      </p>
      <p className={styles['how']}>{t('verify.repairText')}</p>
      <div className={styles['actions']}>
        <Button
          look="filled"
          isPending={repair.isRunning}
          onPress={() => void repair.run({ vault: row.vault }).then(watch)}
        >
          {t('verify.repair')}
        </Button>
        {isConnected ? (
          <Button
            isPending={backUp.isRunning}
            onPress={() =>
              void backUp
                .run({ udid: row.udid, vault: row.vault, full: true, unencrypted: false, verify: 'full' })
                .then(watch)
            }
          >
            {t('verify.again')}
          </Button>
        ) : null}
        {errors.length === 0 ? null : (
          <Button look="link" onPress={() => setShown(!isShown)}>
            {t('verify.details')}
          </Button>
        )}
      </div>
      {repair.error === null ? null : <ErrorNote error={repair.error} />}
      {backUp.error === null ? null : <ErrorNote error={backUp.error} />}
      {isShown ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        <ul className={`${styles['problems']} selectable`} tabIndex={0}>
          {errors.slice(0, 200).map((one) => (
            <li key={`${one.kind} ${one.fileId ?? one.object ?? one.detail}`}>
              {one.path ?? one.object ?? one.kind}: {one.detail}
            </li>
          ))}
          {count > Math.min(200, errors.length) ? (
            <li>{t('verify.more', { count: count - Math.min(200, errors.length) })}</li>
          ) : null}
        </ul>
      ) : null}
    </Card>
  );
}

function passText({ level, scope }: Check): string {
  if (level === 'open') return t('verify.passOpen');
  if (level === 'full') return t('verify.passFull', { files: scope?.filesReread ?? 0 });
  if (level === 'quick') return t('verify.passQuick', { files: scope?.filesReread ?? 0 });
  return t('verify.passStructure');
}

/** What was really looked at: a claim never says more than the check. */
function scopeText({ scope }: Check): string {
  if (scope === null) return '';
  const read = t('verify.scope', {
    present: numberText(scope.filesPresent),
    reread: numberText(scope.filesReread),
    bytes: bytesText(scope.bytesReread),
  });
  const list =
    scope.manifestRows === null
      ? t('verify.noManifest')
      : t('verify.manifest', { rows: numberText(scope.manifestRows) });
  return `${read}${t('verify.scopeKeys', { keys: scope.keysUnwrapped })}; ${list}`;
}
