import type { EventView } from '../../../../shared/contract/procedures/index.ts';
import { Facts } from '../../../components/Parts.tsx';
import { whenText } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import styles from './Lists.module.css';

/** The rest of an event that does not fit in its row. */
export function EventDetail({ event }: { readonly event: EventView }) {
  const { startAt, endAt, notes, url, people, repeats, account } = event;
  return (
    <div className={`${styles['player']} selectable`}>
      <div className={styles['main']}>
        <strong>{event.title ?? t('browse.untitled')}</strong>
        <small>
          {[
            startAt === null ? null : whenText(startAt),
            endAt === null ? null : whenText(endAt),
            repeats === null ? null : t(`browse.repeats.${repeats}`),
            account,
          ]
            .filter((one) => one !== null)
            .join(' · ')}
        </small>
        {notes === null ? null : <p>{notes}</p>}
        {url === null ? null : <small>{url}</small>}
        {people.length === 0 ? null : (
          <Facts items={people.slice(0, 30).map((one, index) => ({ name: String(index + 1), value: one }))} />
        )}
      </div>
    </div>
  );
}
