import { readFileSync } from 'node:fs';

/** How often the parents are looked for. The system tells nobody that a parent died. */
const LOOK_EVERY_MS = 500;

/**
 * Resolves when the process that started this one has gone, or the one before it: `npm run` stands with a shell between
 * the caller and us, and killing npm or its shell kills nobody else. Told by a change of their numbers. Never keeps the
 * process alive. `before`: what `parents` said when this process began. `signal` ends the watching.
 */
export function waitForParentDeath(before: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (parents() === before) return;
      clearInterval(timer);
      resolve();
    }, LOOK_EVERY_MS);
    timer.unref();
    signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  });
}

/** Was it started by `npm run`? Then it belongs to that command and ends with it. */
export function startedByNpm(env: NodeJS.ProcessEnv): boolean {
  return env['npm_lifecycle_event'] !== undefined;
}

/** Numbers of parent and grandparent; the latter is known on Linux only, where tests run. */
export function parents(): string {
  try {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'latin1');
    // "pid (name) state ppid …"; the name may hold anything, so count from its closing bracket.
    return `${process.ppid} ${stat.slice(stat.lastIndexOf(')')).split(' ')[2] ?? ''}`;
  } catch {
    // No /proc on this system: the parent alone has to do.
    return String(process.ppid);
  }
}
