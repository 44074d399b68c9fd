import { Lock as Closed, LockOpen } from 'lucide-react';
import { t } from '../../text/index.ts';
import styles from './Lock.module.css';

/** Every backup in every list shows whether it is encrypted. */
export function Lock({ isEncrypted, size = 14 }: { readonly isEncrypted: boolean; readonly size?: number }) {
  const label = isEncrypted ? t('backup.encrypted') : t('backup.unencrypted');
  const Icon = isEncrypted ? Closed : LockOpen;
  return (
    <span className={isEncrypted ? styles['closed'] : styles['open']} role="img" aria-label={label} title={label}>
      <Icon size={size} strokeWidth={1.7} aria-hidden />
    </span>
  );
}
