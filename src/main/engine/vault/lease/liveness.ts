import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scaledMs } from '../../platform/index.ts';
import type { Host } from './host.ts';
import type { SeenLease } from './lease-file.ts';
import { OsLock } from './os-lock.ts';

/**
 * When a lease is dead. On this computer: another boot, or its operating system lock is free. Of another computer:
 * only if its number has not changed for 30 minutes of *our* running time and its date is 30 minutes behind the
 * store's own clock. Process ids say nothing: they are used again.
 */

export const LEASE_PATIENCE_MS = scaledMs(30 * 60_000);

export interface Sighting {
  readonly counter: number;
  readonly boot: string;
  /** Monotonic milliseconds of that boot. */
  readonly sinceMs: number;
}

export interface LivenessContext {
  readonly host: Host;
  /** Where this installation keeps the locks of its sessions. */
  readonly lockFolder: string;
  readonly sightings: Sightings;
  readonly storeNowMs: number;
  /** Milliseconds since this computer started, or another clock that never goes back. */
  readonly monotonicMs: number;
}

export function isLeaseDead(lease: SeenLease, context: LivenessContext): boolean {
  const { host, lockFolder, sightings, storeNowMs, monotonicMs } = context;
  const isOurs =
    lease.content === null ? host.installation.startsWith(lease.host) : lease.content.host === host.installation;
  if (isOurs) {
    const lock = OsLock.look(lockFolder, lease.session);
    if (lock === 'held') return false;
    if (lock === 'free') return true;
    if (lease.content !== null && lease.content.boot !== host.boot) return true;
  }
  const unchangedMs = sightings.see(lease, host.boot, monotonicMs);
  return unchangedMs >= LEASE_PATIENCE_MS && storeNowMs - lease.modifiedMs >= LEASE_PATIENCE_MS;
}

/**
 * Good enough to let somebody else begin with the same phone (not to delete anything): the lease was not renewed for
 * so long that its session must have stopped itself.
 */
export function isLeaseStale(lease: SeenLease, context: LivenessContext): boolean {
  return isLeaseDead(lease, context) || context.storeNowMs - lease.modifiedMs >= LEASE_PATIENCE_MS;
}

/** What was seen of other computers' leases, and since when: kept between runs, because a run may be short. */
export class Sightings {
  readonly #file: string;
  #seen: Record<string, Sighting>;

  constructor(folder: string) {
    this.#file = join(folder, 'lease-sightings.json');
    this.#seen = read(this.#file);
  }

  /** For how long this number has been standing still, as far as we looked. */
  see(lease: SeenLease, boot: string, nowMs: number): number {
    const key = `${lease.kind}-${lease.host}-${lease.session}`;
    const known = this.#seen[key];
    if (known !== undefined && known.counter === lease.counter && known.boot === boot && known.sinceMs <= nowMs) {
      return nowMs - known.sinceMs;
    }
    this.#seen = { ...this.#seen, [key]: { counter: lease.counter, boot, sinceMs: nowMs } };
    return 0;
  }

  /** Keeps what is still there. */
  save(leases: readonly SeenLease[]): void {
    const there = new Set(leases.map((lease) => `${lease.kind}-${lease.host}-${lease.session}`));
    this.#seen = Object.fromEntries(Object.entries(this.#seen).filter(([key]) => there.has(key)));
    const temporary = `${this.#file}.${process.pid}`;
    writeFileSync(temporary, JSON.stringify(this.#seen), { mode: 0o600 });
    renameSync(temporary, this.#file);
  }
}

function read(file: string): Record<string, Sighting> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof value !== 'object' || value === null) return {};
    const sightings: Record<string, Sighting> = {};
    for (const [key, entry] of Object.entries(value)) {
      if (typeof entry !== 'object' || entry === null) continue;
      const { counter, boot, sinceMs } = entry as Partial<Sighting>;
      if (typeof counter === 'number' && typeof boot === 'string' && typeof sinceMs === 'number') {
        sightings[key] = { counter, boot, sinceMs };
      }
    }
    return sightings;
  } catch {
    return {}; // Without memory every lease is new to us: only slower.
  }
}
