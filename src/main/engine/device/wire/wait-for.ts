import { BackstopError } from '../../../../shared/errors/index.ts';

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Longest silence while waiting for more bytes; none by default. Pass a `scaledMs` value. */
  readonly timeoutMs?: number | undefined;
}

/** Waits until `wake` is called, the signal aborts, or the time is over. `subscribe` returns how to undo it. */
export function waitFor(subscribe: (wake: () => void) => () => void, options: ReadOptions): Promise<void> {
  const { signal, timeoutMs } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    let timer: NodeJS.Timeout | undefined;
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      unsubscribe();
      finish();
    };
    const onAbort = (): void => settle(() => reject(signal?.reason));
    const unsubscribe = subscribe(() => settle(resolve));
    signal?.addEventListener('abort', onAbort, { once: true });
    if (timeoutMs !== undefined) {
      timer = setTimeout(
        () => settle(() => reject(new BackstopError('device/silent', { data: { waitedMs: timeoutMs } }))),
        timeoutMs,
      );
    }
  });
}
