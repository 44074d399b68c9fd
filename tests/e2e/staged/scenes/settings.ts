import type { Settings } from '../../../../src/shared/contract/procedures/index.ts';
import type { StagedScreen } from '../scenes.ts';
import { base, phones } from './base.ts';

const settings = base['settings.get'] as Settings;
const at = (section: string, more: StagedScreen['scene'] = {}): StagedScreen => ({
  address: `#/settings?section=${section}`,
  scene: { ...base, ...more },
});

export const settingsScenes: Readonly<Record<string, StagedScreen>> = {
  'settings-general': at('general'),
  'settings-security': at('security', {
    'settings.get': { ...settings, lockBrowsing: true },
    'phones.list': {
      muxer: 'ready',
      phones: phones.map((one, n) => ({
        ...one,
        encrypted: n !== 2,
        password: { kept: n === 0 ? 'keychain' : 'none', testedAt: n === 0 ? (one.password.testedAt ?? null) : null },
      })),
    },
  }),
  'settings-notifications': at('notifications'),
  'settings-storage': at('storage'),
  'settings-advanced': at('advanced'),
  'settings-change-password': {
    ...at('security'),
    steps: async (page) => {
      await page.getByRole('button', { name: 'More for iPhone 15 Pro' }).click();
      await page.getByRole('menuitem', { name: 'Change…' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
};
