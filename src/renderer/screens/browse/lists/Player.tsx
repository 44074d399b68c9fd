import type { RecordingView } from '../../../../shared/contract/procedures/index.ts';
import { mediaUrl } from '../../../api/connect.ts';
import { t } from '../../../text/index.ts';
import styles from './Lists.module.css';

/** Plays the recording that is chosen. */
export function Player({ recording }: { readonly recording: RecordingView }) {
  const { file, title, transcript } = recording;
  const name = title ?? t('browse.recording');
  return (
    <div>
      <div className={styles['player']}>
        <strong className={styles['one']}>{name}</strong>
        {file.state === 'here' && file.media !== null ? (
          // biome-ignore lint/a11y/useMediaCaption: the transcript stands below where the phone made one.
          <audio src={mediaUrl(file.media.token)} controls preload="metadata" aria-label={t('browse.play', { name })} />
        ) : (
          <span className="t3">
            {t(file.state === 'only-in-icloud' ? 'browse.attachmentCloud' : 'browse.attachmentMissing')}
          </span>
        )}
      </div>
      {transcript === null ? null : <p className={`${styles['transcript']} selectable`}>{transcript}</p>}
    </div>
  );
}
