import { NOTIFICATION } from '../../device/index.ts';
import { scaledMs } from '../../platform/index.ts';

/** When neither a notification nor anything else has come by then, the owner is told to look at the phone anyway. */
const HINT_AFTER_MS = scaledMs(5_000);

export interface PasscodeListener {
  /** The owner must act. `isCertain` false: the phone said nothing at all, and that is what it looks like. */
  asked(isCertain: boolean): void;
  /** The screen is gone. Whether the passcode was right only the phone's next message tells. */
  gone(): void;
}

/** From the request until the phone's first message: is it waiting for its owner (device protocols 5.2)? */
export class PasscodeWatch {
  readonly #listener: PasscodeListener;
  #timer: NodeJS.Timeout | null = null;
  #isAsking = false;
  #isOver = false;

  constructor(listener: PasscodeListener) {
    this.#listener = listener;
  }

  /** The request has been sent. */
  start(): void {
    this.#timer = setTimeout(() => this.#ask(false), HINT_AFTER_MS);
  }

  notification(name: string): void {
    if (name === NOTIFICATION.passcodeShown) this.#ask(true);
    if (name === NOTIFICATION.passcodeGone) this.#stopAsking();
  }

  /** The phone sent something: it is not waiting for anybody. */
  heard(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopAsking();
  }

  stop(): void {
    this.#isOver = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #ask(isCertain: boolean): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#isOver && !isCertain) return;
    this.#isAsking = true;
    this.#listener.asked(isCertain);
  }

  #stopAsking(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (!this.#isAsking) return;
    this.#isAsking = false;
    this.#listener.gone();
  }
}
