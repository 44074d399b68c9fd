import { app, type BrowserWindow, dialog, type MessageBoxOptions } from 'electron';
import { isBackingUp } from '../../../shared/contract/procedures/index.ts';
import { shellText } from '../../../shared/text/shell/index.ts';
import { type FactsWatch, liveJobs } from '../facts/facts.ts';

interface QuittingOptions {
  readonly facts: FactsWatch;
  /** Cancels what runs and waits for the engine's end. */
  readonly closeEngine: () => Promise<void>;
  readonly window: () => BrowserWindow | null;
  /** "Quit when finished" was chosen, or taken back. */
  readonly onLater: () => void;
}

/**
 * The way out. What runs is asked about first; then the engine ends in good order, whatever it takes of its twenty seconds;
 * then the windows go, and are really closed now.
 */
export class Quitting {
  readonly #options: QuittingOptions;
  #state: 'no' | 'asking' | 'closing' | 'closed' = 'no';
  #isLater = false;
  #then: () => void = () => app.quit();

  constructor(options: QuittingOptions) {
    this.#options = options;
    app.on('before-quit', (event) => {
      if (this.#state === 'closed') return;
      event.preventDefault();
      if (this.#state === 'no') void this.#ask();
    });
    options.facts.onChange((facts) => {
      if (this.#isLater && this.#state === 'no' && liveJobs(facts).length === 0) void this.now();
    });
  }

  /** Windows are closed now, not hidden. */
  get isOnItsWay(): boolean {
    return this.#state === 'closed';
  }

  get isLater(): boolean {
    return this.#isLater;
  }

  setLater(isLater: boolean): void {
    this.#isLater = isLater;
    this.#options.onLater();
    if (isLater && liveJobs(this.#options.facts.now).length === 0) void this.now();
  }

  /** Without a question: the computer shuts down, or nothing runs. `then` ends the program another way, as an update does. */
  async now(then: () => void = () => app.quit()): Promise<void> {
    if (this.#state === 'closing' || this.#state === 'closed') return;
    this.#state = 'closing';
    this.#then = then;
    // The engine may take its seconds; nobody needs to watch it.
    this.#options.window()?.hide();
    await this.#options.closeEngine();
    this.#state = 'closed';
    this.#then();
  }

  async #ask(): Promise<void> {
    const live = liveJobs(this.#options.facts.now);
    if (live.length === 0) return this.now();
    this.#state = 'asking';
    const isBackup = live.some(isBackingUp);
    const question: MessageBoxOptions = {
      type: 'question',
      message: shellText(isBackup ? 'quit.title' : 'quit.otherTitle'),
      detail: shellText(isBackup ? 'quit.body' : 'quit.otherBody'),
      buttons: [shellText('quit.later'), shellText('quit.now'), shellText('quit.cancel')],
      defaultId: 0,
      cancelId: 2,
      noLink: true,
    };
    const window = this.#options.window();
    const isVisible = window?.isVisible() === true;
    const { response } =
      isVisible && window !== null
        ? await dialog.showMessageBox(window, question)
        : await dialog.showMessageBox(question);
    if (this.#state !== 'asking') return;
    this.#state = 'no';
    if (response === 0) this.setLater(true);
    else if (response === 1) await this.now();
  }
}
