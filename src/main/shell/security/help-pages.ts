import { shell } from 'electron';
import type { InputOf } from '../../../shared/contract/procedures/index.ts';

/** The only addresses that Backstop ever opens in a browser. A page chooses one by its name and can add nothing to it. */
const HELP_PAGES: Readonly<Record<InputOf<'system.openHelp'>['page'], string>> = {
  'forgotten-password': 'https://support.apple.com/HT205220',
  'apple-devices': 'https://apps.microsoft.com/detail/9NP83LWLPZ9K',
  cables: 'https://support.apple.com/HT204095',
};

export async function openHelpPage(page: InputOf<'system.openHelp'>['page']): Promise<void> {
  await shell.openExternal(HELP_PAGES[page]);
}
