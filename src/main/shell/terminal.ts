import { app } from 'electron';
import { spawnEngine } from './engine-process.ts';

/**
 * The installed app is also the terminal command: `--cli` and what follows is run without a window, beside an app that may
 * be open. Its launchers lie in `resources/launchers`; the fuse that would make the app a plain Node stays off.
 */

/** The words after `--cli`; null: a window is wanted. */
export function commandWords(argv: readonly string[]): readonly string[] | null {
  const at = argv.indexOf('--cli');
  return at < 0 ? null : argv.slice(at + 1);
}

export async function runCommandLine(words: readonly string[]): Promise<void> {
  if (process.platform === 'darwin') app.dock?.hide();
  const { main } = await import('../cli/main.ts');
  app.exit(await main(words, { spawnEngine: () => spawnEngine(process.env) }));
}
