import { Trash2 } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import type { BackupRow } from '../../../shared/contract/procedures/index.ts';
import { retentionPresets } from '../../../shared/rules/retention/index.ts';
import { useQuery } from '../../api/engine.tsx';
import { useNavigation } from '../../app/navigation.tsx';
import { Button, IconButton } from '../../components/Button.tsx';
import { BackUpButton } from '../../components/backups/BackUpButton.tsx';
import { backupState } from '../../components/backups/backup-state.ts';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { SearchField } from '../../components/Fields.tsx';
import { Page } from '../../components/Page.tsx';
import { Banner, Empty } from '../../components/Parts.tsx';
import { bytesText, dateText, fullDayText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import { BackupList } from './BackupList.tsx';
import styles from './History.module.css';
import { Inspector } from './Inspector.tsx';
import { RemovedSheet } from './RemovedSheet.tsx';
import { RetentionSheet } from './RetentionSheet.tsx';
import { Strata } from './Strata.tsx';

/** Every version of one phone: what each costs, what stays, and what deleting it would take. */
export function History({ udid, selected }: { readonly udid: string; readonly selected: string | null }) {
  const { go, replace } = useNavigation();
  const list = useQuery('backups.list', { udid }, ['backups', 'vaults']);
  const phone = useQuery('phones.list', {}, ['phones']).data?.phones.find((one) => one.udid === udid);
  const vaults = useQuery('vaults.list', {}, ['vaults']).data?.vaults ?? [];
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(selected === null ? [] : [selected]));
  const [sheet, setSheet] = useState<'retention' | 'removed' | null>(null);

  const backups = list.data?.backups ?? [];
  const newest = backups[0];
  const main = vaults.find((one) => one.id === newest?.vault) ?? vaults.find((one) => one.isMain);
  const retention = useQuery('retention.get', main === undefined ? null : { vault: main.id }, ['vaults']).data;
  const policy = retention?.policy ?? retentionPresets.standard;
  const diskOf = (row: BackupRow): string => vaults.find((one) => one.id === row.vault)?.name ?? '';

  // The newest one is looked at until another is chosen.
  useEffect(() => {
    if (newest === undefined) return;
    setChosen((old) => {
      const still = [...old].filter((id) => backups.some((one) => one.id === id));
      return still.length > 0 ? new Set(still) : new Set([newest.id]);
    });
  }, [newest, backups]);

  const shown = useMemo(() => backups.filter((one) => matches(one, text)), [backups, text]);
  const rows = backups.filter((one) => chosen.has(one.id));
  const choose = (ids: ReadonlySet<string>): void => {
    setChosen(ids);
    const [only] = ids;
    if (ids.size === 1 && only !== undefined) replace({ screen: 'history', udid, snapshot: only });
  };

  const offline = vaults.filter((vault) => !vault.isOnline && backups.some((one) => one.vault === vault.id));
  const oldest = backups.at(-1);
  const subtitle =
    oldest === undefined || main === undefined
      ? undefined
      : t('history.summary', {
          count: backups.length,
          date: dateText(oldest.finishedAt),
          size: main.bytes === null ? '…' : bytesText(main.bytes),
          disk: main.name,
        });

  return (
    <Page
      title={t('history.title')}
      subtitle={subtitle}
      tools={
        <>
          <SearchField label={t('history.search')} value={text} onChange={setText} width={190} />
          <IconButton label={t('history.removed')} look="quiet" onPress={() => setSheet('removed')}>
            <Trash2 size={16} strokeWidth={1.6} aria-hidden />
          </IconButton>
          {main === undefined ? null : <Button onPress={() => setSheet('retention')}>{t('history.retention')}</Button>}
          <BackUpButton udid={udid} />
        </>
      }
    >
      {backups.length === 0 ? (
        <div className={styles['alone']}>
          {list.error === null ? null : <ErrorNote error={list.error} onRetry={list.reload} />}
          {list.isLoading ? null : (
            <Empty title={t('history.emptyTitle')} action={<BackUpButton udid={udid} look="filled" size="large" />}>
              {t('history.emptyText')}
            </Empty>
          )}
        </div>
      ) : (
        <div className={styles['grid']}>
          <div className={styles['left']}>
            <Strata backups={backups} policy={policy} selected={chosen} onSelect={(id) => choose(new Set([id]))} />
            <div className={styles['notes']}>
              {offline.map((vault) => (
                <Banner key={vault.id} kind="warn">
                  {t('history.offline', { disk: vault.name })}
                </Banner>
              ))}
              {(list.data?.unreadable.length ?? 0) === 0 ? null : (
                <Banner kind="warn">{t('history.unreadable', { count: list.data?.unreadable.length ?? 0 })}</Banner>
              )}
            </div>
            {shown.length === 0 ? (
              <Empty title={t('history.noMatch', { text })} />
            ) : (
              <BackupList
                label={t('history.list', { name: phone?.name ?? '' })}
                backups={shown}
                selected={chosen}
                onSelect={choose}
                onOpen={(row) => go({ screen: 'contents', udid, version: { vault: row.vault, snapshot: row.id } })}
                stateOf={(row) => backupState(row, diskOf(row))}
              />
            )}
          </div>
          <Inspector
            rows={rows}
            all={backups}
            disk={rows[0] === undefined ? '' : diskOf(rows[0])}
            passwordKept={phone?.password.kept ?? 'none'}
            onDeleted={() => setChosen(new Set())}
          />
        </div>
      )}
      {main === undefined ? null : (
        <RetentionSheet
          isOpen={sheet === 'retention'}
          onClose={() => setSheet(null)}
          vault={main.id}
          disk={main.name}
          policy={policy}
          backups={backups.filter((one) => one.vault === main.id)}
        />
      )}
      <RemovedSheet isOpen={sheet === 'removed'} onClose={() => setSheet(null)} udid={udid} />
    </Page>
  );
}

function matches(row: BackupRow, text: string): boolean {
  const wanted = text.trim().toLocaleLowerCase();
  if (wanted === '') return true;
  return [row.note ?? '', fullDayText(row.finishedAt), row.ios].some((one) => one.toLocaleLowerCase().includes(wanted));
}
