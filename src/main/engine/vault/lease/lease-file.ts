import { join } from 'node:path';
import { z } from 'zod';
import { errnoOf, readSmallFile, type VaultIo } from '../io/index.ts';
import { canonicalLine } from '../layout/canonical.ts';
import { isIgnoredName } from '../layout/names.ts';

/**
 * A lease says: a session of this computer is at work. Its file is never rewritten: each renewal makes a new one with
 * the next number and then removes the one before the last. `leases/<kind>-<host>-<session>.<n>.json`.
 */

export const LEASE_FORMAT = 'backstop-lease';
const MAX_LEASE_BYTES = 64 * 1024;
/** The file of a number is removed after the next but one was written: a listing this old still leads to the lease. */
const RENEWALS_MISSED = 3;
const LEASE_NAME =
  /^([a-z]+(?:-[a-z]+)?)-([0-9a-f]{8})-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(\d{1,9})\.json$/;

export const leaseSchema = z.object({
  format: z.literal(LEASE_FORMAT),
  version: z.literal(1),
  kind: z.enum(['session', 'gc-mark', 'gc-sweep', 'read']),
  /** Random installation id of the app. */
  host: z.string().max(64),
  /** For people. */
  hostName: z.string().max(256),
  /** Names this run of the operating system. */
  boot: z.string().max(256),
  session: z.string().max(64),
  counter: z.number().int(),
  /** Device tag (hex), for sessions. */
  device: z.string().max(64).nullable(),
  /** Record that the session builds upon: collection treats it as a root. */
  parent: z.string().max(64).nullable(),
  startedAt: z.string().max(64),
});
export type LeaseContent = Readonly<z.infer<typeof leaseSchema>>;

export interface SeenLease {
  readonly kind: string;
  /** First 8 characters of the installation id. */
  readonly host: string;
  readonly session: string;
  /** The highest number that is there. */
  readonly counter: number;
  readonly files: readonly string[];
  /** The store's clock at its newest file. */
  readonly modifiedMs: number;
  /** Null when the newest file cannot be read (yet). */
  readonly content: LeaseContent | null;
}

export function leaseName(content: LeaseContent): string {
  return `${content.kind}-${content.host.slice(0, 8)}-${content.session}.${content.counter}.json`;
}

export function encodeLease(content: LeaseContent): Buffer {
  return canonicalLine(content);
}

/** All leases of the vault, one for each session, by listing. */
export async function listLeases(io: VaultIo, folder: string): Promise<SeenLease[]> {
  const sessions = new Map<string, { kind: string; host: string; session: string; counter: number; files: string[] }>();
  for (const item of await io.readdir(folder)) {
    const match = isIgnoredName(item.name) ? null : LEASE_NAME.exec(item.name);
    if (match === null) continue;
    const [, kind = '', host = '', session = '', number = '0'] = match;
    const key = `${kind}-${host}-${session}`;
    const known = sessions.get(key) ?? { kind, host, session, counter: 0, files: [] };
    known.counter = Math.max(known.counter, Number(number));
    known.files.push(item.name);
    sessions.set(key, known);
  }
  const leases: SeenLease[] = [];
  for (const [key, seen] of sessions) {
    const newest = await newestFile(io, folder, key, seen.counter);
    if (newest === null) continue; // Released since the listing.
    const { name, counter, modifiedMs } = newest;
    const files = seen.files.includes(name) ? seen.files : [...seen.files, name];
    leases.push({ ...seen, counter, files, modifiedMs, content: await readLease(io, join(folder, name)) });
  }
  return leases;
}

/** Renewed since the listing, or since the time that a cached listing is of: then its file has a later number by now. */
async function newestFile(
  io: VaultIo,
  folder: string,
  key: string,
  listed: number,
): Promise<{ readonly name: string; readonly counter: number; readonly modifiedMs: number } | null> {
  for (let counter = listed; counter <= listed + RENEWALS_MISSED; counter += 1) {
    const name = `${key}.${counter}.json`;
    const facts = await io.stat(join(folder, name));
    if (facts !== null) return { name, counter, modifiedMs: facts.modifiedMs };
  }
  return null;
}

async function readLease(io: VaultIo, path: string): Promise<LeaseContent | null> {
  try {
    const bytes = await readSmallFile(io, path, MAX_LEASE_BYTES);
    if (bytes === null) return null;
    const parsed = leaseSchema.safeParse(JSON.parse(bytes.toString('utf8')));
    return parsed.success ? parsed.data : null;
  } catch (error) {
    // Half-written by somebody who is just taking it: it counts by its name and date.
    if (error instanceof SyntaxError || errnoOf(error) !== null) return null;
    throw error;
  }
}
