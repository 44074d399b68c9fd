import type { ReactNode } from 'react';
import { useQuery } from '../../api/engine.tsx';
import { Select } from '../../components/Fields.tsx';
import { numberText } from '../../text/formats.ts';
import { type TextKey, t } from '../../text/index.ts';
import styles from './Browse.module.css';
import { useFrame } from './browse-context.ts';

const ALL = '';
const LABELS: Partial<Record<string, TextKey>> = {
  photos: 'browse.albums',
  videos: 'browse.albums',
  notes: 'browse.folders',
  contacts: 'browse.accounts',
  calendar: 'browse.calendars',
  reminders: 'browse.lists',
  safari: 'browse.safariKinds',
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
          label={t(label)}
          isHidden
          value={frame.group ?? ALL}
          choices={[
            { id: ALL, label: t('browse.allGroups') },
            ...list.map(({ id, title, count }) => ({
              id,
              label: `${titleOf(title)}${count === null ? '' : ` · ${numberText(count)}`}`,
            })),
          ]}
          onChange={(group) => frame.chooseGroup(group === ALL ? null : group)}
        />
      )}
      {children}
    </div>
  );
}

function titleOf(title: string): string {
  switch (title) {
    case 'bookmark':
    case 'reading-list':
    case 'visit':
    case 'tab':
      return t(`browse.safari.${title}`);
    default:
      return title === '' ? t('browse.untitled') : title;
  }
}
