import { Pin } from 'lucide-react';
import { useState } from 'react';
import type { CleanupView, PhoneView } from '../../../../shared/contract/procedures/index.ts';
import { useAction, useQuery } from '../../../api/engine.tsx';
import { ErrorNote } from '../../../components/ErrorNote.tsx';
import { Menu } from '../../../components/Menu.tsx';
import { Confirm } from '../../../components/Sheet.tsx';
import { dateText } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import styles from './KeepLine.module.css';

const DAY_MS = 86_400_000;
const CHOICES = [30, 90, 365] as const;

/** How long the backup from before is kept; letting it go is asked about first. */
export function KeepLine({ view, phone }: { readonly view: CleanupView; readonly phone: PhoneView }) {
  const { udid } = phone;
  const keep = useAction('cleanup.keep');
  const [isAsking, setAsking] = useState(false);
  const rows = useQuery('backups.list', { udid }, ['backups']).data?.backups;
  const row = rows?.find((one) => one.id === view.snapshot && one.vault === view.vault);
  if (row === undefined) return null;
  const until = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();
  return (
    <>
      <p className={styles['keep']}>
        <Pin size={16} strokeWidth={1.6} aria-hidden />
        <span>
          {!row.pinned
            ? t('cleanup.keep.free')
            : row.pinnedUntil === null
              ? t('cleanup.keep.forEver')
              : t('cleanup.keep.until', { date: dateText(row.pinnedUntil) })}
        </span>
        <Menu
          label={t('cleanup.keep.change')}
          hasWords
          className={styles['change']}
          entries={[
            ...CHOICES.map((days) => ({
              id: String(days),
              label: t('cleanup.keep.days', { date: dateText(until(days)) }),
              onAction: () => void keep.run({ udid, until: until(days) }),
            })),
            ...(row.pinned
              ? [null, { id: 'release', label: t('cleanup.keep.release'), onAction: () => setAsking(true) }]
              : []),
          ]}
        >
          {t('cleanup.keep.change')}
        </Menu>
      </p>
      {keep.error === null ? null : <ErrorNote error={keep.error} udid={udid} />}
      <Confirm
        isOpen={isAsking}
        isDanger
        title={t('cleanup.keep.releaseTitle')}
        keep={t('cleanup.keep.stay')}
        action={t('cleanup.keep.releaseAction')}
        isRunning={keep.isRunning}
        onConfirm={() => {
          void keep.run({ udid, until: null }).then(() => setAsking(false));
        }}
        onClose={() => setAsking(false)}
      >
        <p>{t('cleanup.keep.releaseText')}</p>
      </Confirm>
    </>
  );
}
