import { useAction, useQuery } from '../../api/engine.tsx';
import { t } from '../../text/index.ts';
import { Button } from '../Button.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { useSheets } from '../sheets/sheets-context.ts';

/** Nothing happens on the demo phone by itself: a day with it, and then the backup that differs. */
export function DemoDay({ udid }: { readonly udid: string }) {
  const sheets = useSheets();
  const phone = useQuery('phones.list', {}, ['phones']).data?.phones.find((one) => one.udid === udid);
  const start = useAction('phones.startDemo');
  const change = useAction('phones.changeDemo');
  if (sheets === null || phone === undefined || !phone.isDemo) return null;
  const press = async (): Promise<void> => {
    if (!phone.isConnected && (await start.run({})) === null) return;
    if ((await change.run({})) !== null) sheets.backUp(phone);
  };
  const error = start.error ?? change.error;
  return (
    <>
      <Button look="filled" isPending={start.isRunning || change.isRunning} onPress={() => void press()}>
        {t('backup.demoDay')}
      </Button>
      {error === null ? null : <ErrorNote error={error} onRetry={() => void press()} />}
    </>
  );
}

/** Whether the button has anything to do. */
export function useIsDemo(udid: string): boolean {
  const phones = useQuery('phones.list', {}, ['phones']).data?.phones ?? [];
  return phones.some((one) => one.udid === udid && one.isDemo);
}
