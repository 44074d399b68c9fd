import { StickyNote } from 'lucide-react';
import { useState } from 'react';
import type { BackupRow } from '../../../shared/contract/procedures/index.ts';
import { useAction, useQuery } from '../../api/engine.tsx';
import { useNavigation } from '../../app/navigation.tsx';
import { Button } from '../../components/Button.tsx';
import { backupState, isVerified } from '../../components/backups/backup-state.ts';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Menu } from '../../components/Menu.tsx';
import { Sentence, SplitBar } from '../../components/Parts.tsx';
import { bytesText, dateText, numberText, whenText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import { DeleteSheet } from './DeleteSheet.tsx';
import styles from './Inspector.module.css';
import { NoteEditor } from './NoteEditor.tsx';

const DAY = 86_400_000;

/** What is known about the chosen backups, and what can be done with them. */
export function Inspector({
  rows,
  all,
  disk,
  passwordKept,
  onDeleted,
}: {
  readonly rows: readonly BackupRow[];
  readonly all: readonly BackupRow[];
  readonly disk: string;
  readonly passwordKept: 'keychain' | 'memory' | 'none';
  readonly onDeleted: () => void;
}) {
  const [first] = rows;
  if (first === undefined) {
    return (
      <aside className={styles['inspector']} aria-label={t('inspector.label')}>
        <h2>{t('inspector.none')}</h2>
        <p className="t2">{t('inspector.noneText')}</p>
      </aside>
    );
  }
  return (
    <aside className={styles['inspector']} aria-label={t('inspector.label')} aria-live="polite">
      {rows.length > 1 ? (
        <h2>{t('inspector.many', { count: rows.length })}</h2>
      ) : (
        <One key={first.id} row={first} disk={disk} passwordKept={passwordKept} />
      )}
      <Deleting rows={rows} all={all} onDeleted={onDeleted} />
    </aside>
  );
}

function One({
  row,
  disk,
  passwordKept,
}: {
  readonly row: BackupRow;
  readonly disk: string;
  readonly passwordKept: 'keychain' | 'memory' | 'none';
}) {
  const { go } = useNavigation();
  const verify = useAction('backups.verify');
  const pin = useAction('backups.pin');
  const state = backupState(row, disk);
  const version = { vault: row.vault, snapshot: row.id };
  const shared = Math.max(0, row.bytes - row.newBytes);
  const setPin = (pinned: boolean, days: number | null): void => {
    const until = days === null ? null : new Date(Date.now() + days * DAY).toISOString();
    void pin.run({ vault: row.vault, snapshots: [row.id], pinned, until, reason: null });
  };
  return (
    <>
      <h2>{whenText(row.finishedAt)}</h2>
      <div className={styles['state']}>
        <Sentence mark={state.mark}>{state.sentence}</Sentence>
      </div>
      <NoteEditor row={row} icon={<StickyNote size={15} strokeWidth={1.6} aria-hidden />} />
      <div className={styles['bar']}>
        <SplitBar
          part={row.newBytes}
          whole={row.bytes}
          label={t('backup.splitLabel', { new: bytesText(row.newBytes), shared: bytesText(shared) })}
        />
        <div className={styles['legend']} aria-hidden>
          <span>
            <i className={styles['new']} />
            {t('backup.newBytes', { size: bytesText(row.newBytes) })}
          </span>
          <span className="t2">
            <i className={styles['old']} />
            {t('backup.sharedBytes', { size: bytesText(shared) })}
          </span>
        </div>
      </div>
      <dl className={styles['facts']}>
        <Fact name={t('inspector.keep')}>
          <Menu
            className={styles['pinButton']}
            hasWords
            label={row.pinned ? t('inspector.unpin') : t('inspector.pin')}
            entries={[
              { id: '30', label: t('inspector.pin30'), onAction: () => setPin(true, 30) },
              { id: '90', label: t('inspector.pin90'), onAction: () => setPin(true, 90) },
              { id: 'ever', label: t('inspector.pinForEver'), onAction: () => setPin(true, null) },
              ...(row.pinned
                ? [null, { id: 'off', label: t('inspector.unpin'), onAction: () => setPin(false, null) }]
                : []),
            ]}
          >
            {keepText(row)}
          </Menu>
        </Fact>
        {row.pinned && row.keptUntil !== null ? (
          <Fact name={t('inspector.ifUnpinned')}>{t('inspector.keepUnpinned', { date: dateText(row.keptUntil) })}</Fact>
        ) : null}
        <Fact name={t('inspector.where')}>{disk}</Fact>
        <Fact name={t('inspector.phone')}>
          {row.connection === null
            ? t('inspector.phoneOnly', { ios: row.ios })
            : t(row.connection === 'usb' ? 'inspector.phoneUsb' : 'inspector.phoneWifi', { ios: row.ios })}
        </Fact>
        <Fact name={t('inspector.files')}>{numberText(row.files)}</Fact>
        <Fact name={t('inspector.encryption')}>
          {row.encrypted
            ? t(
                passwordKept === 'keychain'
                  ? 'inspector.yesKept'
                  : passwordKept === 'memory'
                    ? 'inspector.yesMemory'
                    : 'inspector.yes',
              )
            : t('inspector.no')}
        </Fact>
      </dl>
      {pin.error === null ? null : <ErrorNote error={pin.error} />}
      {verify.error === null ? null : <ErrorNote error={verify.error} />}
      <div className={styles['actions']}>
        <div className={styles['wide']}>
          <Button
            look="filled"
            size="large"
            isDisabled={!row.isOnline}
            onPress={() => go({ screen: 'browse', udid: row.udid, kind: 'photos', version })}
          >
            {t('inspector.browse')}
          </Button>
        </div>
        <Button isDisabled={!row.isOnline} onPress={() => go({ screen: 'contents', udid: row.udid, version })}>
          {t('inspector.contents')}
        </Button>
        <Button isDisabled={!row.isOnline} onPress={() => go({ screen: 'changes', udid: row.udid, newer: version })}>
          {t('inspector.compare')}
        </Button>
        <div className={styles['wide']}>
          <Button
            isDisabled={!row.isOnline}
            isPending={verify.isRunning}
            onPress={() => go({ screen: 'verify', udid: row.udid, version })}
          >
            {t(isVerified(row) ? 'inspector.verify' : 'inspector.verifyNow')}
          </Button>
        </div>
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

function keepText(row: BackupRow): string {
  if (row.pinned) {
    return row.pinnedUntil === null
      ? t('inspector.pinnedForEver')
      : t('backup.pinnedUntil', { date: dateText(row.pinnedUntil) });
  }
  return row.keptUntil === null
    ? t('inspector.keepOpen')
    : t('inspector.keepUnpinned', { date: dateText(row.keptUntil) });
}

/** The sum is counted for the set: bytes that two share become free together. */
function Deleting({
  rows,
  all,
  onDeleted,
}: {
  readonly rows: readonly BackupRow[];
  readonly all: readonly BackupRow[];
  readonly onDeleted: () => void;
}) {
  const [isOpen, setOpen] = useState(false);
  const [first] = rows;
  const isOneVault = rows.every((one) => one.vault === first?.vault);
  const freed = useQuery(
    'backups.freed',
    first === undefined || !isOneVault || !first.isOnline
      ? null
      : { vault: first.vault, snapshots: rows.map((one) => one.id) },
    ['backups'],
  ).data;
  if (first === undefined) return null;
  const freedBytes = freed?.bytes ?? null;
  const size = freedBytes === null ? null : bytesText(freedBytes);
  const isWhole = freedBytes !== null && freedBytes >= (rows.length > 1 ? Number.POSITIVE_INFINITY : first.bytes);
  return (
    <div className={styles['deleting']}>
      <span>
        {size === null
          ? ''
          : t(rows.length > 1 ? 'inspector.freesMany' : isWhole ? 'inspector.freesAll' : 'inspector.frees', { size })}
      </span>
      <Button look="link" onPress={() => setOpen(true)} isDisabled={!isOneVault || !first.isOnline}>
        <span className={styles['danger']}>{t('inspector.delete')}</span>
      </Button>
      <DeleteSheet
        isOpen={isOpen}
        rows={rows}
        all={all}
        frees={size}
        onClose={() => setOpen(false)}
        onDeleted={onDeleted}
      />
    </div>
  );
}
