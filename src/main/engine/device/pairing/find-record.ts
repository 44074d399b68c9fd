import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import { type PairRecord, parsePairRecord } from '../lockdown/index.ts';
import { type CallOptions, type MuxEndpoint, readMuxPairRecord, type Udid } from '../usbmux/index.ts';
import type { PairRecordStore } from './record-store.ts';

export interface FoundRecord {
  readonly record: PairRecord;
  /** The system's usbmuxd, our own store, or the system's folder read directly. */
  readonly source: 'usbmuxd' | 'own' | 'system-file';
}

/**
 * Every pair record this computer has for the phone, in the order to try them: what usbmuxd gives (shared with Finder
 * and iTunes), our own copy, the system's folder where it can be read. Unreadable ones and repetitions are left out.
 */
export async function findPairRecords(
  endpoint: MuxEndpoint,
  udid: Udid,
  store: PairRecordStore,
  options: CallOptions = {},
): Promise<readonly FoundRecord[]> {
  const candidates: readonly [FoundRecord['source'], Uint8Array | null][] = [
    ['usbmuxd', await readMuxPairRecord(endpoint, udid, options)],
    ['own', await store.read(udid)],
    ['system-file', await readSystemFile(udid)],
  ];
  const found: FoundRecord[] = [];
  for (const [source, data] of candidates) {
    const record = data === null ? null : parseOrNull(data);
    if (record !== null && !found.some((known) => known.record.hostId === record.hostId))
      found.push({ record, source });
  }
  return found;
}

function parseOrNull(data: Uint8Array): PairRecord | null {
  try {
    return parsePairRecord(data);
  } catch (error) {
    // A damaged record is as good as none: the next place may hold a whole one, and pairing makes a new one.
    if (isBackstopError(error, 'pairing/invalid-record')) return null;
    throw error;
  }
}

async function readSystemFile(udid: Udid): Promise<Uint8Array | null> {
  const folder = systemFolder();
  if (folder === null) return null;
  try {
    return await readFile(join(folder, `${udid}.plist`));
  } catch {
    // Not there, or (as on every recent macOS) not ours to read: usbmuxd is the ordinary way to it anyway.
    return null;
  }
}

function systemFolder(): string | null {
  if (process.platform === 'darwin') return '/var/db/lockdown';
  if (process.platform === 'linux') return '/var/lib/lockdown';
  if (process.platform !== 'win32') return null;
  return join(process.env['ProgramData'] ?? 'C:\\ProgramData', 'Apple', 'Lockdown');
}
