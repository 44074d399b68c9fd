import { useCallback, useEffect, useMemo, useState } from 'react';
import type { BackupRow, BrowseFilter } from '../../../shared/contract/procedures/index.ts';
import { useQuery } from '../../api/engine.tsx';
import { type Route, useNavigation } from '../../app/navigation.tsx';
import { BackUpButton } from '../../components/backups/BackUpButton.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { type ExportRequest, ExportSheet } from '../../components/export/ExportSheet.tsx';
import { SearchField, Segmented } from '../../components/Fields.tsx';
import { Page } from '../../components/Page.tsx';
import { Empty } from '../../components/Parts.tsx';
import { usePasswordSheet } from '../../components/passwords/EnterPassword.tsx';
import { VersionPicker, versionWords } from '../../components/version-picker/VersionPicker.tsx';
import { t } from '../../text/index.ts';
import styles from './Browse.module.css';
import { type BrowseFrame, BrowseFrameContext } from './browse-context.ts';
import { Elsewhere } from './Elsewhere.tsx';
import { KindContent } from './KindContent.tsx';
import { isBrowseKind, KindsColumn, kindInSentence, kindTitle } from './KindsColumn.tsx';
import { Locked } from './ListFrame.tsx';
import { NotHere } from './NotHere.tsx';
import { TimeRail } from './TimeRail.tsx';
import { useSettled } from './use-items.ts';

type BrowseRoute = Extract<Route, { screen: 'browse' }>;

/** Looking into any day of a phone: find it, look at it, take it out. */
export function Browse({ route }: { readonly route: BrowseRoute }) {
  const list = useQuery('backups.list', { udid: route.udid }, ['backups', 'vaults']);
  const rows = list.data?.backups;
  const kind = isBrowseKind(route.kind) ? route.kind : 'photos';
  const found =
    rows === undefined || route.version === undefined
      ? -1
      : rows.findIndex((one) => one.id === route.version?.snapshot && one.vault === route.version.vault);
  const selected = found < 0 ? 0 : found;
  const row = rows?.[selected];
  if (rows === undefined || row === undefined) {
    return (
      <Page title={kindTitle(kind)}>
        {list.error === null ? null : <ErrorNote error={list.error} onRetry={list.reload} />}
        {rows === undefined ? null : (
          <Empty title={t('browse.noneTitle')} action={<BackUpButton udid={route.udid} look="filled" />}>
            {t('browse.noneText')}
          </Empty>
        )}
      </Page>
    );
  }
  return <Version key={`${route.udid} ${kind}`} route={{ ...route, kind }} rows={rows} row={row} selected={selected} />;
}

function Version({
  route,
  rows,
  row,
  selected,
}: {
  readonly route: BrowseRoute;
  readonly rows: readonly BackupRow[];
  readonly row: BackupRow;
  readonly selected: number;
}) {
  const { replace } = useNavigation();
  const { udid, kind } = route;
  const [gone, setGone] = useState<'all' | 'gone'>('all');
  const [typed, setTyped] = useState(route.text ?? '');
  const text = useSettled(typed);
  const [exported, setExported] = useState<ExportRequest | null>(null);
  const [elsewhere, setElsewhere] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  const version = useMemo(() => ({ vault: row.vault, snapshot: row.id }), [row.vault, row.id]);
  const vaults = useQuery('vaults.list', {}, ['vaults']).data?.vaults;
  const kinds = useQuery('browse.kinds', row.isOnline ? version : null, ['lock']);
  const { reload } = kinds;
  const password = usePasswordSheet(udid, () => {
    reload();
    setTurn((one) => one + 1);
  });
  const choose = useCallback(
    (index: number): void => {
      const next = rows[index];
      if (next !== undefined) replace({ ...route, version: { vault: next.vault, snapshot: next.id } });
    },
    [rows, replace, route],
  );
  const chooseSnapshot = (snapshot: string): void => {
    setElsewhere(null);
    choose(rows.findIndex((one) => one.id === snapshot));
  };
  useBracketKeys(selected, choose);
  const frame: BrowseFrame = useMemo(
    () => ({
      udid,
      version,
      isEncrypted: row.encrypted,
      kind,
      gone: gone === 'gone',
      text,
      clearText: () => setTyped(''),
      showAll: () => setGone('all'),
      group: route.group ?? null,
      chooseGroup: (group) => {
        const { group: _, item: __, ...rest } = route;
        replace(group === null ? rest : { ...rest, group });
      },
      item: route.item ?? null,
      chooseItem: (item) => {
        const { item: _, ...rest } = route;
        replace(item === null ? rest : { ...rest, item });
      },
      save: (filter: BrowseFilter, ids, what) =>
        setExported({ version, kind, filter, gone: gone === 'gone', ids, what }),
      showElsewhere: setElsewhere,
      unlock: password.open,
      isLock: password.fits,
      turn,
    }),
    [udid, version, row.encrypted, kind, gone, text, route, replace, password.open, password.fits, turn],
  );
  const isLocked = kinds.error !== null && password.fits(kinds.error);
  return (
    <BrowseFrameContext value={frame}>
      <Page
        title={kindTitle(kind)}
        tools={
          <>
            <VersionPicker
              rows={rows}
              selected={row}
              label={t('browse.version', { when: versionWords(row) })}
              title={t('browse.chooseVersion')}
              onChoose={(one) => choose(rows.indexOf(one))}
            />
            <Segmented
              label={t('browse.show')}
              value={gone}
              onChange={setGone}
              choices={[
                { id: 'all', label: t('browse.all') },
                { id: 'gone', label: t('browse.gone') },
              ]}
            />
            <SearchField
              label={t('browse.searchKind', { kind: kindInSentence(kind) })}
              value={typed}
              onChange={setTyped}
              width={190}
            />
          </>
        }
      >
        <div className={styles['grid']}>
          <KindsColumn route={route} counts={kinds.data?.kinds} />
          <div className={styles['middle']}>
            {route.item === undefined || !row.isOnline || isLocked || kind === 'files' ? null : (
              <NotHere version={version} kind={kind} item={route.item} onGo={chooseSnapshot} />
            )}
            {!row.isOnline ? (
              <Empty
                title={t('browse.offlineTitle', {
                  disk: vaults?.find((one) => one.id === row.vault)?.name ?? '',
                })}
              >
                {t('browse.offlineText')}
              </Empty>
            ) : isLocked ? (
              <Locked />
            ) : (
              <KindContent />
            )}
          </div>
          <TimeRail rows={rows} selected={selected} onChoose={choose} />
        </div>
      </Page>
      <ExportSheet request={exported} onClose={() => setExported(null)} />
      {elsewhere === null ? null : (
        <Elsewhere
          version={version}
          kind={kind}
          item={elsewhere}
          rows={rows}
          onClose={() => setElsewhere(null)}
          onGo={chooseSnapshot}
        />
      )}
      {password.sheet}
    </BrowseFrameContext>
  );
}

/** `[` goes to the older backup, `]` to the newer one; not while words are typed. */
function useBracketKeys(selected: number, choose: (index: number) => void): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement | null;
      if (event.metaKey || event.ctrlKey || target?.closest('input, textarea, [role="dialog"]') != null) return;
      if (event.key === '[') choose(selected + 1);
      else if (event.key === ']') choose(selected - 1);
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [selected, choose]);
}
