import { fork } from 'node:child_process';
import type { EngineChild } from '../client.ts';

export interface NodeChildOptions {
  /** The entry of the engine's process: `engine/host.ts`, or what it was bundled to. */
  readonly entry: string | URL;
  readonly env: NodeJS.ProcessEnv;
  /** Nothing of it on standard error: what Node itself says before the engine's log is open. */
  readonly quiet?: boolean;
}

export interface NodeChild extends EngineChild {
  /** Lets go of it: it closes by itself, as after the end of its parent. */
  disconnect(): void;
}

/** Starts the engine as a Node process of its own: for the browser's face, and tests. */
export function forkEngine({ entry, env, quiet = false }: NodeChildOptions): NodeChild {
  const child = fork(entry, [], {
    env,
    // Bytes pass as bytes.
    serialization: 'advanced',
    // Standard output belongs to the face.
    stdio: ['ignore', 'ignore', quiet ? 'ignore' : 'inherit', 'ipc'],
  });
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  child.on('exit', (code, signal) => resolve(signal ?? `code ${code ?? '?'}`));
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
