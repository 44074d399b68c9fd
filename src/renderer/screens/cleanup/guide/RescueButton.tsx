import { useState } from 'react';
import { useAction } from '../../../api/engine.tsx';
import { useNavigation } from '../../../app/navigation.tsx';
import { Button } from '../../../components/Button.tsx';
import { ErrorNote } from '../../../components/ErrorNote.tsx';
import { FolderPicker } from '../../../components/folders/FolderPicker.tsx';
import { t } from '../../../text/index.ts';

/** For a phone that is too full to be backed up: its photos and videos first, straight into a folder, and read back. */
export function RescueButton({ udid, name }: { readonly udid: string; readonly name: string }) {
  const rescue = useAction('rescue.start');
  const { go } = useNavigation();
  const [isPicking, setPicking] = useState(false);
  const start = async (place: string): Promise<void> => {
    const made = await rescue.run({ udid, place });
    if (made !== null) go({ screen: 'job', job: made.job });
  };
  return (
    <>
      <Button isPending={rescue.isRunning} onPress={() => setPicking(true)}>
        {t('cleanup.full.rescueOf', { name })}
      </Button>
      {rescue.error === null ? null : <ErrorNote error={rescue.error} udid={udid} />}
      <FolderPicker
        isOpen={isPicking}
        purpose="export"
        onClose={() => setPicking(false)}
        onPick={({ token }) => {
          setPicking(false);
          void start(token);
        }}
      />
    </>
  );
}
