import type { PhoneView } from '../../shared/contract/procedures/index.ts';
import styles from './SidebarFooter.module.css';

/** The one most important live fact. */
export function SidebarFooter({ phones }: { readonly phones: readonly PhoneView[] }) {
  return <div className={styles['footer']}>{phones.length}</div>;
}
