import { HardDrive, Laptop, MemoryStick, Server } from 'lucide-react';
import { Link } from 'react-aria-components';
import type { VaultView } from '../../../shared/contract/procedures/index.ts';
import { useNavigation, writeRoute } from '../../app/navigation.tsx';
import { Button } from '../../components/Button.tsx';
import { Mark, type MarkKind } from '../../components/Mark.tsx';
import { Card } from '../../components/Parts.tsx';
import { bytesText, dayInSentence } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import styles from './KeptStrip.module.css';

const RECENT_MS = 30 * 86_400_000;

/** One cell for each place that holds backups, and the truth about how many copies there are. */
export function KeptStrip({ vaults }: { readonly vaults: readonly VaultView[] }) {
  const { go } = useNavigation();
  return (
    <section className={styles['kept']} aria-labelledby="home-kept">
      <h2 id="home-kept">{t('home.kept')}</h2>
      <Card className={styles['cells']}>
        {vaults.length === 0 ? (
          <div className={styles['cell']}>
            <HardDrive size={22} strokeWidth={1.3} aria-hidden />
            <span className={styles['words']}>
              <strong>{t('home.noVault')}</strong>
              <em>{t('home.noVaultText')}</em>
            </span>
            <Button onPress={() => go({ screen: 'destinations' })}>{t('home.addVault')}</Button>
          </div>
        ) : (
          vaults.map((vault) => {
            const Icon = ICONS[vault.destination?.attachment ?? 'unknown'];
            const { mark, text } = cellOf(vault);
            return (
              <Link key={vault.id} className={styles['cell'] ?? ''} href={`#${writeRoute({ screen: 'destinations' })}`}>
                <Icon size={22} strokeWidth={1.3} aria-hidden />
                <span className={styles['words']}>
                  <strong>{vault.name}</strong>
                  <em className={mark === 'warn' || mark === 'bad' ? styles[mark] : undefined}>{text}</em>
                </span>
                <Mark kind={mark} />
              </Link>
            );
          })
        )}
      </Card>
      <p className={styles['one']}>{t('home.oneCopy')}</p>
    </section>
  );
}

const ICONS = {
  internal: Laptop,
  removable: HardDrive,
  network: Server,
  memory: MemoryStick,
  unknown: HardDrive,
} as const;

/** Green only where something of it was read back lately, and nothing is known to be damaged. */
function cellOf(vault: VaultView): { readonly mark: MarkKind; readonly text: string } {
  if (vault.damagedBackups > 0) return { mark: 'bad', text: t('home.cell.damaged', { count: vault.damagedBackups }) };
  if (!vault.isOnline) {
    const since = vault.lastSeenAt;
    return {
      mark: 'warn',
      text: since === null ? t('home.cell.offline') : t('home.cell.offlineSince', { day: dayInSentence(since) }),
    };
  }
  const { destination } = vault;
  const kind = t(`home.cell.${destination?.attachment ?? 'unknown'}`);
  if (vault.isReadOnly) return { mark: 'warn', text: t('home.cell.readOnly', { kind }) };
  const at = vault.lastVerifiedAt;
  const mark = at !== null && Date.now() - new Date(at).getTime() < RECENT_MS ? 'ok' : 'idle';
  if (destination === null) return { mark, text: kind };
  const free = bytesText(destination.freeBytes);
  return destination.fileSystem === null
    ? { mark, text: t('home.cell.freeOnly', { kind, free }) }
    : { mark, text: t('home.cell.free', { kind, free, fileSystem: destination.fileSystem.toUpperCase() }) };
}
