import { useEffect, useRef } from 'react';
import type { CleanupView, PhoneView } from '../../../shared/contract/procedures/index.ts';
import { isLive, useJob, useQuery } from '../../api/engine.tsx';
import { type Route, useNavigation } from '../../app/navigation.tsx';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { PageBody } from '../../components/Page.tsx';
import { Empty } from '../../components/Parts.tsx';
import { t } from '../../text/index.ts';
import { choiceOf } from './choice.ts';
import { Choose } from './choose/Choose.tsx';
import { Frame } from './Frame.tsx';
import { Protect } from './protect/Protect.tsx';
import { Protecting } from './protect/Protecting.tsx';
import { Certificate } from './result/Certificate.tsx';
import { NotSafe } from './result/NotSafe.tsx';
import { Finished } from './review/Finished.tsx';
import { Review } from './review/Review.tsx';

type CleanupRoute = Extract<Route, { screen: 'cleanup' }>;

/** Before a cleanup: choose, protect, clean safely, review. Without a step in the address: wherever this phone is. */
export function Cleanup({ route }: { readonly route: CleanupRoute }) {
  const { udid, go } = useNavigation();
  const phones = useQuery('phones.list', {}, ['phones', 'backups']);
  const known = phones.data?.phones;
  const phone = known?.find((one) => one.udid === udid) ?? known?.[0];
  if (phone === undefined) {
    return (
      <Frame phone={undefined} step="choose">
        <PageBody>
          {phones.error === null ? null : <ErrorNote error={phones.error} onRetry={phones.reload} />}
          {known === undefined ? null : (
            <Empty
              title={t('cleanup.noPhone')}
              action={
                <Button look="filled" onPress={() => go({ screen: 'first-run' })}>
                  {t('home.empty.setUp')}
                </Button>
              }
            >
              {t('cleanup.noPhoneText')}
            </Empty>
          )}
        </PageBody>
      </Frame>
    );
  }
  return <OfPhone key={phone.udid} route={route} phone={phone} />;
}

function OfPhone({ route, phone }: { readonly route: CleanupRoute; readonly phone: PhoneView }) {
  const { udid } = phone;
  const answer = useQuery('cleanup.get', { udid }, ['cleanup', 'backups', 'phones', 'vaults']);
  const view = answer.data?.cleanup ?? null;
  useReloadAtEnd(view, answer.reload);
  const choice = choiceOf(route);
  if (answer.data === undefined) {
    return (
      <Frame phone={phone} step="choose">
        <PageBody>
          {answer.error === null ? null : <ErrorNote error={answer.error} onRetry={answer.reload} udid={udid} />}
        </PageBody>
      </Frame>
    );
  }
  // What runs is shown, whatever was asked for.
  if (view !== null && (view.stage === 'protecting' || route.step === undefined)) {
    return <Stage view={view} phone={phone} reload={answer.reload} />;
  }
  return route.step === 'protect' && choice.options.length > 0 ? (
    <Protect phone={phone} choice={choice} onStarted={answer.reload} />
  ) : (
    <Choose phone={phone} choice={choice} active={view} />
  );
}

function Stage({
  view,
  phone,
  reload,
}: {
  readonly view: CleanupView;
  readonly phone: PhoneView;
  readonly reload: () => void;
}) {
  switch (view.stage) {
    case 'protecting':
      return <Protecting view={view} phone={phone} />;
    case 'refused':
      return <NotSafe view={view} phone={phone} />;
    case 'cleaning':
      return <Certificate view={view} phone={phone} onChanged={reload} />;
    case 'reviewing':
      return <Finished view={view} phone={phone} onReviewed={reload} />;
    case 'reviewed':
      return <Review view={view} phone={phone} onChanged={reload} />;
  }
}

/** The engine's word on the flow follows when its work is over. */
function useReloadAtEnd(view: CleanupView | null, reload: () => void): void {
  const job = useJob(view?.job ?? null);
  const ended = job !== null && !isLive(job) ? job.id : null;
  const told = useRef<string | null>(null);
  useEffect(() => {
    if (ended === null || told.current === ended) return;
    told.current = ended;
    reload();
  }, [ended, reload]);
}
