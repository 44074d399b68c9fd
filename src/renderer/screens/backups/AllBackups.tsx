import { Usb, Wifi } from 'lucide-react';
import { useMemo, useState } from 'react';
import {
  Cell,
  Column,
  Row,
  type SortDescriptor,
  Table,
  TableBody,
  TableHeader,
  TableLayout,
  Virtualizer,
} from 'react-aria-components';
import type { BackupRow } from '../../../shared/contract/procedures/index.ts';
import { useQuery } from '../../api/engine.tsx';
import { useNavigation } from '../../app/navigation.tsx';
import { Button } from '../../components/Button.tsx';
import { backupState } from '../../components/backups/backup-state.ts';
import { Lock } from '../../components/backups/Lock.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { SearchField } from '../../components/Fields.tsx';
import { Mark } from '../../components/Mark.tsx';
import { Page } from '../../components/Page.tsx';
import { Empty } from '../../components/Parts.tsx';
import { bytesText, whenText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import styles from './AllBackups.module.css';

/** One list of all backups of all phones: time, size, lock and where each came from. */
export function AllBackups() {
  const { go } = useNavigation();
  const list = useQuery('backups.list', { udid: null }, ['backups', 'vaults']);
  const phones = useQuery('phones.list', {}, ['phones']).data?.phones ?? [];
  const vaults = useQuery('vaults.list', {}, ['vaults']).data?.vaults ?? [];
  const [sort, setSort] = useState<SortDescriptor>({ column: 'when', direction: 'descending' });
  const [text, setText] = useState('');
  const names = useMemo(() => new Map(phones.map((one) => [one.udid, one.name])), [phones]);
  const disks = useMemo(() => new Map(vaults.map((one) => [one.id, one.name])), [vaults]);
  const nameOf = (row: BackupRow): string => names.get(row.udid) ?? row.name;
  const diskOf = (row: BackupRow): string => disks.get(row.vault) ?? '';
  const all = list.data?.backups ?? [];
  const wanted = text.trim().toLocaleLowerCase();
  const shown = all.filter((one) =>
    wanted === ''
      ? true
      : [nameOf(one), one.note ?? '', whenText(one.finishedAt), diskOf(one)].some((word) =>
          word.toLocaleLowerCase().includes(wanted),
        ),
  );
  const rows = sorted(shown, sort, nameOf, diskOf);
  return (
    <Page
      title={t('all.title')}
      subtitle={
        all.length === 0
          ? undefined
          : t('all.summary', { count: all.length, phones: new Set(all.map((one) => one.udid)).size })
      }
      tools={<SearchField label={t('history.search')} value={text} onChange={setText} />}
    >
      {list.error === null ? null : <ErrorNote error={list.error} onRetry={list.reload} />}
      {all.length === 0 ? (
        list.isLoading ? null : (
          <Empty
            title={t('history.emptyTitle')}
            action={
              <Button look="filled" onPress={() => go({ screen: 'home' })}>
                {t('nav.home')}
              </Button>
            }
          >
            {t('history.emptyText')}
          </Empty>
        )
      ) : rows.length === 0 ? (
        <Empty title={t('history.noMatch', { text })} />
      ) : (
        <Virtualizer layout={TableLayout} layoutOptions={{ rowHeight: 40, headingHeight: 32 }}>
          <Table
            aria-label={t('all.title')}
            className={styles['table'] ?? ''}
            sortDescriptor={sort}
            onSortChange={setSort}
            selectionMode="single"
            selectionBehavior="replace"
            onRowAction={(key) => {
              const row = all.find((one) => rowKey(one) === key);
              if (row !== undefined) go({ screen: 'history', udid: row.udid, snapshot: row.id });
            }}
          >
            <TableHeader className={styles['head'] ?? ''}>
              <Heading id="state" width={38} text={t('all.state')} isQuiet />
              <Heading id="when" isRowHeader width={158} text={t('all.when')} />
              <Heading id="phone" width="2fr" text={t('all.phone')} />
              <Heading id="size" width={82} text={t('all.size')} />
              <Heading id="new" width={82} text={t('all.new')} />
              <Heading id="place" width="1.2fr" text={t('all.place')} />
              <Heading id="lock" width={40} text={t('all.lock')} isQuiet />
              <Heading id="origin" width={116} text={t('all.origin')} />
            </TableHeader>
            <TableBody items={rows.map((row) => ({ id: rowKey(row), row }))}>
              {({ row }) => {
                const state = backupState(row, diskOf(row));
                const Way = row.connection === 'usb' ? Usb : Wifi;
                return (
                  <Row className={styles['row'] ?? ''}>
                    <Cell>
                      <Mark kind={state.mark} label={state.sentence} />
                    </Cell>
                    <Cell>
                      <strong>{whenText(row.finishedAt)}</strong>
                    </Cell>
                    <Cell>
                      {nameOf(row)}
                      {row.note === null ? null : <span className={styles['note']}>{row.note}</span>}
                    </Cell>
                    <Cell>{bytesText(row.bytes)}</Cell>
                    <Cell>{bytesText(row.newBytes)}</Cell>
                    <Cell>{diskOf(row)}</Cell>
                    <Cell>
                      <Lock isEncrypted={row.encrypted} />
                    </Cell>
                    <Cell>
                      <span className={styles['origin']}>
                        {t(row.origin === 'backstop' ? 'all.backstop' : 'all.imported')}
                        {row.connection === null ? null : (
                          <span role="img" aria-label={t(row.connection === 'usb' ? 'backup.usb' : 'backup.wifi')}>
                            <Way size={14} strokeWidth={1.6} aria-hidden />
                          </span>
                        )}
                      </span>
                    </Cell>
                  </Row>
                );
              }}
            </TableBody>
          </Table>
        </Virtualizer>
      )}
    </Page>
  );
}

function Heading({
  id,
  text,
  width,
  isRowHeader = false,
  isQuiet = false,
}: {
  readonly id: string;
  readonly text: string;
  readonly width: number | `${number}fr`;
  readonly isRowHeader?: boolean;
  /** Its words are read out only: what stands below explains itself. */
  readonly isQuiet?: boolean;
}) {
  return (
    <Column
      id={id}
      width={width}
      minWidth={typeof width === 'number' ? width : 90}
      isRowHeader={isRowHeader}
      allowsSorting
      className={styles['column'] ?? ''}
    >
      {({ sortDirection }) => (
        <>
          <span className={isQuiet ? 'srOnly' : ''}>{text}</span>
          <span aria-hidden>{sortDirection === undefined ? '' : sortDirection === 'ascending' ? '↑' : '↓'}</span>
        </>
      )}
    </Column>
  );
}

/** One version may lie in several vaults. */
const rowKey = ({ vault, id }: BackupRow): string => `${vault} ${id}`;

function sorted(
  rows: readonly BackupRow[],
  { column, direction }: SortDescriptor,
  nameOf: (row: BackupRow) => string,
  diskOf: (row: BackupRow) => string,
): readonly BackupRow[] {
  const of: Record<string, (row: BackupRow) => string | number> = {
    when: (row) => row.finishedAt,
    phone: nameOf,
    size: (row) => row.bytes,
    new: (row) => row.newBytes,
    place: diskOf,
    lock: (row) => (row.encrypted ? 1 : 0),
    origin: (row) => row.origin,
    state: (row) => backupState(row, '').mark,
  };
  const value = of[String(column)] ?? of['when'];
  if (value === undefined) return rows;
  const sign = direction === 'ascending' ? 1 : -1;
  return [...rows].sort((a, b) => {
    const [left, right] = [value(a), value(b)];
    const order =
      typeof left === 'number' && typeof right === 'number' ? left - right : String(left).localeCompare(String(right));
    return order === 0 ? b.finishedAt.localeCompare(a.finishedAt) : order * sign;
  });
}
