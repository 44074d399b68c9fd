import { Clock3 } from 'lucide-react';
import type { LossView } from '../../../shared/contract/procedures/index.ts';
import { Card } from '../../components/Parts.tsx';
import { bytesText, whenInSentence } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import styles from './LossMeter.module.css';

/** How much of the phone is newer than its last verified version. */
export function LossMeter({ loss, isCounting }: { readonly loss: LossView | null; readonly isCounting: boolean }) {
  const { title, text } =
    loss === null && isCounting
      ? { title: t('risk.loss.counting'), text: t('risk.loss.countingText') }
      : lossWords(loss);
  return (
    <Card className={styles['meter']}>
      <Clock3 size={20} strokeWidth={1.6} aria-hidden />
      <div>
        <strong>{title}</strong>
        <p>{text}</p>
      </div>
    </Card>
  );
}

/** In words, for the page and for paper. */
export function lossWords(loss: LossView | null): { readonly title: string; readonly text: string } {
  if (loss === null) return { title: t('risk.loss.unknown'), text: t('risk.loss.unknownText') };
  const { photos, videos, bytes, since, at } = loss;
  const from = since === null ? 'never' : whenInSentence(since);
  if (photos === null || videos === null || at === null) {
    return {
      title: since === null ? t('risk.loss.all') : t('risk.loss.sinceOnly', { when: from }),
      text: t('risk.loss.unknownText'),
    };
  }
  const counted = t('risk.loss.counted', {
    when: whenInSentence(at),
    some: photos + videos === 0 ? 'no' : 'yes',
    size: bytes === null || bytes === 0 ? 'none' : bytesText(bytes),
  });
  if (since === null) return { title: t('risk.loss.allCounted', { photos, videos }), text: counted };
  return {
    title:
      photos + videos === 0
        ? t('risk.loss.nothing', { when: from })
        : t('risk.loss.some', {
            photos,
            videos,
            both: photos === 0 ? 'videos' : videos === 0 ? 'photos' : 'both',
            when: from,
          }),
    text: counted,
  };
}
