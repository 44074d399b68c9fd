import { type ReactNode, useEffect, useState } from 'react';
import type { BrowseKind } from '../../../../shared/contract/procedures/index.ts';
import { Button } from '../../../components/Button.tsx';
import { t } from '../../../text/index.ts';
import { kindCount } from '../../../text/kinds.ts';
import { filterOf, useFrame } from '../browse-context.ts';
import { GroupBar } from '../GroupBar.tsx';
import { kindTitle } from '../KindsColumn.tsx';
import { ListFrame } from '../ListFrame.tsx';
import { type Sort, SortChoice } from '../SortChoice.tsx';
import { type ItemOf, useItems } from '../use-items.ts';
import { VirtualRows } from './VirtualRows.tsx';

/** The first is the order that the engine has by itself. */
const SORTS: Partial<Record<BrowseKind, readonly Sort[]>> = {
  calls: ['newest', 'oldest', 'name'],
  voicemail: ['newest', 'oldest', 'name'],
  'voice-memos': ['newest', 'oldest', 'name'],
  safari: ['newest', 'oldest', 'name'],
  calendar: ['newest', 'oldest', 'name'],
  reminders: ['newest', 'oldest', 'name'],
  apps: ['name', 'largest'],
};

/** A plain list of one kind: what it can be narrowed to, its rows, and what stands below. */
export function SimpleList<K extends Exclude<BrowseKind, 'files'>>({
  kind,
  rowHeight,
  hint,
  onOpen,
  children,
  below,
}: {
  readonly kind: K;
  readonly rowHeight: number;
  readonly hint?: ReactNode;
  readonly onOpen?: (item: ItemOf<K>) => void;
  readonly children: (item: ItemOf<K>, before: ItemOf<K> | undefined) => ReactNode;
  /** Of the one that is chosen. */
  readonly below?: (item: ItemOf<K>) => ReactNode;
}) {
  const frame = useFrame();
  const { version, gone, turn, item, chooseItem } = frame;
  const sorts = SORTS[kind];
  const [sort, setSort] = useState<Sort | undefined>(sorts?.[0]);
  const filter = filterOf(frame, sort === undefined || sort === sorts?.[0] ? {} : { sort });
  const items = useItems<K>({ version, kind, filter, gone });
  const total = items.total ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a password that was given asks again.
  useEffect(() => {
    if (turn > 0) items.list.retry();
  }, [turn]);
  const chosen = below === undefined || item === null ? undefined : findHere(items.list, total, item);
  return (
    <>
      <GroupBar>
        {sorts === undefined || sort === undefined ? null : (
          <SortChoice choices={sorts} value={sort} onChange={setSort} />
        )}
        <Button isDisabled={total === 0} onPress={() => frame.save(filter, null, kindCount(kind, total))}>
          {t('browse.saveAll')}
        </Button>
      </GroupBar>
      <ListFrame
        total={items.total}
        isPresent={items.isPresent}
        unreadable={items.unreadable}
        error={items.error}
        onRetry={() => items.list.retry()}
      >
        {hint}
        <VirtualRows<K>
          list={items.list}
          total={total}
          turn={items.turn}
          label={kindTitle(kind)}
          rowHeight={rowHeight}
          selected={item}
          idOf={(one) => (one as { readonly id: string }).id}
          onChoose={(one) => chooseItem((one as { readonly id: string }).id)}
          {...(onOpen === undefined ? {} : { onOpen })}
        >
          {(one, before) => children(one, before)}
        </VirtualRows>
        {chosen === undefined ? null : below?.(chosen)}
      </ListFrame>
    </>
  );
}

/** Among what is here already: what was chosen was in sight. */
function findHere<K extends BrowseKind>(
  list: { at(index: number): ItemOf<K> | undefined },
  total: number,
  id: string,
): ItemOf<K> | undefined {
  for (let index = 0; index < total; index += 1) {
    const one = list.at(index);
    if (one !== undefined && (one as { readonly id?: string }).id === id) return list.at(index);
  }
  return undefined;
}
