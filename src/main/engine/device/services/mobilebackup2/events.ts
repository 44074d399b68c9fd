/** What happens in a conversation with the backup service, for whoever shows or records it. */
export type ConversationEvent =
  /** The phone asked for something; its phases can be read from the names. */
  | { readonly kind: 'request'; readonly name: string; readonly items: number }
  /** Nothing came for this long, and the connection is still there. */
  | { readonly kind: 'silent'; readonly forMs: number }
  /** The silence that was announced is over. */
  | { readonly kind: 'heard' }
  /** The phone could not read one of its own files; nothing of it was kept. */
  | { readonly kind: 'not-sent'; readonly path: string; readonly devicePath: string; readonly text: string }
  /** A file ended with an error code after data, or without a word: an end marker for some files. It was kept. */
  | { readonly kind: 'cut-short'; readonly path: string; readonly devicePath: string; readonly text: string }
  /** The answer this computer gave about its free space. */
  | { readonly kind: 'free-space'; readonly freeBytes: bigint }
  /** The phone finds the space too small. `neededBytes`: what it wants in all, as it computed from our answer. */
  | { readonly kind: 'space-needed'; readonly missingBytes: bigint; readonly neededBytes: bigint | null }
  /** A request could not be fulfilled, and the phone was told this status. */
  | { readonly kind: 'refused'; readonly name: string; readonly status: number; readonly text: string }
  /** A message nobody knows. It was answered with -1. */
  | { readonly kind: 'unknown-message'; readonly name: string };

/** Counts only go up. */
export interface ConversationProgress {
  readonly receivedFiles: number;
  readonly receivedBytes: number;
  readonly sentFiles: number;
  readonly sentBytes: number;
  /** What the phone announced for the batch that is being received; null when it did not. */
  readonly batchBytes: number | null;
  readonly batchReceivedBytes: number;
  /** The phone's own figure, 0 to 100; it jumps, stands still and goes back. Null: unknown. */
  readonly percent: number | null;
}

export interface ConversationOptions {
  /** Cancels: the message in hand is finished, the phone is told, and after a limit the connection is cut. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: ConversationEvent) => void) | undefined;
  /** At most ten times a second. */
  readonly onProgress?: ((progress: ConversationProgress) => void) | undefined;
}
