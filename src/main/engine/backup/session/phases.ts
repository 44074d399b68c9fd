import type { BackupPhase } from '../progress.ts';

/**
 * What a phone is at, told from what it asks for: the protocol has no word for it. A run goes preparing → receiving →
 * moving → verifying; the last small upload, which comes among the moves, does not lead back.
 */
export class PhaseReader {
  #phase: BackupPhase = 'preparing';
  #hasReceived = false;

  /** The phase after this request. */
  after(request: string): BackupPhase {
    switch (request) {
      case 'DLMessageUploadFiles':
        if (this.#phase === 'preparing') this.#phase = 'receiving';
        this.#hasReceived = true;
        break;
      case 'DLMessageMoveItems':
      case 'DLMessageMoveFiles':
        if (this.#hasReceived) this.#phase = 'moving';
        break;
      case 'DLMessageDownloadFiles':
      case 'DLContentsOfDirectory':
        // Before anything was sent the phone reads the last backup; after the moves it checks the new one.
        if (this.#phase === 'moving') this.#phase = 'verifying-on-phone';
        break;
      default:
        break;
    }
    return this.#phase;
  }
}
