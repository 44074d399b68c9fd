import type { EventLog } from './event-log.ts';

export type NotificationListener = (name: string) => void;

/** Old posts are forgotten beyond this many, so that a long-lived demo phone stays small. */
const KEPT_POSTS = 1000;

/** Darwin notifications between the phone and the hosts that observe them through notification_proxy. */
export class NotificationHub {
  readonly #events: EventLog;
  readonly #observers = new Set<NotificationListener>();
  #posted: string[] = [];

  constructor(events: EventLog) {
    this.#events = events;
  }

  /** Names that hosts posted, oldest first. */
  get postedByHosts(): readonly string[] {
    return this.#posted;
  }

  /** Hears every notification of the phone; returns how to stop. The service filters by name. */
  observe(listener: NotificationListener): () => void {
    this.#observers.add(listener);
    return () => this.#observers.delete(listener);
  }

  postFromPhone(name: string): void {
    this.#events.record('notification.from-phone', { name });
    this.#relay(name);
  }

  /** A host's post reaches the phone and, as on Darwin, every other observer of that name. */
  postFromHost(name: string): void {
    this.#posted.push(name);
    if (this.#posted.length > 2 * KEPT_POSTS) this.#posted = this.#posted.slice(-KEPT_POSTS);
    this.#events.record('notification.from-host', { name });
    this.#relay(name);
  }

  #relay(name: string): void {
    for (const observer of [...this.#observers]) observer(name);
  }
}
