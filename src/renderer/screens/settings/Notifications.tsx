import { Switch } from '../../components/Fields.tsx';
import { t } from '../../text/index.ts';
import { Group, Row } from './Group.tsx';
import type { SectionProps } from './Settings.tsx';

export function Notifications({ values, info, set }: SectionProps) {
  return (
    <Group note={t(info.face === 'desktop' ? 'settings.notifyQuiet' : 'settings.notifyBrowser')}>
      <Row>
        <Switch
          label={t('settings.notifyProblems')}
          help={t('settings.notifyProblemsHelp')}
          isSelected={values.notifyProblems}
          onChange={(notifyProblems) => void set({ notifyProblems })}
        />
      </Row>
      <Row>
        <Switch
          label={t('settings.notifyDone')}
          isSelected={values.notifyDone}
          onChange={(notifyDone) => void set({ notifyDone })}
        />
      </Row>
    </Group>
  );
}
