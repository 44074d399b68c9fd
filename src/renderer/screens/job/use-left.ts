import { useEffect, useState } from 'react';
import type { JobView } from '../../../shared/contract/procedures/index.ts';
import { leftWords, noMemory, remember } from './left-rule.ts';

/** "About 4 minutes", as the rule has it; null: nothing may be said yet. */
export function useLeft(job: JobView | null): string | null {
  const [memory, setMemory] = useState(() => noMemory(''));
  const progress = job?.progress ?? null;
  const key = job === null ? '' : `${job.id} ${progress?.phase ?? ''}`;
  useEffect(() => {
    setMemory((old) => remember(old, { key, at: Date.now(), secondsLeft: progress?.secondsLeft ?? null }));
  }, [key, progress]);
  return memory.key === key ? leftWords(memory, Date.now()) : null;
}
