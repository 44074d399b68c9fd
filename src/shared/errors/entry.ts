/** What a person needs to know about one kind of failure: what happened, is my last version safe, what next. */
export interface ErrorEntry {
  /** A headline without a full stop: "Your iPhone is locked". */
  readonly title: string;
  /** One or two sentences: what happened. May hold `{name}` places, filled from the error's data. */
  readonly explanation: string;
  /** What to do next, as a sentence that can be acted on. */
  readonly recovery: string;
  /** Are the versions committed before this still whole, as far as this failure tells? */
  readonly olderSnapshotsSafe: boolean;
  readonly retry: 'automatic' | 'ask' | 'never';
  /** 1 failed, 2 wrong usage, 3 the owner must do something (trust, passcode, password), 130 cancelled. */
  readonly exitCode: 1 | 2 | 3 | 130;
  /** The E-number of the design's catalogue, where it has one. */
  readonly reference?: string;
}

export type ErrorArea = Readonly<Record<string, ErrorEntry>>;
