import { ipcMain, type WebContents } from 'electron';
import { type Answerer, portPair, serve } from '../../../shared/contract/carrier/index.ts';
import { type FaceTold, type FaceWish, faceWish } from '../../../shared/contract/face.ts';
import type { Logger } from '../../engine/log/index.ts';
import { isTrustedSender } from '../security/trusted-sender.ts';

/** The same as in the preload, which imports nothing. */
const CHANNEL = 'backstop:frame';

interface PageOptions {
  /** Null: this page has no questions for the engine (the popover). */
  readonly answerer: Answerer | null;
  readonly onWish: (wish: FaceWish) => void;
}

interface Page extends PageOptions {
  readonly contents: WebContents;
  hear: (frame: unknown) => void;
  close: () => void;
}

/** All windows' roads to the shell. A message is looked at only when its sender is one of them. */
export class PagePorts {
  readonly #pages = new Map<number, Page>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
    ipcMain.on(CHANNEL, (event, frame: unknown) => {
      if (isTrustedSender(event, this.#pages)) this.#pages.get(event.sender.id)?.hear(frame);
      else this.#log.warn('shell.foreign-sender', { sender: event.sender.id });
    });
  }

  /** Before the page is loaded. */
  add(contents: WebContents, options: PageOptions): void {
    const { id } = contents;
    const page: Page = { ...options, contents, hear: () => undefined, close: () => undefined };
    this.#pages.set(id, page);
    this.#open(page);
    // A page that is loaded anew counts its questions from the start: answers to the old one must not reach it.
    contents.on('did-start-navigation', (details) => {
      if (details.isMainFrame && !details.isSameDocument) this.#open(page);
    });
    contents.on('render-process-gone', () => page.close());
    contents.once('destroyed', () => {
      page.close();
      this.#pages.delete(id);
    });
  }

  tell(contents: WebContents, told: FaceTold): void {
    if (!contents.isDestroyed()) contents.send(CHANNEL, told);
  }

  #open(page: Page): void {
    page.close();
    const [near, far] = portPair();
    const { contents, answerer } = page;
    near.onFrame((frame) => {
      if (!contents.isDestroyed()) contents.send(CHANNEL, frame);
    });
    if (answerer !== null) serve(answerer, far);
    page.close = () => near.close();
    page.hear = (frame) => {
      const wish = faceWish.safeParse(frame);
      if (wish.success) page.onWish(wish.data);
      else near.post(frame);
    };
  }
}
