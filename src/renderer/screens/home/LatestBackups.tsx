import { Link } from 'react-aria-components';
import type { PhoneView, VaultView } from '../../../shared/contract/procedures/index.ts';
import { useQuery } from '../../api/engine.tsx';
import { writeRoute } from '../../app/navigation.tsx';
import { backupState } from '../../components/backups/backup-state.ts';
import { Lock } from '../../components/backups/Lock.tsx';
import { Mark } from '../../components/Mark.tsx';
import { bytesText, whenText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import styles from './LatestBackups.module.css';

/** The newest three of the only phone. */
export function LatestBackups({ phone, vaults }: { readonly phone: PhoneView; readonly vaults: readonly VaultView[] }) {
  const rows = useQuery('backups.list', { udid: phone.udid }, ['backups', 'vaults']).data?.backups;
  return (
    // Its room is there before its rows are, so that nothing jumps.
    <div className={styles['latest']} style={{ minHeight: 49 + 32 * Math.min(3, phone.backups) }}>
      <h3>{t('home.latest')}</h3>
      <ul>
        {(rows ?? []).slice(0, 3).map((row) => {
          const disk = vaults.find((one) => one.id === row.vault)?.name ?? '';
          const { mark, sentence } = backupState(row, disk);
          return (
            <li key={`${row.vault}${row.id}`}>
              <Link
                className={styles['row'] ?? ''}
                href={`#${writeRoute({ screen: 'history', udid: phone.udid, snapshot: row.id })}`}
              >
                <Mark kind={mark} size={14} label={null} />
                <strong>{whenText(row.finishedAt)}</strong>
                <span className={styles['sentence']}>{sentence}</span>
                <span className={styles['size']}>{t('backup.newBytes', { size: bytesText(row.newBytes) })}</span>
                <Lock isEncrypted={row.encrypted} />
              </Link>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
