import { useAction } from '../../api/engine.tsx';
import { t } from '../../text/index.ts';
import { Button } from '../Button.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { Sheet } from '../Sheet.tsx';

/** E13: true words about a password that is lost. */
export function ForgottenPassword({ onClose }: { readonly onClose: () => void }) {
  const help = useAction('system.openHelp');
  return (
    <Sheet
      isOpen
      onClose={onClose}
      title={t('forgotten.title')}
      width="narrow"
      footer={
        <>
          {window.backstop === undefined ? null : (
            <Button onPress={() => void help.run({ page: 'forgotten-password' })}>{t('forgotten.help')}</Button>
          )}
          <Button look="filled" onPress={onClose} autoFocus>
            {t('common.close')}
          </Button>
        </>
      }
    >
      <p>{t('forgotten.text')}</p>
      <p style={{ marginTop: 'var(--s-3)' }}>{t('forgotten.steps')}</p>
      {help.error === null ? null : <ErrorNote error={help.error} />}
    </Sheet>
  );
}
