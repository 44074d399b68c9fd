import { utilityProcess } from 'electron';
import type { EngineChild } from '../engine/client.ts';
import { places } from './places.ts';

/** The engine as a utility process: it crashes alone, is seen by name in Activity Monitor, and has no Electron. */
export function spawnEngine(env: NodeJS.ProcessEnv): EngineChild {
  const child = utilityProcess.fork(places.engine, [], {
    serviceName: 'Backstop engine',
    // It writes its own log; what it might print belongs to nobody here.
    stdio: 'ignore',
    env: withoutNodeOptions(env),
  });
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  child.once('exit', (code) => resolve(`code ${code}`));
  return {
    pid: child.pid ?? null,
    ended,
    port: {
      post: (frame) => child.postMessage(frame),
      onFrame: (listener) => void child.on('message', listener),
      onClose: (listener) => void ended.then(listener),
    },
    kill: () => void child.kill(),
  };
}

/** What would change how Node runs is not handed on: only the program says what the engine's process executes. */
function withoutNodeOptions(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^(NODE_|ELECTRON_)/.test(entry[0]),
  );
  return Object.fromEntries(kept);
}
