import type { EventLog } from './event-log.ts';
import type { JsonObject } from './json.ts';

/** Something that a host changed on the phone, or tried to. */
export interface HostWrite {
  readonly service: string;
  /** A constant: `write`, `remove`, `lock`, `SetValue`, `Restore`. */
  readonly operation: string;
  /** What it was about: a path, a domain and a key. */
  readonly what: string;
  readonly outcome: 'done' | 'refused';
}

/** Different ones; the same again only counts. */
const MOST = 20_000;

/**
 * Everything hosts change on a phone, kept for good where events are forgotten: whoever promises not to touch the phone
 * is held to it by this list.
 */
export class HostWrites {
  readonly #events: EventLog;
  readonly #writes = new Map<string, { readonly write: HostWrite; times: number }>();

  constructor(events: EventLog) {
    this.#events = events;
  }

  record(write: HostWrite): void {
    const key = `${write.service}\n${write.operation}\n${write.what}\n${write.outcome}`;
    const known = this.#writes.get(key);
    if (known !== undefined) {
      known.times += 1;
      return;
    }
    if (this.#writes.size >= MOST) throw new Error(`more than ${MOST} different writes of hosts`);
    this.#writes.set(key, { write, times: 1 });
    this.#events.record('host.write', { ...write });
  }

  get all(): readonly HostWrite[] {
    return [...this.#writes.values()].map(({ write }) => write);
  }

  report(): JsonObject[] {
    return [...this.#writes.values()].map(({ write, times }) => ({ ...write, times }));
  }
}
