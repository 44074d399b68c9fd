import { useEffect, useMemo, useState } from 'react';
import type { ContactView } from '../../../../shared/contract/procedures/index.ts';
import { Button } from '../../../components/Button.tsx';
import { Empty } from '../../../components/Parts.tsx';
import { t } from '../../../text/index.ts';
import { kindCount } from '../../../text/kinds.ts';
import { filterOf, useFrame } from '../browse-context.ts';
import { GroupBar } from '../GroupBar.tsx';
import { kindTitle } from '../KindsColumn.tsx';
import { ListFrame } from '../ListFrame.tsx';
import lists from '../lists/Lists.module.css';
import { VirtualRows } from '../lists/VirtualRows.tsx';
import { useItems } from '../use-items.ts';
import { ContactCard } from './ContactCard.tsx';
import styles from './Contacts.module.css';
import { Face, nameOf } from './Face.tsx';

/** Above so many no letters are offered: all of them would have to be fetched first. */
const MOST_INDEXED = 10_000;

/** Everybody, and one card. */
export function Contacts() {
  const frame = useFrame();
  const { version, gone, turn, item, chooseItem } = frame;
  const filter = filterOf(frame);
  const items = useItems({ version, kind: 'contacts', filter, gone });
  const { list } = items;
  const total = items.total ?? 0;
  const [isWhole, setWhole] = useState<unknown>(null);
  const [jump, setJump] = useState<{ place: number; turn: number } | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a password that was given asks again.
  useEffect(() => {
    if (turn > 0) list.retry();
  }, [turn]);
  useEffect(() => {
    if (total === 0 || total > MOST_INDEXED) return;
    void list.load(0, total - 1).then(() => setWhole(list));
  }, [list, total]);
  const letters = useMemo(() => (isWhole === list ? lettersOf(list, total) : []), [isWhole, list, total]);
  const shown = item ?? list.at(0)?.id ?? null;
  const contact = shown === null ? undefined : find(list, total, shown);
  return (
    <>
      <GroupBar>
        <Button isDisabled={total === 0} onPress={() => frame.save(filter, null, kindCount('contacts', total))}>
          {t('browse.saveAll')}
        </Button>
      </GroupBar>
      <ListFrame
        total={items.total}
        isPresent={items.isPresent}
        unreadable={items.unreadable}
        error={items.error}
        onRetry={() => list.retry()}
      >
        <div className={lists['split']}>
          <div className={styles['people']}>
            <VirtualRows
              list={list}
              total={total}
              turn={items.turn}
              label={kindTitle('contacts')}
              rowHeight={40}
              selected={shown}
              idOf={(one) => one.id}
              onChoose={(one) => chooseItem(one.id)}
              scrollTo={jump}
            >
              {(one) => (
                <>
                  <Face contact={one} size={26} />
                  <span className={lists['main']}>
                    <strong>{nameOf(one)}</strong>
                  </span>
                </>
              )}
            </VirtualRows>
            {letters.length < 3 ? null : (
              <div className={styles['letters']} aria-hidden>
                {letters.map(({ letter, place }) => (
                  // biome-ignore lint/a11y/noStaticElementInteractions: pointer help only, smaller than a button may be; the list and its search do the same by keyboard.
                  // biome-ignore lint/a11y/useKeyWithClickEvents: as above.
                  <span key={letter} onClick={() => setJump({ place, turn: (jump?.turn ?? 0) + 1 })}>
                    {letter}
                  </span>
                ))}
              </div>
            )}
          </div>
          {contact === undefined ? (
            <Empty title={t('browse.chooseContact')} />
          ) : (
            <ContactCard key={contact.id} contact={contact} />
          )}
        </div>
      </ListFrame>
    </>
  );
}
interface People {
  at(index: number): ContactView | undefined;
}

function lettersOf(list: People, total: number) {
  const letters: Array<{ letter: string; place: number }> = [];
  const seen = new Set<string>();
  for (let place = 0; place < total; place += 1) {
    const one = list.at(place);
    if (one === undefined) continue;
    const first = [...nameOf(one).normalize('NFD')][0]?.toUpperCase() ?? '';
    const letter = /\p{L}/u.test(first) ? first : '#';
    if (seen.has(letter)) continue;
    seen.add(letter);
    letters.push({ letter, place });
  }
  return letters;
}

function find(list: People, total: number, id: string): ContactView | undefined {
  for (let place = 0; place < total; place += 1) {
    const one = list.at(place);
    if (one?.id === id) return one;
  }
  return undefined;
}
