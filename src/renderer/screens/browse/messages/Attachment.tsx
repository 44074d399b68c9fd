import { Cloud, Download, FileText, FileX } from 'lucide-react';
import type { FileView } from '../../../../shared/contract/procedures/index.ts';
import { mediaUrl } from '../../../api/connect.ts';
import { IconButton } from '../../../components/Button.tsx';
import { bytesText } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import styles from './Bubble.module.css';

/** Pictures, films and sounds stand where they were sent; everything else can only be saved. */
export function Attachment({
  file,
  onSave,
}: {
  readonly file: FileView & { readonly transcript?: string | null };
  readonly onSave: (() => void) | null;
}) {
  const { media, name, state } = file;
  const isHere = state === 'here';
  if (isHere && media?.type === 'image') {
    return (
      <img
        className={styles['picture']}
        src={mediaUrl(media.thumb ?? media.token)}
        alt={name}
        loading="lazy"
        decoding="async"
      />
    );
  }
  if (isHere && media?.type === 'video') {
    return (
      <video
        className={styles['picture']}
        src={mediaUrl(media.token)}
        {...(media.thumb === null ? {} : { poster: mediaUrl(media.thumb) })}
        preload="none"
        controls
        aria-label={name}
      />
    );
  }
  if (isHere && media?.type === 'audio') {
    return (
      <figure className={styles['sound']}>
        {/* biome-ignore lint/a11y/useMediaCaption: the transcript stands below where the phone made one. */}
        <audio src={mediaUrl(media.token)} preload="none" controls aria-label={name} />
        {file.transcript == null ? null : <figcaption className="selectable">{file.transcript}</figcaption>}
      </figure>
    );
  }
  const Icon = isHere ? FileText : state === 'only-in-icloud' ? Cloud : FileX;
  return (
    <div className={styles['chip']}>
      <Icon size={17} strokeWidth={1.6} aria-hidden />
      <span>
        <strong>{name}</strong>
        <small>
          {isHere
            ? file.bytes === null
              ? ''
              : bytesText(file.bytes)
            : t(state === 'only-in-icloud' ? 'browse.attachmentCloud' : 'browse.attachmentMissing')}
        </small>
      </span>
      {isHere && onSave !== null ? (
        <IconButton look="quiet" label={t('browse.saveOne', { name })} onPress={onSave}>
          <Download size={15} aria-hidden />
        </IconButton>
      ) : null}
    </div>
  );
}
