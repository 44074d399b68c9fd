import type { ConversationEvent, ConversationProgress } from '../../device/index.ts';
import type { SayNotice } from '../notices.ts';
import type { ConverseListener } from '../phone/index.ts';
import type { BackupPhase, ProgressMeter } from '../progress.ts';
import { PhaseReader } from './phases.ts';
import type { NotSent } from './types.ts';

/** Enough to name what is missing; a phone that cannot read more than this has another problem. */
const MAX_NOT_SENT = 10_000;

/** Turns what happens in the conversation into progress, notices and the facts that the end needs. */
export class BackupListener implements ConverseListener {
  readonly notice: SayNotice;
  readonly notSent: NotSent[] = [];
  /** The last answer about free space, and what the phone wanted. */
  freeBytes: bigint | null = null;
  neededBytes: bigint | null = null;
  /** Did the phone ask for anything at all? */
  wasHeard = false;
  readonly #meter: ProgressMeter;
  readonly #phases = new PhaseReader();
  #phase: BackupPhase = 'preparing';

  constructor(meter: ProgressMeter, notice: SayNotice) {
    this.#meter = meter;
    this.notice = notice;
  }

  passcode(isAsked: boolean): void {
    this.#meter.enter(isAsked ? 'waiting-for-passcode' : this.#phase);
  }

  progress(progress: ConversationProgress): void {
    this.#meter.percent(progress.percent);
  }

  event(event: ConversationEvent): void {
    switch (event.kind) {
      case 'request':
        this.wasHeard = true;
        this.#phase = this.#phases.after(event.name);
        this.#meter.enter(this.#phase);
        break;
      case 'not-sent':
        this.#missed(event.path, event.text);
        break;
      case 'cut-short':
        // Some releases end a file that way although all of it came; then they give no reason.
        if (event.text !== '') this.#missed(event.path, `${event.text} (what came of it was kept)`);
        break;
      case 'free-space':
        this.freeBytes = event.freeBytes;
        break;
      case 'space-needed':
        this.neededBytes = event.neededBytes;
        break;
      case 'refused':
        this.notice('refused', { request: event.name, status: event.status, text: event.text });
        break;
      case 'unknown-message':
        this.notice('unknown-message', { name: event.name });
        break;
      default:
        break;
    }
  }

  #missed(path: string, text: string): void {
    const reason = text === '' ? 'the iPhone gave no reason' : text;
    if (this.notSent.length < MAX_NOT_SENT) this.notSent.push({ path, reason });
    this.notice('not-sent', { path, reason });
  }
}
