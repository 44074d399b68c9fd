import { useEffect, useState } from 'react';
import type { JobView } from '../../../shared/contract/procedures/index.ts';
import { isLive, useEngine, useJob, useQuery } from '../../api/engine.tsx';
import { useNavigation } from '../../app/navigation.tsx';
import { Button } from '../../components/Button.tsx';
import { Page, PageBody } from '../../components/Page.tsx';
import { Empty } from '../../components/Parts.tsx';
import { whenInSentence } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import { BackupRun } from './BackupRun.tsx';
import { CancelButton } from './CancelButton.tsx';
import { OtherWork } from './OtherWork.tsx';

/** Long work of every kind, while it runs and how it ended. */
export function JobScreen({ id }: { readonly id: string }) {
  const { go, replace } = useNavigation();
  const live = useJob(id);
  const fetched = useFetched(id, live === null);
  const job = live ?? fetched.job;
  const phones = useQuery('phones.list', {}, ['phones', 'backups']).data?.phones;
  const flow = job?.kind === 'cleanup' || job?.kind === 'cleanup-review' ? job.udid : null;
  // The work of a cleanup has its own screen, with what it is for.
  useEffect(() => {
    if (flow !== null) replace({ screen: 'cleanup', udid: flow });
  }, [flow, replace]);
  if (flow !== null) return <Page title={t('nav.cleanup')}>{null}</Page>;
  if (job === null) {
    return (
      <Page title={t('activity.title')} isPlain>
        {fetched.isKnown ? (
          <Empty
            title={t('job.none')}
            action={<Button onPress={() => go({ screen: 'activity' })}>{t('job.toActivity')}</Button>}
          >
            {t('job.noneText')}
          </Empty>
        ) : null}
      </Page>
    );
  }
  const phone = phones?.find((one) => one.udid === job.udid);
  const name = phone?.name ?? '';
  const title =
    job.kind === 'backup'
      ? t(isLive(job) ? 'run.title' : 'run.ended', { name })
      : name === ''
        ? t(`work.${job.kind}`)
        : t('work.of', { what: t(`work.${job.kind}`), name });
  return (
    <Page
      title={title}
      isPlain
      subtitle={t('job.started', { when: whenInSentence(job.startedAt) })}
      tools={
        isLive(job) ? (
          <>
            <Button onPress={() => go({ screen: 'home' })}>{t('job.background')}</Button>
            <CancelButton job={job} earlier={phone?.backups ?? 0} />
          </>
        ) : null
      }
    >
      <PageBody>
        {job.kind === 'backup' ? <BackupRun job={job} phone={phone} /> : <OtherWork job={job} phone={phone} />}
      </PageBody>
    </Page>
  );
}

/** A job that the page was not told of, as after reloading: asked for once. */
function useFetched(id: string, isWanted: boolean): { readonly job: JobView | null; readonly isKnown: boolean } {
  const client = useEngine();
  const [state, setState] = useState<{ readonly id: string; readonly job: JobView | null } | null>(null);
  useEffect(() => {
    if (!isWanted) return;
    let isCurrent = true;
    client.call('jobs.get', { job: id }).then(
      ({ job }) => isCurrent && setState({ id, job }),
      () => isCurrent && setState({ id, job: null }),
    );
    return () => {
      isCurrent = false;
    };
  }, [client, id, isWanted]);
  return { job: state?.id === id ? state.job : null, isKnown: state?.id === id };
}
