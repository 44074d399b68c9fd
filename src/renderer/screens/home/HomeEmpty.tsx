import { Smartphone } from 'lucide-react';
import type { Settings } from '../../../shared/contract/procedures/index.ts';
import { isDesktop } from '../../api/connect.ts';
import { useAction, useQuery } from '../../api/engine.tsx';
import { useNavigation } from '../../app/navigation.tsx';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Banner, Empty } from '../../components/Parts.tsx';
import { t } from '../../text/index.ts';
import styles from './Home.module.css';

/** No phone and no backups yet: how to begin, with or without a phone at hand. */
export function HomeEmpty({ step }: { readonly step: Settings['firstRunStep'] }) {
  const { go, choosePhone } = useNavigation();
  const demo = useAction('phones.startDemo');
  const start = async (): Promise<void> => {
    const answer = await demo.run({});
    if (answer === null) return;
    choosePhone(answer.udid);
    go({ screen: 'first-run' });
  };
  return (
    <>
      <Empty
        title={t('home.empty.title')}
        icon={<Smartphone size={44} strokeWidth={1.1} aria-hidden />}
        action={
          <>
            <Button look="filled" size="large" onPress={() => go({ screen: 'first-run' })}>
              {step === 'done' || step === 'connect' ? t('home.empty.setUp') : t('home.empty.finish')}
            </Button>
            <Button size="large" isPending={demo.isRunning} onPress={() => void start()}>
              {t('home.empty.demo')}
            </Button>
          </>
        }
      >
        {t('home.empty.text')}
      </Empty>
      {demo.error === null ? null : <ErrorNote error={demo.error} onRetry={() => void start()} />}
    </>
  );
}

/** Without the system's service no phone can be seen; backups can still be looked into. */
export function MuxerMissing({ hasPhones }: { readonly hasPhones: boolean }) {
  const platform = useQuery('system.info', {}).data?.platform;
  const help = useAction('system.openHelp');
  if (platform === undefined) return null;
  return (
    <div className={hasPhones ? styles['muxer'] : undefined}>
      <Banner
        kind="warn"
        action={
          platform === 'win32' && isDesktop() ? (
            <Button onPress={() => void help.run({ page: 'apple-devices' })}>{t('home.muxer.get')}</Button>
          ) : undefined
        }
      >
        {t(`home.muxer.${platform}`)}
      </Banner>
    </div>
  );
}
