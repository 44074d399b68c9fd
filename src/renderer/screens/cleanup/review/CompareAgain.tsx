import { useEffect, useRef, useState } from 'react';
import type { PhoneView } from '../../../../shared/contract/procedures/index.ts';
import { useAction, useJob } from '../../../api/engine.tsx';
import { PageBody } from '../../../components/Page.tsx';
import { ComparisonRunning } from '../../changes/ComparisonRunning.tsx';
import { Frame } from '../Frame.tsx';

/** What was compared is kept in memory only: after a restart, or behind a lock, it is compared once more. */
export function CompareAgain({ phone, onDone }: { readonly phone: PhoneView; readonly onDone: () => void }) {
  const { udid } = phone;
  const review = useAction('cleanup.review');
  const [id, setId] = useState<string | null>(null);
  const job = useJob(id);
  const isAsked = useRef(false);
  const done = useRef(onDone);
  done.current = onDone;
  const compare = (): void => {
    setId(null);
    void review.run({ udid }).then((answer) => setId(answer?.job ?? null));
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it is found to be missing.
  useEffect(() => {
    if (isAsked.current) return;
    isAsked.current = true;
    compare();
  }, []);
  const state = job?.state;
  useEffect(() => {
    if (state === 'done') done.current();
  }, [state]);
  return (
    <Frame phone={phone} step="review">
      <PageBody>
        <ComparisonRunning udid={udid} job={job} error={review.error} onAgain={compare} />
      </PageBody>
    </Frame>
  );
}
