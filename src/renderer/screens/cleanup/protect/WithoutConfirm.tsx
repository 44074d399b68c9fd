import type { OutputOf, PhoneView } from '../../../../shared/contract/procedures/index.ts';
import type { CleanupChoice } from '../../../../shared/rules/guidance/index.ts';
import { useAction } from '../../../api/engine.tsx';
import { useNavigation } from '../../../app/navigation.tsx';
import { ErrorNote } from '../../../components/ErrorNote.tsx';
import { Confirm } from '../../../components/Sheet.tsx';
import { useToast } from '../../../components/Toasts.tsx';
import { whenInSentence } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';

/** Going on without a fresh backup: allowed, with what it means said once. It is written down, and earns no certificate. */
export function WithoutConfirm({
  phone,
  choice,
  plan,
  onClose,
}: {
  readonly phone: PhoneView;
  readonly choice: CleanupChoice;
  readonly plan: OutputOf<'cleanup.plan'>;
  readonly onClose: () => void;
}) {
  const { go } = useNavigation();
  const without = useAction('cleanup.without');
  const toast = useToast();
  const { udid, health } = phone;
  const until = health.protectedUntil;
  const { loss } = plan;
  const confirm = async (): Promise<void> => {
    if ((await without.run({ udid, choice })) === null) return;
    onClose();
    toast({ text: t('cleanup.without.noted') });
    go({ screen: 'home' });
  };
  return (
    <Confirm
      isOpen
      isDanger
      title={t('cleanup.without.title')}
      keep={t('cleanup.without.keep')}
      action={t(phone.backups === 0 ? 'cleanup.without.noBackup' : 'cleanup.without.action')}
      isRunning={without.isRunning}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <p>
        {until === null
          ? t(phone.backups === 0 ? 'cleanup.without.nothing' : 'cleanup.without.unproved')
          : loss === null || loss.photos === null || loss.videos === null
            ? t('cleanup.without.uncounted', { when: whenInSentence(until) })
            : t('cleanup.without.text', {
                when: whenInSentence(until),
                photos: loss.photos,
                videos: loss.videos,
                both: loss.photos + loss.videos,
              })}
      </p>
      {without.error === null ? null : <ErrorNote error={without.error} udid={udid} />}
    </Confirm>
  );
}
