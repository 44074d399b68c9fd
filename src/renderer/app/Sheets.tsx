import { type ReactNode, useCallback, useMemo, useState } from 'react';
import type { PhoneView } from '../../shared/contract/procedures/index.ts';
import { useAction, useQuery } from '../api/engine.tsx';
import { Button } from '../components/Button.tsx';
import { ErrorNote } from '../components/ErrorNote.tsx';
import { ChangePassword, TurnOffEncryption, TurnOnEncryption } from '../components/passwords/EncryptionSheets.tsx';
import { PasswordOrUnlock } from '../components/passwords/EnterPassword.tsx';
import { ForgottenPassword } from '../components/passwords/ForgottenPassword.tsx';
import { Sheet } from '../components/Sheet.tsx';
import { type Sheets, SheetsContext } from '../components/sheets/sheets-context.ts';
import { ConnectSheet } from '../screens/home/ConnectSheet.tsx';
import { t } from '../text/index.ts';
import { useNavigation } from './navigation.tsx';

type Open =
  | { readonly sheet: 'connect'; readonly udid: string | null }
  | { readonly sheet: 'encrypt'; readonly udid: string; readonly thenBackUp: boolean }
  | { readonly sheet: 'decrypt' | 'change'; readonly udid: string }
  | { readonly sheet: 'password'; readonly udid: string; readonly onGiven: (() => void) | undefined }
  | { readonly sheet: 'forgotten' }
  | { readonly sheet: 'refused'; readonly udid: string };

/** Holds the sheets that any screen may open: one at a time. */
export function SheetsProvider({ children }: { readonly children: ReactNode }) {
  const { go } = useNavigation();
  const [open, setOpen] = useState<Open | null>(null);
  const phones = useQuery('phones.list', {}, ['phones', 'backups']).data?.phones ?? [];
  const { run: start, error: startError } = useAction('backups.start');
  const { run: startDemo, error: demoError } = useAction('phones.startDemo');
  const error = startError ?? demoError;
  // No cable leads to the demo phone: it ended with the program, and is started again.
  const restingDemo = phones.find((one) => one.isDemo && !one.isConnected)?.udid ?? null;
  const close = (): void => setOpen(null);

  const begin = useCallback(
    async (udid: string, unencrypted: boolean): Promise<void> => {
      const answer = await start({ udid, vault: null, full: false, unencrypted, verify: null });
      setOpen(answer === null ? { sheet: 'refused', udid } : null);
      if (answer !== null) go({ screen: 'job', job: answer.job });
    },
    [start, go],
  );
  const sheets = useMemo<Sheets>(
    () => ({
      backUp: (phone: PhoneView) => {
        if (phone.encrypted === false) setOpen({ sheet: 'encrypt', udid: phone.udid, thenBackUp: true });
        else void begin(phone.udid, false);
      },
      connect: (udid) => {
        if (udid === null || udid !== restingDemo) setOpen({ sheet: 'connect', udid });
        else {
          void startDemo({}).then((answer) => {
            if (answer === null) setOpen({ sheet: 'refused', udid });
          });
        }
      },
      turnOnEncryption: (udid) => setOpen({ sheet: 'encrypt', udid, thenBackUp: false }),
      turnOffEncryption: (udid) => setOpen({ sheet: 'decrypt', udid }),
      changePassword: (udid) => setOpen({ sheet: 'change', udid }),
      enterPassword: (udid, onGiven) => setOpen({ sheet: 'password', udid, onGiven }),
      forgottenPassword: () => setOpen({ sheet: 'forgotten' }),
    }),
    [begin, restingDemo, startDemo],
  );

  const phone = open !== null && 'udid' in open ? phones.find((one) => one.udid === open.udid) : undefined;
  return (
    <SheetsContext value={sheets}>
      {children}
      {open?.sheet === 'connect' ? <ConnectSheet udid={open.udid} phones={phones} onClose={close} /> : null}
      {open?.sheet === 'encrypt' && phone !== undefined ? (
        <TurnOnEncryption
          phone={phone}
          onClose={close}
          onDone={() => (open.thenBackUp ? void begin(phone.udid, false) : close())}
          onWithout={open.thenBackUp ? () => void begin(phone.udid, true) : undefined}
        />
      ) : null}
      {open?.sheet === 'decrypt' && phone !== undefined ? <TurnOffEncryption phone={phone} onClose={close} /> : null}
      {open?.sheet === 'change' && phone !== undefined ? (
        <ChangePassword phone={phone} onClose={close} onDone={() => void begin(phone.udid, false)} />
      ) : null}
      {open?.sheet === 'password' ? (
        <PasswordOrUnlock
          isOpen
          udid={open.udid}
          onClose={close}
          onGiven={() => {
            setOpen(null);
            open.onGiven?.();
          }}
        />
      ) : null}
      {open?.sheet === 'forgotten' ? <ForgottenPassword onClose={close} /> : null}
      {open?.sheet === 'refused' && error !== null ? (
        <Sheet
          isOpen
          isAlert
          onClose={close}
          title={t('run.notStarted')}
          footer={
            <Button onPress={close} autoFocus>
              {t('common.close')}
            </Button>
          }
        >
          <ErrorNote
            error={error}
            udid={open.udid}
            onRetry={() => {
              if (phone === undefined) return;
              if (phone.isConnected) sheets.backUp(phone);
              else sheets.connect(phone.udid);
            }}
          />
        </Sheet>
      ) : null}
    </SheetsContext>
  );
}
