import { ChevronLeft, ChevronRight, Cloud, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { PhotoView } from '../../../../shared/contract/procedures/index.ts';
import { mediaUrl } from '../../../api/connect.ts';
import { Button, IconButton } from '../../../components/Button.tsx';
import { bytesText, fullDayText, lengthText, timeText } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import { LiveSign, nameOf } from './PhotoTile.tsx';
import styles from './PhotoViewer.module.css';
import type { PhotoList } from './use-selection.ts';

/** One picture or film as large as it fits, with what is known of it. */
export function PhotoViewer({
  list,
  place,
  total,
  onMove,
  onSave,
  onClose,
}: {
  readonly list: PhotoList;
  readonly place: number;
  readonly total: number;
  readonly onMove: (place: number) => void;
  readonly onSave: (photo: PhotoView) => void;
  readonly onClose: () => void;
}) {
  const [, setTurn] = useState(0);
  const photo = list.at(place);
  const viewer = useRef<HTMLElement | null>(null);
  useEffect(() => {
    let isHere = true;
    void list.load(Math.max(0, place - 1), Math.min(total - 1, place + 1)).then(() => {
      if (isHere) setTurn((one) => one + 1);
    });
    return () => {
      isHere = false;
    };
  }, [list, place, total]);
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement | null;
      // What lies on top, such as a sheet to save with, has the keys to itself.
      if (target === null || viewer.current?.contains(target) !== true || target.tagName === 'VIDEO') return;
      if (event.key === 'ArrowLeft' && place > 0) onMove(place - 1);
      else if (event.key === 'ArrowRight' && place < total - 1) onMove(place + 1);
      else if (event.key === 'Escape') onClose();
      else if (event.key === ' ' && target.closest('button') === null) onClose();
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    window.addEventListener('keydown', listen, true);
    return () => window.removeEventListener('keydown', listen, true);
  }, [place, total, onMove, onClose]);
  return (
    <ModalOverlay className={styles['overlay'] ?? ''} isOpen onOpenChange={(open) => (open ? undefined : onClose())}>
      <Modal className={styles['modal'] ?? ''}>
        <Dialog ref={viewer} className={styles['viewer'] ?? ''}>
          <Heading slot="title" className="srOnly">
            {photo === undefined ? t('browse.viewer') : nameOf(photo, false)}
          </Heading>
          <div className={styles['stage']}>
            {photo === undefined ? null : <Stage key={photo.id} photo={photo} />}
            <div className={styles['before']}>
              <IconButton label={t('browse.previous')} isDisabled={place === 0} onPress={() => onMove(place - 1)}>
                <ChevronLeft size={18} aria-hidden />
              </IconButton>
            </div>
            <div className={styles['after']}>
              <IconButton label={t('browse.next')} isDisabled={place >= total - 1} onPress={() => onMove(place + 1)}>
                <ChevronRight size={18} aria-hidden />
              </IconButton>
            </div>
          </div>
          <aside className={styles['facts']} aria-label={t('browse.facts')}>
            <div className={styles['close']}>
              <IconButton look="quiet" label={t('common.close')} onPress={onClose}>
                <X size={17} aria-hidden />
              </IconButton>
            </div>
            {photo === undefined ? null : (
              <>
                <FactList photo={photo} />
                <Button look="filled" onPress={() => onSave(photo)}>
                  {t('browse.save')}
                </Button>
              </>
            )}
          </aside>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Stage({ photo }: { readonly photo: PhotoView }) {
  const [isLive, setLive] = useState(false);
  const { media, live } = photo;
  const film = isLive && live !== null ? live : media?.type === 'video' && photo.state === 'here' ? media : null;
  const still = media === null ? null : media.type === 'image' ? media.token : media.thumb;
  return (
    <>
      {film !== null ? (
        // biome-ignore lint/a11y/useMediaCaption: films of a phone have no captions.
        <video src={mediaUrl(film.token)} controls autoPlay aria-label={nameOf(photo, false)} />
      ) : still === null ? (
        <p className={styles['none']}>{t('browse.noPicture')}</p>
      ) : (
        <img src={mediaUrl(still)} alt={nameOf(photo, false)} decoding="async" />
      )}
      {photo.state === 'here' ? null : (
        <p className={styles['state']}>
          <Cloud size={15} aria-hidden />
          {t(
            photo.state === 'missing'
              ? 'browse.fileMissing'
              : photo.type === 'video'
                ? 'browse.videoCloud'
                : 'browse.previewOnly',
          )}
        </p>
      )}
      {live === null ? null : (
        <div className={styles['live']}>
          <Button icon={<LiveSign />} onPress={() => setLive(!isLive)}>
            {t(isLive ? 'browse.stopLive' : 'browse.playLive')}
          </Button>
        </div>
      )}
    </>
  );
}

function FactList({ photo }: { readonly photo: PhotoView }) {
  const marks = [
    photo.isFavourite ? t('browse.mark.favourite') : null,
    photo.isLive ? t('browse.mark.live') : null,
    photo.isEdited ? t('browse.mark.edited') : null,
    photo.isScreenshot ? t('browse.mark.screenshot') : null,
    photo.isHidden ? t('browse.mark.hidden') : null,
    photo.isTrashed ? t('browse.mark.trashed') : null,
  ].filter((one) => one !== null);
  const { takenAt, width, height, place, durationSeconds } = photo;
  const facts = [
    [t('browse.fact.name'), photo.name],
    [
      t('browse.fact.taken'),
      takenAt === null ? null : t('format.when', { day: fullDayText(takenAt), time: timeText(takenAt) }),
    ],
    [t('browse.fact.pixels'), width === null || height === null ? null : t('browse.pixels', { width, height })],
    [t('browse.fact.length'), durationSeconds === null ? null : lengthText(durationSeconds)],
    [t('browse.fact.size'), photo.bytes === null ? null : bytesText(photo.bytes)],
    [t('browse.fact.place'), place === null ? null : `${place.latitude.toFixed(5)}, ${place.longitude.toFixed(5)}`],
    [t('browse.fact.marks'), marks.length === 0 ? null : marks.join(', ')],
  ] as const;
  return (
    <dl>
      {facts.map(([name, value]) =>
        value === null ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="selectable">{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
