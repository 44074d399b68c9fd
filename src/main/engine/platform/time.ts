import { BackstopError, type ErrorCode, type ErrorData } from '../../../shared/errors/index.ts';

/** Test-only: 0.001–1, multiplies every named wait so that tests of timeouts end in milliseconds. */
const scale = readScale(process.env['BACKSTOP_TIMEOUT_SCALE']);

function readScale(text: string | undefined): number {
  if (text === undefined || text === '') return 1;
  const value = Number(text);
  return Number.isFinite(value) && value >= 0.001 && value <= 1 ? value : 1;
}

/** A named wait, in milliseconds, scaled for tests. Every timeout of the product passes through here, once. */
export function scaledMs(ms: number): number {
  return Math.max(1, Math.round(ms * scale));
}

/** Sleeps (unscaled: pass a `scaledMs` value); rejects with the signal's reason when it aborts. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Waits for `work` at most `ms` (a `scaledMs` value), then throws `code`. The work itself is not stopped: give it a signal. */
export async function withTimeout<T>(work: Promise<T>, ms: number, code: ErrorCode, data: ErrorData = {}): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new BackstopError(code, { message: `no answer within ${ms} ms`, data })), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
