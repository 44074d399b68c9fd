import { BrushCleaning, Plus, X } from 'lucide-react';
import { useState } from 'react';
import type { JobView, PhoneView, Settings } from '../../../shared/contract/procedures/index.ts';
import { isBackingUp } from '../../../shared/contract/procedures/index.ts';
import { isLive, useAction, useJobs, useQuery } from '../../api/engine.tsx';
import { useNavigation } from '../../app/navigation.tsx';
import { Button, IconButton } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { SearchField } from '../../components/Fields.tsx';
import { Page, PageBody } from '../../components/Page.tsx';
import { Card } from '../../components/Parts.tsx';
import { useSheets } from '../../components/sheets/sheets-context.ts';
import { t } from '../../text/index.ts';
import styles from './Home.module.css';
import { HomeEmpty, MuxerMissing } from './HomeEmpty.tsx';
import { headline } from './headline.ts';
import { KeptStrip } from './KeptStrip.tsx';
import { PhoneCard, PhoneRow } from './PhoneCard.tsx';

/** From so many phones on they are lines, not cards. */
const COMPACT_FROM = 5;

/** Is everything all right? */
export function Home() {
  const { go } = useNavigation();
  const [search, setSearch] = useState('');
  const list = useQuery('phones.list', {}, ['phones', 'backups', 'vaults', 'settings']);
  const vaults = useQuery('vaults.list', {}, ['vaults', 'backups']);
  const settings = useQuery('settings.get', {}, ['settings']).data;
  const jobs = useJobs();
  const phones = list.data?.phones ?? [];
  // Who tries the demo needs no service for real phones.
  const isDemoOnly = phones.length > 0 && phones.every((one) => one.isDemo);
  const isReady = list.data !== undefined && vaults.data !== undefined;
  return (
    <Page
      title={t('nav.home')}
      isPlain
      tools={
        <>
          <SearchField
            label={t('home.search')}
            value={search}
            onChange={setSearch}
            onSubmit={(text) => {
              if (text.trim() !== '') go({ screen: 'search', text: text.trim() });
            }}
          />
          <Button icon={<Plus size={16} strokeWidth={1.6} aria-hidden />} onPress={() => go({ screen: 'first-run' })}>
            {t('home.add')}
          </Button>
        </>
      }
    >
      <PageBody>
        {list.data?.muxer === 'missing' && !isDemoOnly ? <MuxerMissing hasPhones={phones.length > 0} /> : null}
        {list.error === null ? null : <ErrorNote error={list.error} onRetry={list.reload} />}
        {isReady && phones.length === 0 ? <HomeEmpty step={settings?.firstRunStep ?? 'done'} /> : null}
        {isReady && phones.length > 0 ? (
          <>
            <div className={styles['top']}>
              <div>
                <h2 className={styles['headline']}>
                  {headline(phones, vaults.data?.vaults ?? [], settings?.limitDays ?? 3)}
                </h2>
                {settings === undefined ? (
                  <p className={styles['sub']} />
                ) : (
                  <Hint phones={phones} settings={settings} />
                )}
              </div>
              <Button
                icon={<BrushCleaning size={16} strokeWidth={1.6} aria-hidden />}
                onPress={() => go({ screen: 'cleanup' })}
              >
                {t('home.cleanup')}
              </Button>
            </div>
            <div className={styles['phones']}>
              {phones.length >= COMPACT_FROM ? (
                <Card>
                  <ul>
                    {phones.map((phone) => (
                      <PhoneRow key={phone.udid} phone={phone} job={backupOf(jobs, phone)} />
                    ))}
                  </ul>
                </Card>
              ) : (
                phones.map((phone) => (
                  <PhoneCard
                    key={phone.udid}
                    phone={phone}
                    job={backupOf(jobs, phone)}
                    vaults={vaults.data?.vaults ?? []}
                    limitDays={settings?.limitDays ?? 3}
                    isAlone={phones.length === 1}
                    isChecking={list.isLoading}
                  />
                ))
              )}
            </div>
            <KeptStrip vaults={vaults.data?.vaults ?? []} />
          </>
        ) : null}
        {!isReady && list.error === null ? <Loading /> : null}
      </PageBody>
    </Page>
  );
}

function backupOf(jobs: readonly JobView[], phone: PhoneView): JobView | null {
  return jobs.find((one) => isBackingUp(one) && one.udid === phone.udid && isLive(one)) ?? null;
}

/** What green means, until it is closed; then the most useful thing to do, if there is one. */
function Hint({ phones, settings }: { readonly phones: readonly PhoneView[]; readonly settings: Settings }) {
  const set = useAction('settings.set');
  const sheets = useSheets();
  const { dismissedHints } = settings;
  const dismiss = (hint: string): void => void set.run({ dismissedHints: [...dismissedHints, hint].slice(-100) });
  const unknown = phones.find(
    (one) =>
      one.encrypted === true &&
      one.backups > 0 &&
      one.password.kept === 'none' &&
      !dismissedHints.includes(`password-${one.udid}`.slice(0, 60)),
  );
  const hint = !dismissedHints.includes('green')
    ? { id: 'green', text: t('home.green'), action: null }
    : unknown === undefined
      ? null
      : {
          id: `password-${unknown.udid}`.slice(0, 60),
          text: t('home.tip.password', { name: unknown.name }),
          action: () => sheets?.enterPassword(unknown.udid),
        };
  if (hint === null) return null;
  return (
    <p className={styles['sub']}>
      {hint.text}
      {hint.action === null ? null : (
        <Button look="link" onPress={hint.action}>
          {t('home.tip.passwordAction')}
        </Button>
      )}
      <IconButton look="quiet" label={t('home.dismiss')} onPress={() => dismiss(hint.id)}>
        <X size={14} strokeWidth={1.6} aria-hidden />
      </IconButton>
    </p>
  );
}

/** The shape of what comes, so that nothing jumps. */
function Loading() {
  return (
    <div className={styles['loading']} role="status" aria-label={t('common.loading')}>
      <i />
      <i />
      <i />
    </div>
  );
}
