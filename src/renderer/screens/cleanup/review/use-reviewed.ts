import { useCallback, useEffect, useState } from 'react';
import type { OutputOf } from '../../../../shared/contract/procedures/index.ts';
import type { BackstopError } from '../../../../shared/errors/index.ts';
import { asBackstopError, useEngine } from '../../../api/engine.tsx';

export type Part = 'expected' | 'unexpected';
type Answer = OutputOf<'cleanup.reviewed'>;
export type GoneItem = Answer['items'][number];

export interface Reviewed {
  /** Totals of both parts, and kinds of this one. Null: not asked yet. */
  readonly answer: Answer | null;
  /** As far as they were asked for, the largest first. */
  readonly items: readonly GoneItem[];
  readonly hasMore: boolean;
  readonly isAsking: boolean;
  readonly error: BackstopError | null;
  readonly more: () => void;
  readonly again: () => void;
  /** All of it, for what has to be named one by one. */
  readonly all: () => Promise<readonly GoneItem[]>;
}

const PAGE = 200;
const LARGEST_PAGE = 500;

/** One part of the review, a page at a time. */
export function useReviewed(udid: string, part: Part): Reviewed {
  const client = useEngine();
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [items, setItems] = useState<readonly GoneItem[]>([]);
  const [error, setError] = useState<BackstopError | null>(null);
  const [isAsking, setAsking] = useState(false);
  const ask = useCallback(
    async (after: number): Promise<void> => {
      setAsking(true);
      try {
        const next = await client.call('cleanup.reviewed', { udid, part, after, limit: PAGE });
        setAnswer(next);
        setItems((old) => (after === 0 ? next.items : [...old, ...next.items]));
        setError(null);
      } catch (failure) {
        setError(asBackstopError(failure));
      } finally {
        setAsking(false);
      }
    },
    [client, udid, part],
  );
  useEffect(() => {
    void ask(0);
  }, [ask]);
  const all = async (): Promise<readonly GoneItem[]> => {
    const found = [...items];
    while (answer !== null && found.length < answer.total) {
      const next = await client.call('cleanup.reviewed', { udid, part, after: found.length, limit: LARGEST_PAGE });
      if (next.items.length === 0) break;
      found.push(...next.items);
    }
    return found;
  };
  return {
    answer,
    items,
    hasMore: answer !== null && items.length < answer.total,
    isAsking,
    error,
    more: () => void ask(items.length),
    again: () => void ask(0),
    all,
  };
}
