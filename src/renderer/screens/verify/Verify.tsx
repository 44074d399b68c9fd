import { useState } from 'react';
import { ListBox, ListBoxItem } from 'react-aria-components';
import type { BackupRow } from '../../../shared/contract/procedures/index.ts';
import { isLive, useJobs, useQuery } from '../../api/engine.tsx';
import type { Version } from '../../app/navigation.tsx';
import { BackUpButton } from '../../components/backups/BackUpButton.tsx';
import { backupState } from '../../components/backups/backup-state.ts';
import { Lock } from '../../components/backups/Lock.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Mark } from '../../components/Mark.tsx';
import { Page } from '../../components/Page.tsx';
import { Empty } from '../../components/Parts.tsx';
import { whenText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import { CheckHistory, NewestCheck } from './Checks.tsx';
import { LevelChooser } from './LevelChooser.tsx';
import { RunningCheck } from './RunningCheck.tsx';
import { ScrubCard } from './ScrubCard.tsx';
import styles from './Verify.module.css';

/** Proof, for each version: what was read back, when, and what to do where something is wrong. */
export function Verify({ udid, version }: { readonly udid: string; readonly version: Version | null }) {
  const list = useQuery('backups.list', { udid }, ['backups', 'vaults']);
  const phone = useQuery('phones.list', {}, ['phones']).data?.phones.find((one) => one.udid === udid);
  const vaults = useQuery('vaults.list', {}, ['vaults']).data?.vaults ?? [];
  const jobs = useJobs();
  const [chosen, setChosen] = useState<string | null>(version?.snapshot ?? null);
  const backups = list.data?.backups ?? [];
  const row = backups.find((one) => one.id === chosen) ?? backups[0];
  const diskOf = (id: string): string => vaults.find((one) => one.id === id)?.name ?? '';
  const checks = useQuery('backups.checks', row === undefined ? null : { vault: row.vault, snapshot: row.id }, [
    'backups',
  ]);
  const found = checks.isLoading ? [] : (checks.data?.checks ?? []);
  if (row === undefined) {
    return (
      <Page title={t('verify.title')}>
        <div className={styles['alone']}>
          {list.error === null ? null : <ErrorNote error={list.error} onRetry={list.reload} />}
          {list.isLoading ? null : (
            <Empty title={t('verify.empty')} action={<BackUpButton udid={udid} look="filled" />} />
          )}
        </div>
      </Page>
    );
  }
  const running = jobs.find((job) => job.kind === 'verify' && job.snapshot === row.id && isLive(job));
  const vault = vaults.find((one) => one.id === row.vault);
  const state = backupState(row, diskOf(row.vault));
  return (
    <Page title={t('verify.title')} subtitle={t('verify.lead')}>
      <div className={styles['grid']}>
        <ListBox
          aria-label={t('verify.list', { name: phone?.name ?? '' })}
          className={styles['list'] ?? ''}
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[row.id]}
          onSelectionChange={(keys) => {
            const [first] = keys === 'all' ? [] : keys;
            if (first !== undefined) setChosen(String(first));
          }}
          items={backups}
        >
          {(one) => {
            const its = backupState(one, diskOf(one.vault));
            return (
              <ListBoxItem id={one.id} textValue={whenText(one.finishedAt)} className={styles['row'] ?? ''}>
                <Mark kind={its.mark} label={its.sentence} />
                <span>
                  <strong>{whenText(one.finishedAt)}</strong>
                  <em>{shortState(one)}</em>
                </span>
                <Lock isEncrypted={one.encrypted} />
              </ListBoxItem>
            );
          }}
        </ListBox>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
        <div className={styles['detail']} tabIndex={0}>
          <header className={styles['head']}>
            <h2>{whenText(row.finishedAt)}</h2>
            <p>
              <Mark kind={state.mark} label={null} />
              {state.sentence}
            </p>
          </header>
          {checks.error === null ? null : <ErrorNote error={checks.error} onRetry={checks.reload} />}
          <NewestCheck key={`${row.id} newest`} row={row} checks={found} isConnected={phone?.isConnected === true} />
          {running === undefined ? (
            <LevelChooser key={row.id} row={row} disk={diskOf(row.vault)} isMain={row.damage === null} />
          ) : (
            <RunningCheck job={running} />
          )}
          <CheckHistory checks={found} isLoading={checks.isLoading} />
          {vault === undefined ? null : <ScrubCard vault={vault} />}
        </div>
      </div>
    </Page>
  );
}

/** In a line of the list, where the time stands above. */
function shortState(row: BackupRow): string {
  if (row.damage !== null && row.damage.files > 0) return t('verify.failTitle', { files: row.damage.files });
  if (!row.isOnline) return t('verify.short.offline');
  if (row.verified === null) return t('verify.short.never');
  return t(row.verified.ok ? `verify.short.${row.verified.level}` : 'verify.short.bad');
}
