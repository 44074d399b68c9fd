/** The phone ends the conversation with this error of MBErrorDomain (protocol reference 4.10). */
export class AgentFailure extends Error {
  override readonly name = 'AgentFailure';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** The host said DLMessageDisconnect where an answer was due. */
export class HostLeft extends Error {
  override readonly name = 'HostLeft';

  constructor() {
    super('the host disconnected');
  }
}

/** A fault ended the conversation without another word. */
export class CutByFault extends Error {
  override readonly name = 'CutByFault';
}
