import { useState } from 'react';
import { useAction } from '../../api/engine.tsx';
import { useNavigation } from '../../app/navigation.tsx';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Select, Switch } from '../../components/Fields.tsx';
import { FolderPicker } from '../../components/folders/FolderPicker.tsx';
import { useToast } from '../../components/Toasts.tsx';
import { rateText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import { Group, Line, Row } from './Group.tsx';
import type { SectionProps } from './Settings.tsx';

const LIMITS = [5e6, 10e6, 25e6, 50e6, 100e6] as const;
const NO_LIMIT = 'none';

export function Advanced({ values, info, set }: SectionProps) {
  const { go } = useNavigation();
  const [withNames, setWithNames] = useState(false);
  const [isPicking, setPicking] = useState(false);
  const save = useAction('diagnostics.save');
  const toast = useToast();
  const own = values.bytesPerSecond;
  const limits =
    own === null || LIMITS.some((one) => one === own) ? [...LIMITS] : [...LIMITS, own].sort((a, b) => a - b);
  return (
    <>
      <Group>
        <Row help={t('settings.bandwidthHelp')}>
          <Select
            label={t('settings.bandwidth')}
            value={own === null ? NO_LIMIT : String(own)}
            choices={[
              { id: NO_LIMIT, label: t('settings.noLimit') },
              ...limits.map((one) => ({ id: String(one), label: rateText(one) })),
            ]}
            onChange={(value) => void set({ bytesPerSecond: value === NO_LIMIT ? null : Number(value) })}
          />
        </Row>
      </Group>
      <Group title={t('settings.diagnostics')} note={t('settings.diagnosticsText')}>
        <Row>
          <Switch label={t('settings.withNames')} isSelected={withNames} onChange={setWithNames} />
        </Row>
        <Row>
          <Button isPending={save.isRunning} onPress={() => setPicking(true)}>
            {t('settings.saveDiagnostics')}
          </Button>
        </Row>
      </Group>
      {save.error === null ? null : <ErrorNote error={save.error} />}
      <Group note={t('settings.version', { version: info.version, computer: info.computerName })}>
        <Line title={t('settings.setUp')} text={t('settings.setUpText')}>
          <Button onPress={() => go({ screen: 'first-run' })}>{t('settings.setUpAgain')}</Button>
        </Line>
      </Group>
      <FolderPicker
        isOpen={isPicking}
        purpose="export"
        onClose={() => setPicking(false)}
        onPick={({ token }) => {
          setPicking(false);
          void save.run({ place: token, withNames }).then((answer) => {
            if (answer !== null) toast({ text: t('settings.diagnosticsSaved', answer) });
          });
        }}
      />
    </>
  );
}
