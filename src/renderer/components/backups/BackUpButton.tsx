import { useQuery } from '../../api/engine.tsx';
import { t } from '../../text/index.ts';
import { Button, type ButtonProps } from '../Button.tsx';
import { useSheets } from '../sheets/sheets-context.ts';

/** Starts a backup and shows it; where the phone is not here, the way to it. */
export function BackUpButton({
  udid,
  look,
  size,
  words,
}: {
  readonly udid: string;
  /** Instead of "Back Up Now". */
  readonly words?: string;
} & Pick<ButtonProps, 'look' | 'size'>) {
  const sheets = useSheets();
  const phone = useQuery('phones.list', {}, ['phones']).data?.phones.find((one) => one.udid === udid);
  if (sheets === null || phone === undefined) return null;
  const looks = { ...(look === undefined ? {} : { look }), ...(size === undefined ? {} : { size }) };
  return phone.isConnected ? (
    <Button {...looks} onPress={() => sheets.backUp(phone)}>
      {words ?? t('backup.backUpNow')}
    </Button>
  ) : (
    <Button {...looks} onPress={() => sheets.connect(udid)}>
      {t(phone.isDemo ? 'backup.startDemo' : 'backup.connect')}
    </Button>
  );
}
