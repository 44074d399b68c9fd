import { catalogue, type ErrorCode } from './catalogue.ts';

/** Facts for an error's sentence. Plain JSON, never a secret. */
export type ErrorData = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

export interface BackstopErrorOptions {
  /** For the log: what was being done and what came back. The owner's words are in the catalogue. */
  readonly message?: string;
  readonly cause?: unknown;
  readonly data?: ErrorData;
}

/**
 * The one error class of the product. Its `code` is stable: tests, logs, the terminal and the window agree on it.
 * It becomes words only at a face, through `describeError`.
 */
export class BackstopError extends Error {
  readonly code: ErrorCode;
  readonly data: ErrorData;

  constructor(code: ErrorCode, options: BackstopErrorOptions = {}) {
    super(options.message ?? catalogue[code].title, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'BackstopError';
    this.code = code;
    this.data = options.data ?? {};
  }
}

export function isBackstopError(error: unknown, code?: ErrorCode): error is BackstopError {
  return error instanceof BackstopError && (code === undefined || error.code === code);
}
