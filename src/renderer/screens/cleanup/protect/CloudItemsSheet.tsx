import { useEffect, useState } from 'react';
import type { PhotoView } from '../../../../shared/contract/procedures/index.ts';
import type { BackstopError } from '../../../../shared/errors/index.ts';
import { mediaUrl } from '../../../api/connect.ts';
import { asBackstopError, useEngine } from '../../../api/engine.tsx';
import type { Version } from '../../../app/navigation.tsx';
import { Button } from '../../../components/Button.tsx';
import { ErrorNote } from '../../../components/ErrorNote.tsx';
import { Sheet } from '../../../components/Sheet.tsx';
import { dateText } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import styles from './Lists.module.css';

const PAGE = 120;

/** Photos whose originals no local backup can hold: what to leave out of the cleanup. */
export function CloudItemsSheet({
  version,
  udid,
  onClose,
}: {
  readonly version: Version;
  readonly udid: string;
  readonly onClose: () => void;
}) {
  const client = useEngine();
  const [photos, setPhotos] = useState<readonly PhotoView[]>([]);
  const [total, setTotal] = useState<number | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState<BackstopError | null>(null);
  const [isAsking, setAsking] = useState(false);
  const ask = async (after: string | null): Promise<void> => {
    setAsking(true);
    try {
      const answer = await client.call('browse.items', {
        ...version,
        kind: 'photos',
        filter: { only: 'only-in-icloud' },
        gone: false,
        around: null,
        after,
        limit: PAGE,
      });
      const { page } = answer;
      if (page.kind === 'photos') setPhotos((old) => (after === null ? page.items : [...old, ...page.items]));
      setTotal(answer.total);
      setNext(answer.next);
      setError(null);
    } catch (failure) {
      setError(asBackstopError(failure));
    } finally {
      setAsking(false);
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it opens.
  useEffect(() => {
    void ask(null);
  }, []);
  return (
    <Sheet
      isOpen
      onClose={onClose}
      title={total === null ? t('cleanup.cloud.asking') : t('cleanup.cloud.title', { count: total })}
      width="wide"
      footer={
        <Button look="filled" onPress={onClose} autoFocus>
          {t('common.done')}
        </Button>
      }
    >
      <p>{t('cleanup.cloud.text')}</p>
      {error === null ? null : <ErrorNote error={error} udid={udid} onRetry={() => void ask(null)} />}
      <ul className={styles['tiles']}>
        {photos.map((photo) => (
          <li key={photo.id}>
            {photo.media?.thumb == null ? (
              <span>{photo.name ?? (photo.takenAt === null ? t('changes.untitled') : dateText(photo.takenAt))}</span>
            ) : (
              <img
                src={mediaUrl(photo.media.thumb)}
                alt={photo.name ?? t('browse.photo')}
                loading="lazy"
                decoding="async"
              />
            )}
          </li>
        ))}
      </ul>
      {next === null ? null : (
        <p className={styles['more']}>
          <Button look="link" isDisabled={isAsking} onPress={() => void ask(next)}>
            {t('changes.more', { count: Math.min(PAGE, (total ?? 0) - photos.length) })}
          </Button>
        </p>
      )}
    </Sheet>
  );
}
