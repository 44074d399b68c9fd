import { Copy } from 'lucide-react';
import { type BackstopError, describeForWindow, type ErrorAction } from '../../shared/errors/index.ts';
import { isDesktop } from '../api/connect.ts';
import { useAction } from '../api/engine.tsx';
import { useNavigation } from '../app/navigation.tsx';
import { t } from '../text/index.ts';
import { Button, IconButton } from './Button.tsx';
import styles from './ErrorNote.module.css';
import { Banner } from './Parts.tsx';
import { type Sheets, useSheets } from './sheets/sheets-context.ts';
import { useToast } from './Toasts.tsx';

/** A failure in words: what happened, whether older backups are safe, what to do next, and the button that does it. */
export function ErrorNote({
  error,
  onRetry,
  action,
  udid,
}: {
  readonly error: BackstopError;
  readonly onRetry?: (() => void) | undefined;
  /** Instead of the usual buttons. */
  readonly action?: React.ReactNode;
  /** The phone it is about; else the one that is chosen. */
  readonly udid?: string | null;
}) {
  const words = describeForWindow(error);
  const toast = useToast();
  const copy = (): void => {
    const text = `${words.title}. ${words.explanation}\n${words.next}\n${error.code}, ${new Date().toISOString()}`;
    void navigator.clipboard.writeText(text).then(() => toast({ text: t('error.copied') }));
  };
  return (
    <Banner
      kind="bad"
      action={action ?? <Actions action={words.action} udid={udid} onRetry={words.canRetry ? onRetry : undefined} />}
    >
      <p className={styles['title']}>{words.title}</p>
      <p className="selectable">
        {words.explanation}
        {words.olderSnapshotsSafe ? ` ${t('error.olderSafe')}` : null}
      </p>
      <p className={styles['more']}>{words.next}</p>
      <p className={styles['code']}>
        {error.code}
        <IconButton look="quiet" label={t('error.copy')} onPress={copy}>
          <Copy size={13} strokeWidth={1.6} aria-hidden />
        </IconButton>
      </p>
    </Banner>
  );
}

function Actions({
  action,
  udid,
  onRetry,
}: {
  readonly action: ErrorAction | null;
  readonly udid: string | null | undefined;
  readonly onRetry: (() => void) | undefined;
}) {
  const { go, udid: chosen } = useNavigation();
  const help = useAction('system.openHelp');
  const sheets = useSheets();
  const phone = udid ?? chosen;
  const press = action === null ? null : pressOf(action, { sheets, phone, go, onRetry, help: help.run });
  if (press === null && onRetry === undefined) return null;
  return (
    <span className={styles['actions']}>
      {press === null || action === null ? null : <Button onPress={press}>{t(`errorAction.${action}`)}</Button>}
      {onRetry === undefined ? null : <Button onPress={onRetry}>{t('common.tryAgain')}</Button>}
    </span>
  );
}

/** Null: there is nothing that a button could do here. */
function pressOf(
  action: ErrorAction,
  parts: {
    readonly sheets: Sheets | null;
    readonly phone: string | null;
    readonly go: ReturnType<typeof useNavigation>['go'];
    readonly onRetry: (() => void) | undefined;
    readonly help: ReturnType<typeof useAction<'system.openHelp'>>['run'];
  },
): (() => void) | null {
  const { sheets, phone, go, onRetry, help } = parts;
  switch (action) {
    case 'enter-password':
    case 'unlock':
      return sheets === null || phone === null ? null : () => sheets.enterPassword(phone, onRetry);
    case 'turn-on-encryption':
      return sheets === null || phone === null ? null : () => sheets.turnOnEncryption(phone);
    case 'forgotten-password':
      return sheets === null ? null : () => sheets.forgottenPassword();
    case 'connect':
      return sheets === null ? null : () => sheets.connect(phone);
    case 'choose-place':
      return () => go({ screen: 'destinations' });
    case 'verify':
      return phone === null ? null : () => go({ screen: 'verify', udid: phone });
    case 'apple-devices':
      return isDesktop() && navigator.userAgent.includes('Windows') ? () => void help({ page: 'apple-devices' }) : null;
    case 'reload':
      return () => window.location.reload();
  }
}
