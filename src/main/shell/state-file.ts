import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

/** What the shell remembers between starts. Losing it costs a window's place and a hint shown twice. */
const shellState = z.object({
  bounds: z
    .object({ x: z.number().int(), y: z.number().int(), width: z.number().int(), height: z.number().int() })
    .nullable()
    .catch(null),
  isMaximized: z.boolean().catch(false),
  wasHiddenHintShown: z.boolean().catch(false),
  /** Notifications that were shown, by key, with their time: the newest `KEPT_KEYS`. */
  shown: z.record(z.string(), z.string()).catch({}),
});
export type ShellState = z.infer<typeof shellState>;

const FIRST: ShellState = { bounds: null, isMaximized: false, wasHiddenHintShown: false, shown: {} };

export class StateFile {
  readonly #path: string;
  #state: ShellState;

  constructor(path: string) {
    this.#path = path;
    this.#state = read(path);
  }

  get now(): ShellState {
    return this.#state;
  }

  change(change: Partial<ShellState>): void {
    this.#state = { ...this.#state, ...change };
    try {
      const early = `${this.#path}.new`;
      writeFileSync(early, JSON.stringify(this.#state), { mode: 0o600 });
      renameSync(early, this.#path);
    } catch {
      // It is remembered until the program ends; a full disk is told about elsewhere, where it matters.
    }
  }
}

function read(path: string): ShellState {
  try {
    return shellState.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    // None yet, or not readable: as on the first start.
    return FIRST;
  }
}
