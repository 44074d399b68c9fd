import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ActivityEntry, InputOf, JobView, PhoneView } from '../../../shared/contract/procedures/index.ts';
import { isLive, useAction, useEngine, useJobs, useQuery } from '../../api/engine.tsx';
import { useNavigation } from '../../app/navigation.tsx';
import { Button, IconButton } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Segmented, Select } from '../../components/Fields.tsx';
import { Mark } from '../../components/Mark.tsx';
import { Page, PageBody } from '../../components/Page.tsx';
import { Card, Empty, Progress, Section } from '../../components/Parts.tsx';
import { fullDayText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import styles from './Activity.module.css';
import { Entry } from './Entry.tsx';

type What = InputOf<'activity.list'>['what'];
const FILTERS = ['all', 'backups', 'verification', 'problems', 'changes'] as const satisfies readonly What[];
const PAGE = 100;

/** What goes on now, and what happened, day by day. */
export function Activity() {
  const [what, setWhat] = useState<What>('all');
  const [udid, setUdid] = useState('');
  const phones = useQuery('phones.list', {}, ['phones', 'backups']).data?.phones ?? [];
  const vaults = useQuery('vaults.list', {}, ['vaults']).data?.vaults ?? [];
  const jobs = useJobs().filter(isLive);
  const log = useLog(what, udid === '' ? null : udid);
  const entries = log.entries ?? [];
  return (
    <Page
      title={t('activity.title')}
      tools={
        phones.length < 2 ? null : (
          <Select
            label={t('activity.phone')}
            isHidden
            value={udid}
            choices={[
              { id: '', label: t('activity.allPhones') },
              ...phones.map((one) => ({ id: one.udid, label: one.name })),
            ]}
            onChange={setUdid}
          />
        )
      }
    >
      <PageBody>
        <div className={styles['column']}>
          {jobs.length === 0 ? null : (
            <Section title={t('activity.now')}>
              <Card>
                <ul>
                  {jobs.map((job) => (
                    <Now key={job.id} job={job} phones={phones} />
                  ))}
                </ul>
              </Card>
            </Section>
          )}
          <Section
            title={t('activity.log')}
            aside={
              <Segmented
                label={t('activity.filter')}
                value={what}
                choices={FILTERS.map((id) => ({ id, label: t(`activity.${id}`) }))}
                onChange={setWhat}
              />
            }
          >
            {log.error === null ? null : <ErrorNote error={log.error} onRetry={log.reload} />}
            {log.entries !== undefined && entries.length === 0 ? (
              what === 'all' ? (
                <Empty title={t('activity.empty')}>{t('activity.emptyText')}</Empty>
              ) : (
                <Empty title={t('activity.noneOfKind')} />
              )
            ) : null}
            {byDay(entries).map(({ day, list }) => (
              <section key={day} className={styles['day']} aria-label={day}>
                <h3>{day}</h3>
                <ul>
                  {list.map((entry) => (
                    <Entry
                      key={entry.id}
                      entry={entry}
                      phone={phones.find((one) => one.udid === entry.udid)?.name ?? null}
                      disk={vaults.find((one) => one.id === entry.vault)?.name ?? null}
                    />
                  ))}
                </ul>
              </section>
            ))}
            {log.more === null ? null : (
              <div className={styles['more']}>
                <Button onPress={log.more}>{t('activity.more')}</Button>
              </div>
            )}
          </Section>
        </div>
      </PageBody>
    </Page>
  );
}

function Now({ job, phones }: { readonly job: JobView; readonly phones: readonly PhoneView[] }) {
  const { go } = useNavigation();
  const dismiss = useAction('jobs.dismiss');
  const name = phones.find((one) => one.udid === job.udid)?.name ?? null;
  const label = name === null ? t(`work.${job.kind}`) : t('work.of', { what: t(`work.${job.kind}`), name });
  const words =
    job.state === 'waiting'
      ? t('job.waiting')
      : job.passcodeSince === null
        ? job.state === 'cancelling'
          ? t('job.cancelling')
          : null
        : t('run.phase.passcode');
  return (
    <li className={styles['now']}>
      <Mark kind={job.passcodeSince === null ? (job.state === 'waiting' ? 'todo' : 'run') : 'warn'} label={null} />
      <span className={styles['nowWords']}>
        <strong>{label}</strong>
        {words === null ? <Progress label={label} value={job.percent} /> : <em>{words}</em>}
      </span>
      <Button onPress={() => go({ screen: 'job', job: job.id })}>{t('activity.show')}</Button>
      {isLive(job) ? null : (
        <IconButton look="quiet" label={t('activity.dismiss')} onPress={() => void dismiss.run({ job: job.id })}>
          <X size={14} aria-hidden />
        </IconButton>
      )}
    </li>
  );
}

/** The newest page follows what happens; older ones are asked for by hand and stay. */
function useLog(what: What, udid: string | null) {
  const client = useEngine();
  const newest = useQuery('activity.list', { before: null, limit: PAGE, udid, what }, ['activity']);
  const [older, setOlder] = useState<{
    readonly key: string;
    readonly entries: readonly ActivityEntry[];
    readonly more: boolean;
  }>({
    key: '',
    entries: [],
    more: true,
  });
  const key = `${what} ${udid ?? ''}`;
  const own = older.key === key ? older : null;
  useEffect(() => {
    setOlder((old) => (old.key === key ? old : { key, entries: [], more: true }));
  }, [key]);
  const first = newest.data?.entries;
  const known = new Set(first?.map((one) => one.id));
  const entries =
    first === undefined ? undefined : [...first, ...(own?.entries ?? []).filter((one) => !known.has(one.id))];
  const last = entries?.at(-1);
  const hasMore = own !== null && own.entries.length > 0 ? own.more : (newest.data?.more ?? false);
  const more = (): void => {
    if (last === undefined) return;
    void client.call('activity.list', { before: last.id, limit: PAGE, udid, what }).then(
      (page) =>
        setOlder((old) => ({
          key,
          entries: [...(old.key === key ? old.entries : []), ...page.entries],
          more: page.more,
        })),
      // The button stays: it can be pressed again.
      () => undefined,
    );
  };
  return { entries, error: newest.error, reload: newest.reload, more: hasMore && last !== undefined ? more : null };
}

function byDay(
  entries: readonly ActivityEntry[],
): ReadonlyArray<{ readonly day: string; readonly list: readonly ActivityEntry[] }> {
  const days = new Map<string, ActivityEntry[]>();
  for (const entry of entries) {
    const day = fullDayText(entry.at);
    const list = days.get(day);
    if (list === undefined) days.set(day, [entry]);
    else list.push(entry);
  }
  return [...days].map(([day, list]) => ({ day, list }));
}
