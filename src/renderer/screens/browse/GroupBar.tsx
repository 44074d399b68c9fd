import type { ReactNode } from 'react';
import { useQuery } from '../../api/engine.tsx';
import { Select } from '../../components/Fields.tsx';
import { numberText } from '../../text/formats.ts';
import { type TextKey, t } from '../../text/index.ts';
import styles from './Browse.module.css';
import { useFrame } from './browse-context.ts';

/** No group has this name: a group may well have none. */
const ALL = ' all';
const LABELS: Partial<Record<string, readonly [TextKey, TextKey]>> = {
  photos: ['browse.albums', 'browse.allOf.albums'],
  videos: ['browse.albums', 'browse.allOf.albums'],
  notes: ['browse.folders', 'browse.allOf.folders'],
  contacts: ['browse.accounts', 'browse.allOf.accounts'],
  calendar: ['browse.calendars', 'browse.allOf.calendars'],
  reminders: ['browse.lists', 'browse.allOf.lists'],
  safari: ['browse.safariKinds', 'browse.allOf.kinds'],
};

/** What a kind can be narrowed to, and what can be done with all of it. */
export function GroupBar({ children }: { readonly children?: ReactNode }) {
  const frame = useFrame();
  const label = LABELS[frame.kind];
  const groups = useQuery('browse.groups', label === undefined ? null : { ...frame.version, kind: frame.kind }).data;
  const list = groups?.groups ?? [];
  return (
    <div className={styles['bar']}>
      {label === undefined || list.length === 0 ? null : (
        <Select
          label={t(label[0])}
          isHidden
          value={frame.group ?? ALL}
          choices={[
            { id: ALL, label: t(label[1]) },
            ...list.map(({ id, title, count }) => ({
              id,
              label: `${titleOf(title, frame.kind)}${count === null ? '' : ` · ${numberText(count)}`}`,
            })),
          ]}
          onChange={(group) => frame.chooseGroup(group === ALL ? null : group)}
        />
      )}
      {children}
    </div>
  );
}

function titleOf(title: string, kind: string): string {
  switch (title) {
    case 'bookmark':
    case 'reading-list':
    case 'visit':
    case 'tab':
      return t(`browse.safari.${title}`);
    default:
      if (title !== '') return title;
      return t(kind === 'contacts' ? 'browse.onPhone' : 'browse.untitled');
  }
}
