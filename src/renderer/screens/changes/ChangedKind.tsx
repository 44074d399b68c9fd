import { useEffect, useState } from 'react';
import type { OutputOf } from '../../../shared/contract/procedures/index.ts';
import type { BackstopError } from '../../../shared/errors/index.ts';
import { mediaUrl } from '../../api/connect.ts';
import { asBackstopError, useEngine } from '../../api/engine.tsx';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Banner } from '../../components/Parts.tsx';
import { bytesText, whenText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import { kindCount } from '../../text/kinds.ts';
import styles from './Changes.module.css';
import type { Change } from './Comparison.tsx';

type Items = OutputOf<'compare.items'>['items'];

const FIRST = 12;
const MORE = 100;

/** What happened to one kind: pictures where there are some, else rows. */
export function ChangedKind({
  job,
  kind,
  change,
  count,
  bytes,
  isCertain,
  isBehind,
  onSave,
}: {
  readonly job: string;
  readonly kind: string;
  readonly change: Change;
  readonly count: number;
  readonly bytes: number | null;
  readonly isCertain: boolean;
  /** Files of what stands above, so that they count once only. */
  readonly isBehind: boolean;
  readonly onSave: () => void;
}) {
  const client = useEngine();
  const [items, setItems] = useState<Items>([]);
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState<BackstopError | null>(null);
  const [isAsking, setAsking] = useState(false);
  const ask = async (after: string | null): Promise<void> => {
    setAsking(true);
    try {
      const limit = after === null ? FIRST : MORE;
      const answer = await client.call('compare.items', { job, kind, change, after, limit });
      setItems((old) => (after === null ? answer.items : [...old, ...answer.items]));
      setNext(answer.next);
      setError(null);
    } catch (failure) {
      setError(asBackstopError(failure));
    } finally {
      setAsking(false);
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each kind.
  useEffect(() => {
    void ask(null);
  }, []);
  const isPictures = kind === 'photos' || kind === 'videos';
  return (
    <section className={styles['kind']} aria-label={kindCount(kind, count)}>
      <header className={styles['kindHead']}>
        <h3>{isBehind ? t('changes.filesBehind', { count }) : kindCount(kind, count)}</h3>
        <small>{bytes === null || bytes === 0 ? '' : bytesText(bytes)}</small>
        {change === 'gone' ? (
          <Button look="link" onPress={onSave}>
            {t('changes.save')}
          </Button>
        ) : null}
      </header>
      {isCertain || change === 'added' ? null : <Banner kind="warn">{t('changes.uncertain')}</Banner>}
      {error === null ? null : <ErrorNote error={error} onRetry={() => void ask(null)} />}
      {isPictures ? (
        <ul className={styles['strip']}>
          {items.map((item) => (
            <li key={item.id}>
              {item.media?.thumb == null ? (
                <span>{item.title ?? t('changes.untitled')}</span>
              ) : (
                <img
                  src={mediaUrl(item.media.thumb)}
                  alt={item.title ?? t('browse.photo')}
                  loading="lazy"
                  decoding="async"
                />
              )}
            </li>
          ))}
        </ul>
      ) : (
        <ul className={styles['rows']}>
          {items.map((item) => (
            <li key={item.id}>
              <Title title={item.title ?? t('changes.untitled')} isFile={kind === 'files'} />
              <small>{item.bytes === null || item.bytes === 0 ? '' : bytesText(item.bytes)}</small>
              <small>{item.at === null ? '' : whenText(item.at)}</small>
            </li>
          ))}
        </ul>
      )}
      {next === null ? null : (
        <Button look="link" isDisabled={isAsking} onPress={() => void ask(next)}>
          {t('changes.more', { count: Math.min(MORE, count - items.length) })}
        </Button>
      )}
    </section>
  );
}

/** A file by its name first: of a long path that is what matters. */
function Title({ title, isFile }: { readonly title: string; readonly isFile: boolean }) {
  const at = isFile ? title.lastIndexOf('/') : -1;
  return (
    <>
      <strong className="selectable" title={title}>
        {title.slice(at + 1)}
      </strong>
      {at < 0 ? null : <em className="selectable">{title.slice(0, at)}</em>}
    </>
  );
}
