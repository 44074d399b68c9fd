import type { BrowseKind, VersionRef } from '../../../shared/contract/procedures/index.ts';
import { useQuery } from '../../api/engine.tsx';
import { Button } from '../../components/Button.tsx';
import { Banner } from '../../components/Parts.tsx';
import { t } from '../../text/index.ts';
import styles from './Browse.module.css';

/** Whoever goes through the days and comes to one where what was chosen is not, learns where it is. */
export function NotHere({
  version,
  kind,
  item,
  onGo,
}: {
  readonly version: VersionRef;
  readonly kind: BrowseKind;
  readonly item: string;
  readonly onGo: (snapshot: string) => void;
}) {
  const where = useQuery('browse.where', { ...version, kind, id: item }).data?.versions;
  if (where === undefined) return null;
  const here = where.find((one) => one.snapshot === version.snapshot);
  if (here === undefined || here.state !== 'absent') return null;
  const others = where
    .filter((one) => one.state === 'present' || one.state === 'changed')
    .sort((a, b) => b.at.localeCompare(a.at));
  const newest = others[0];
  return (
    <div className={styles['notes']}>
      <Banner
        kind="info"
        action={
          newest === undefined ? undefined : (
            <Button onPress={() => onGo(newest.snapshot)}>{t('browse.goNewest')}</Button>
          )
        }
      >
        {t('browse.notHere', { count: others.length })}
      </Banner>
    </div>
  );
}
