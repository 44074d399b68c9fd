import { dialog } from 'electron';
import { shellText } from '../../../shared/text/shell/index.ts';
import type { StateFile } from '../state-file.ts';

/** Closing the window does not end the program: said once, the first time. */
export async function sayHiddenOnce(state: StateFile): Promise<void> {
  if (state.now.wasHiddenHintShown) return;
  state.change({ wasHiddenHintShown: true });
  await dialog.showMessageBox({
    type: 'info',
    message: shellText('hidden.title'),
    detail: shellText(process.platform === 'darwin' ? 'hidden.bodyMac' : 'hidden.bodyTray'),
    buttons: [shellText('hidden.ok')],
  });
}
