import { Check, Cloud, Film, Heart, Image, ImageOff } from 'lucide-react';
import { memo } from 'react';
import type { PhotoView } from '../../../../shared/contract/procedures/index.ts';
import { mediaUrl } from '../../../api/connect.ts';
import { bytesText, dateText, lengthText, timeText } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import styles from './PhotoWall.module.css';

export interface TileProps {
  readonly place: number;
  readonly total: number;
  readonly photo: PhotoView | undefined;
  readonly width: number;
  readonly height: number;
  readonly isSelected: boolean;
  readonly isFocused: boolean;
  readonly gone: boolean;
}

/** One picture of the wall. It knows its place; presses are heard by the wall. */
export const PhotoTile = memo(function PhotoTile(props: TileProps) {
  const { place, total, photo, width, height, isSelected, isFocused, gone } = props;
  return (
    <div
      className={`${styles['tile']} ${isSelected ? styles['chosen'] : ''} ${isFocused ? styles['focused'] : ''}`}
      style={{ width, height }}
      role="option"
      tabIndex={-1}
      id={`photo-${place}`}
      data-place={place}
      aria-selected={isSelected}
      aria-posinset={place + 1}
      aria-setsize={total}
      aria-label={photo === undefined ? t('browse.loadingMessage') : nameOf(photo, gone)}
    >
      {photo === undefined ? null : <Picture photo={photo} />}
      {isSelected ? (
        <span className={styles['check']}>
          <Check size={13} strokeWidth={3} aria-hidden />
        </span>
      ) : null}
    </div>
  );
});

function Picture({ photo }: { readonly photo: PhotoView }) {
  const thumb = photo.media?.thumb ?? null;
  return (
    <>
      {thumb === null ? (
        <span className={styles['none']}>
          {photo.type === 'video' ? (
            <Film size={22} strokeWidth={1.4} aria-hidden />
          ) : photo.state === 'missing' ? (
            <ImageOff size={22} strokeWidth={1.4} aria-hidden />
          ) : (
            <Image size={22} strokeWidth={1.4} aria-hidden />
          )}
        </span>
      ) : (
        <img src={mediaUrl(thumb)} alt="" loading="lazy" decoding="async" draggable={false} />
      )}
      <span className={styles['signs']}>
        {photo.isFavourite ? <Heart size={13} fill="currentColor" aria-hidden /> : null}
        {photo.isLive ? <LiveSign /> : null}
        <i />
        {photo.state === 'only-in-icloud' ? <Cloud size={15} strokeWidth={2} aria-hidden /> : null}
        {photo.durationSeconds === null || photo.type !== 'video' ? null : <b>{lengthText(photo.durationSeconds)}</b>}
      </span>
    </>
  );
}

export function LiveSign() {
  return (
    <svg width={14} height={14} viewBox="0 0 16 16" fill="none" stroke="currentColor" aria-hidden>
      <circle cx="8" cy="8" r="1.6" fill="currentColor" stroke="none" />
      <circle cx="8" cy="8" r="4.1" strokeWidth="1.4" />
      <circle cx="8" cy="8" r="6.9" strokeWidth="1.5" strokeDasharray="1.2 1.5" />
    </svg>
  );
}

/** What is known of it, in words; what it shows is not made up. */
export function nameOf(photo: PhotoView, gone: boolean): string {
  const type = { photo: 'browse.photo', video: 'browse.video', unknown: 'browse.item' } as const;
  const kind = photo.name?.split('.').at(-1)?.toUpperCase();
  return [
    t(type[photo.type]),
    photo.takenAt === null ? null : dateText(photo.takenAt),
    photo.takenAt === null ? null : timeText(photo.takenAt),
    kind ?? null,
    photo.bytes === null ? null : bytesText(photo.bytes),
    photo.durationSeconds === null ? null : lengthText(photo.durationSeconds),
    photo.isFavourite ? t('browse.isFavourite') : null,
    photo.isLive ? t('browse.isLive') : null,
    photo.state === 'only-in-icloud' ? t('browse.isCloud') : photo.state === 'missing' ? t('browse.isMissing') : null,
    gone ? t('browse.isGone') : null,
  ]
    .filter((one) => one !== null)
    .join(', ');
}
