import { Select, Switch } from '../../components/Fields.tsx';
import { t } from '../../text/index.ts';
import { Group, Row } from './Group.tsx';
import type { SectionProps } from './Settings.tsx';

const LIMITS = [1, 2, 3, 5, 7, 14, 30] as const;

export function General({ values, info, set }: SectionProps) {
  const levels = (['quick', 'full'] as const).map((id) => ({ id, label: t(`settings.${id}`) }));
  const limits = LIMITS.includes(values.limitDays as (typeof LIMITS)[number])
    ? LIMITS
    : [...LIMITS, values.limitDays].sort((a, b) => a - b);
  return (
    <>
      <Group note={t('settings.decimal')}>
        <Row>
          <Select
            label={t('settings.appearance')}
            value={values.appearance}
            choices={(['system', 'light', 'dark'] as const).map((id) => ({ id, label: t(`settings.${id}`) }))}
            onChange={(appearance) => void set({ appearance })}
          />
        </Row>
        {info.canOpenAtLogin ? (
          <Row>
            <Switch
              label={t('settings.openAtLogin')}
              help={t('settings.openAtLoginHelp')}
              isSelected={values.openAtLogin}
              onChange={(openAtLogin) => void set({ openAtLogin })}
            />
          </Row>
        ) : null}
        {info.face === 'desktop' ? (
          <Row>
            <Switch
              label={t(info.platform === 'darwin' ? 'settings.menuBar' : 'settings.tray')}
              isSelected={values.menuBarIcon}
              onChange={(menuBarIcon) => void set({ menuBarIcon })}
            />
          </Row>
        ) : null}
        <Row help={t('settings.limitHelp')}>
          <Select
            label={t('settings.limit')}
            value={String(values.limitDays)}
            choices={limits.map((days) => ({ id: String(days), label: t('settings.days', { days }) }))}
            onChange={(days) => void set({ limitDays: Number(days) })}
          />
        </Row>
      </Group>
      <Group title={t('settings.afterBackup')} note={t('settings.verifyHelp')}>
        <Row>
          <Select
            label={t('settings.verifyUsb')}
            value={values.verifyAfterUsb}
            choices={levels}
            onChange={(verifyAfterUsb) => void set({ verifyAfterUsb })}
          />
        </Row>
        <Row>
          <Select
            label={t('settings.verifyWifi')}
            value={values.verifyAfterWifi}
            choices={levels}
            onChange={(verifyAfterWifi) => void set({ verifyAfterWifi })}
          />
        </Row>
      </Group>
      <Group note={t('settings.privacy')}>
        <Row>
          <Switch
            label={t('settings.updates')}
            isSelected={values.checkForUpdates}
            onChange={(checkForUpdates) => void set({ checkForUpdates })}
          />
        </Row>
      </Group>
    </>
  );
}
