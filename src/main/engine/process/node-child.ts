import { fork } from 'node:child_process';
import type { EngineChild } from '../client.ts';
import { scaledMs } from '../platform/index.ts';

const LAST_WORDS = 2000;
const LAST_WORDS_MS = scaledMs(500);

export interface NodeChildOptions {
  /** The entry of the engine's process: `engine/host.ts`, or what it was bundled to. */
  readonly entry: string | URL;
  readonly env: NodeJS.ProcessEnv;
}

export interface NodeChild extends EngineChild {
  /** Lets go of it: it closes by itself, as after the end of its parent. */
  disconnect(): void;
}

/** Starts the engine as a Node process of its own: for the browser's face, and tests. */
export function forkEngine({ entry, env }: NodeChildOptions): NodeChild {
  const child = fork(entry, [], {
    env,
    // Bytes pass as bytes.
    serialization: 'advanced',
    // The terminal belongs to the face.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  // What Node itself says of an end, before the engine's log is open or where it cannot write.
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-LAST_WORDS);
  });
  child.on('exit', (code, signal) => {
    const how = signal ?? `code ${code ?? '?'}`;
    const tell = (): void => resolve(code === 0 || said === '' ? how : `${how}: ${said.trim()}`);
    // Its last words are on their way; a process of its own that holds the pipe must not hold us.
    child.on('close', tell);
    setTimeout(tell, LAST_WORDS_MS);
  });
  child.on('error', (error) => resolve(error.message));
  return {
    pid: child.pid ?? null,
    ended,
    port: {
      // What cannot be delivered was for a process that is ending: `ended` tells.
      post: (frame) => void child.send(frame as object, () => undefined),
      onFrame: (listener) => void child.on('message', listener),
      onClose: (listener) => void ended.then(listener),
    },
    kill: () => void child.kill('SIGKILL'),
    disconnect: () => child.disconnect(),
  };
}
