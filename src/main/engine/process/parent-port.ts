import type { Port } from '../../../shared/contract/carrier/index.ts';

/** What Electron gives a utility process in place of Node's channel. */
interface UtilityPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

/** The port to whoever started this process: Electron's, else that of a Node parent; null: nobody talks to it. */
export function parentPort(): Port | null {
  const utility = (process as { parentPort?: UtilityPort }).parentPort;
  if (utility !== undefined && utility !== null) {
    return {
      post: (frame) => utility.postMessage(frame),
      onFrame: (listener) => utility.on('message', ({ data }) => listener(data)),
      // Electron ends a utility process with the app.
      onClose: () => undefined,
    };
  }
  if (process.send === undefined) return null;
  return {
    // A parent that is gone is told by `disconnect`; what was on its way to it is lost with it.
    post: (frame) => void process.send?.(frame, undefined, undefined, () => undefined),
    onFrame: (listener) => void process.on('message', listener),
    onClose: (listener) => void process.on('disconnect', listener),
  };
}
