import { Cloud, HardDrive, Laptop, Server, Usb } from 'lucide-react';
import { ListBox, ListBoxItem } from 'react-aria-components';
import type { OutputOf, PlaceView } from '../../../shared/contract/procedures/index.ts';
import { bytesText, rateText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import { Mark, type MarkKind } from '../Mark.tsx';
import styles from './PlaceList.module.css';

export type Places = OutputOf<'places.list'>;

const MARKS: Readonly<Record<PlaceView['level'], MarkKind>> = { pass: 'pass', note: 'todo', warn: 'warn', fail: 'bad' };

/** Places where backups could live, each with one sentence of what to expect. */
export function PlaceList({
  places,
  neededBytes,
  dailyBytes,
  value,
  onChange,
}: {
  readonly places: readonly PlaceView[];
  readonly neededBytes: number | null;
  readonly dailyBytes: number | null;
  readonly value: string | null;
  readonly onChange: (token: string) => void;
}) {
  return (
    <ListBox
      aria-label={t('dest.places')}
      className={styles['list'] ?? ''}
      selectionMode="single"
      selectedKeys={value === null ? [] : [value]}
      disabledKeys={places.filter((one) => one.level === 'fail').map((one) => one.token)}
      onSelectionChange={(keys) => {
        const [first] = keys === 'all' ? [] : keys;
        if (first !== undefined) onChange(String(first));
      }}
      items={places}
    >
      {(one) => {
        const Icon = iconOf(one);
        return (
          <ListBoxItem id={one.token} textValue={one.name} className={styles['place'] ?? ''}>
            <span className={styles['icon']}>
              <Icon size={22} strokeWidth={1.4} aria-hidden />
            </span>
            <span className={styles['words']}>
              <span className={styles['name']}>
                <strong>{one.name}</strong>
                <em>{factsOf(one)}</em>
              </span>
              <span className={styles['verdict']}>
                <Mark kind={MARKS[one.level]} size={14} label={null} />
                {verdictText(one, neededBytes, dailyBytes)}
              </span>
            </span>
          </ListBoxItem>
        );
      }}
    </ListBox>
  );
}

function iconOf({ kind, verdict }: PlaceView) {
  if (verdict === 'cloud-synced') return Cloud;
  if (verdict === 'flash-stick') return Usb;
  return kind === 'internal' ? Laptop : kind === 'network' ? Server : HardDrive;
}

function factsOf({ fileSystem, freeBytes, totalBytes }: PlaceView): string {
  const parts = [
    fileSystem === null ? null : fileSystem.toUpperCase(),
    freeBytes === null || totalBytes === null
      ? null
      : t('dest.free', { free: bytesText(freeBytes), total: bytesText(totalBytes) }),
  ];
  return parts.filter((one) => one !== null).join(', ');
}

export function verdictText(place: PlaceView, neededBytes: number | null, dailyBytes: number | null): string {
  const free = place.freeBytes;
  const months =
    free === null || neededBytes === null || dailyBytes === null || dailyBytes <= 0
      ? 0
      : Math.min(120, Math.max(0, Math.floor((free - neededBytes) / (dailyBytes * 30))));
  return t(`verdict.${place.verdict}`, {
    months,
    free: free === null ? '' : bytesText(free),
    needed: neededBytes === null ? '' : bytesText(neededBytes),
    speed: place.bytesPerSecond === null ? 'none' : rateText(place.bytesPerSecond),
  });
}
