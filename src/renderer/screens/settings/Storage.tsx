import { useAction, useQuery } from '../../api/engine.tsx';
import { useNavigation } from '../../app/navigation.tsx';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { useToast } from '../../components/Toasts.tsx';
import { bytesText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import { Group, Line } from './Group.tsx';

export function Storage() {
  const { go } = useNavigation();
  const info = useQuery('system.info', {});
  const clear = useAction('cache.clear');
  const toast = useToast();
  return (
    <>
      <Group>
        <Line
          title={t('settings.cache')}
          text={t('settings.cacheText', { size: bytesText(info.data?.cacheBytes ?? 0) })}
        >
          <Button
            isPending={clear.isRunning}
            onPress={() => {
              void clear.run({}).then((answer) => {
                if (answer === null) return;
                toast({ text: t('settings.cleared', { size: bytesText(answer.freedBytes) }) });
                info.reload();
              });
            }}
          >
            {t('settings.clear')}
          </Button>
        </Line>
        <Line title={t('settings.whereKept')} text={t('settings.whereKeptText')}>
          <Button onPress={() => go({ screen: 'destinations' })}>{t('settings.destinations')}</Button>
        </Line>
      </Group>
      {clear.error === null ? null : <ErrorNote error={clear.error} />}
    </>
  );
}
