import { HardDrive, Plus } from 'lucide-react';
import { useState } from 'react';
import { useQuery } from '../../api/engine.tsx';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Page, PageBody } from '../../components/Page.tsx';
import { Banner, Empty } from '../../components/Parts.tsx';
import { t } from '../../text/index.ts';
import { AddDestination } from './AddDestination.tsx';
import { DestinationCard } from './DestinationCard.tsx';
import styles from './Destinations.module.css';

/** Where backups live: room, state, and everything that can be done with a place. */
export function Destinations() {
  const list = useQuery('vaults.list', {}, ['vaults', 'backups']);
  const [isAdding, setAdding] = useState(false);
  const vaults = list.data?.vaults ?? [];
  const add = (
    <Button
      icon={<Plus size={16} strokeWidth={1.7} aria-hidden />}
      look={vaults.length === 0 ? 'filled' : 'plain'}
      onPress={() => setAdding(true)}
    >
      {t('dest.add')}
    </Button>
  );
  return (
    <Page title={t('dest.title')} tools={vaults.length === 0 ? undefined : add}>
      <PageBody>
        {list.error === null ? null : <ErrorNote error={list.error} onRetry={list.reload} />}
        {vaults.length === 0 ? (
          list.isLoading ? null : (
            <Empty icon={<HardDrive size={40} strokeWidth={1.2} aria-hidden />} title={t('dest.empty')} action={add}>
              {t('dest.emptyText')}
            </Empty>
          )
        ) : (
          <div className={styles['list']}>
            {vaults.map((one) => (
              <DestinationCard key={one.id} vault={one} isAlone={vaults.length === 1} />
            ))}
            {vaults.filter((one) => !one.isCopy).length === 1 ? <Banner kind="info">{t('dest.oneCopy')}</Banner> : null}
          </div>
        )}
      </PageBody>
      <AddDestination isOpen={isAdding} onClose={() => setAdding(false)} isFirst={vaults.length === 0} />
    </Page>
  );
}
