import type { BackstopError } from '../../../../../shared/errors/index.ts';
import { dictOf, integerAt, type PlistValue, stringAt } from '../../../formats/plist/index.ts';
import { printable } from '../../lockdown/index.ts';

/** How a request to the backup service ended. Silence and messages that break the protocol are thrown instead. */
export type Outcome = OutcomeFacts &
  (
    | {
        /** The phone says that it is done. Whether what it left is whole is the caller's to check. */
        readonly kind: 'finished';
        readonly content: string | null;
      }
    | {
        /** The phone says that it failed. */
        readonly kind: 'failed';
        /** Number in MBErrorDomain; null when the phone named none. */
        readonly code: number | null;
        readonly text: string;
      }
    | {
        /** This computer could not do what the phone asked for, whatever the phone said in the end. */
        readonly kind: 'host-failed';
        readonly error: Error;
        /** The phone's own last word, if it had one. */
        readonly answer: FinalAnswer | null;
      }
    | {
        /** The phone left without a final answer. */
        readonly kind: 'ended-without-answer';
        /** True: in the middle of a message or a file. */
        readonly insideMessage: boolean;
        /** The phone's words in DLMessageDisconnect, or null when the connection just ended. */
        readonly text: string | null;
        readonly error: BackstopError | null;
      }
    | {
        /** Stopped by our own signal. */
        readonly kind: 'cancelled';
      }
  );

export interface OutcomeFacts {
  readonly receivedFiles: number;
  readonly receivedBytes: number;
  readonly sentFiles: number;
  readonly sentBytes: number;
  /** Requests that the folder refused and the phone was told so, the first hundred. */
  readonly refusals: readonly Refusal[];
}

export interface Refusal {
  readonly request: string;
  readonly status: number;
  readonly text: string;
}

/** The phone's final Response. Code 0 is success. */
export interface FinalAnswer {
  readonly code: number | null;
  readonly text: string;
  readonly content: string | null;
}

/** Reads the dictionary of the phone's final DLMessageProcessMessage (protocol reference 4.9). */
export function readFinalAnswer(body: PlistValue | undefined): FinalAnswer {
  const dict = dictOf(body);
  const text = stringAt(dict, 'ErrorDescription') ?? '';
  const named = /MBErrorDomain\/(\d{1,9})/.exec(text)?.[1];
  const code = integerAt(dict, 'ErrorCode') ?? null;
  return {
    // The number in the text is the more exact one when the code is only a wrapper; success is the code's to say.
    code: named !== undefined && code !== 0 ? Number(named) : code,
    text: printable(text),
    content: stringAt(dict, 'Content') ?? null,
  };
}
