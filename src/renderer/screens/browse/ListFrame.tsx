import type { ReactNode } from 'react';
import type { BackstopError } from '../../../shared/errors/index.ts';
import { useNavigation } from '../../app/navigation.tsx';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Mark } from '../../components/Mark.tsx';
import { Banner, Empty } from '../../components/Parts.tsx';
import { t } from '../../text/index.ts';
import styles from './Browse.module.css';
import { useFrame } from './browse-context.ts';
import { kindInSentence, kindTitle } from './KindsColumn.tsx';

/** What every list shows while it opens, when it is empty, when it is not whole, and when it fails. */
export function ListFrame({
  total,
  isPresent,
  unreadable,
  error,
  onRetry,
  children,
}: {
  readonly total: number | null;
  readonly isPresent: boolean;
  readonly unreadable: number;
  readonly error: BackstopError | null;
  readonly onRetry: () => void;
  readonly children: ReactNode;
}) {
  const frame = useFrame();
  if (error !== null && frame.isLock(error)) return <Locked />;
  return (
    <div className={styles['content']}>
      {error === null && unreadable === 0 ? null : (
        <div className={styles['notes']}>
          {error === null ? null : <ErrorNote error={error} onRetry={onRetry} udid={frame.udid} />}
          {unreadable === 0 ? null : <Banner kind="warn">{t('browse.partial', { count: unreadable })}</Banner>}
        </div>
      )}
      {total === null ? (
        error === null ? (
          <p className={styles['loading']} role="status">
            <Mark kind="run" label={null} /> {t('browse.loading')}
          </p>
        ) : null
      ) : total === 0 ? (
        <EmptyList isPresent={isPresent} />
      ) : (
        children
      )}
    </div>
  );
}

export function Locked() {
  const { unlock } = useFrame();
  return (
    <Empty
      title={t('browse.lockedTitle')}
      action={
        <Button look="filled" onPress={unlock}>
          {t('browse.unlock')}
        </Button>
      }
    >
      {t('browse.lockedText')}
    </Empty>
  );
}

export function EmptyList({ isPresent }: { readonly isPresent: boolean }) {
  const frame = useFrame();
  const { go } = useNavigation();
  const name = kindTitle(frame.kind);
  if (frame.text !== '') {
    return (
      <Empty
        title={t('browse.noMatch', { text: frame.text })}
        action={<Button onPress={() => go({ screen: 'search', text: frame.text })}>{t('browse.searchAll')}</Button>}
      >
        {t('browse.noMatchText')}
      </Empty>
    );
  }
  if (frame.gone) {
    return (
      <Empty title={t('browse.goneTitle')} action={<Button onPress={frame.showAll}>{t('browse.showAll')}</Button>}>
        {t('browse.goneText')}
      </Empty>
    );
  }
  if (!frame.isEncrypted && ONLY_ENCRYPTED.has(frame.kind)) {
    return <Empty title={t('browse.onlyEncrypted', { kind: name })}>{t('browse.onlyEncryptedText')}</Empty>;
  }
  if (frame.kind === 'whatsapp' && !isPresent) return <Empty title={t('browse.noWhatsApp')} />;
  return <Empty title={t('browse.kindEmpty', { kind: kindInSentence(frame.kind) })} />;
}

/** What the phone leaves out of backups without encryption. */
const ONLY_ENCRYPTED: ReadonlySet<string> = new Set(['health', 'calls']);
