import { isBackstopError } from '../../../../../shared/errors/index.ts';
import { parsePlist } from '../../../formats/plist/index.ts';
import { burstPick } from './decode-asset.ts';
import type { Burst } from './types.ts';

/** What the phone keeps with each camera-roll file, in its extended attributes (backup-format 1.5). */
export interface FileFacts {
  readonly uuid: string | null;
  readonly originalFileName: string | null;
  readonly takenMs: number | null;
  readonly addedMs: number | null;
  readonly timeZoneOffsetSeconds: number | null;
  readonly timeZoneName: string | null;
  readonly isFavourite: boolean | null;
  readonly isHidden: boolean | null;
  readonly isTrashed: boolean | null;
  /** Which frame of a burst it is; of which burst is not said here. */
  readonly pick: Omit<Burst, 'id'> | null;
  readonly importedBy: string | null;
}

const PREFIX = 'com.apple.assetsd.';
const MAX_TEXT_BYTES = 4096;
const UUID_BYTES = 16;
/** No zone is further from UTC. */
const MAX_OFFSET_SECONDS = 18 * 3600;

export function fileFacts(attributes: ReadonlyMap<string, Buffer>): FileFacts {
  const value = (name: string): Buffer | null => attributes.get(PREFIX + name) ?? null;
  const pick = integerOf(value('avalanche.type'));
  return {
    uuid: uuidOf(value('UUID')),
    originalFileName: textOf(value('originalFilename')),
    takenMs: dateOf(value('customCreationDate')),
    addedMs: dateOf(value('addedDate')),
    timeZoneOffsetSeconds: offsetOf(value('timeZoneOffset')),
    timeZoneName: textOf(value('timeZoneName')),
    isFavourite: flagOf(value('favorite')),
    isHidden: flagOf(value('hidden')),
    isTrashed: flagOf(value('trashed')),
    pick: pick === null || pick === 0 ? null : burstPick(pick),
    importedBy: textOf(value('creatorBundleID')),
  };
}

/** As the library writes it: 16 raw bytes, in capital letters. */
function uuidOf(bytes: Buffer | null): string | null {
  if (bytes?.length !== UUID_BYTES) return null;
  const hex = bytes.toString('hex').toUpperCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function textOf(bytes: Buffer | null): string | null {
  if (bytes === null || bytes.length === 0 || bytes.length > MAX_TEXT_BYTES) return null;
  const text = bytes.toString('utf8').replace(/\0+$/, '');
  return text === '' || text.includes('\uFFFD') ? null : text;
}

/** Little-endian, of two or more bytes. */
function integerOf(bytes: Buffer | null): number | null {
  if (bytes === null || bytes.length < 1 || bytes.length > 8) return null;
  if (bytes.length === 8) {
    const large = Number(bytes.readBigInt64LE());
    return Number.isSafeInteger(large) ? large : null;
  }
  return bytes.length > 6 ? null : bytes.readIntLE(0, bytes.length);
}

function flagOf(bytes: Buffer | null): boolean | null {
  const value = integerOf(bytes);
  return value === null ? null : value !== 0;
}

/** Digits or an integer: both are seconds. What no zone can have is not believed. */
function offsetOf(bytes: Buffer | null): number | null {
  if (bytes === null) return null;
  const text = bytes.toString('latin1');
  const offset = /^[+-]?\d{1,6}$/.test(text) ? Number(text) : integerOf(bytes);
  return offset === null || Math.abs(offset) > MAX_OFFSET_SECONDS ? null : offset;
}

function dateOf(bytes: Buffer | null): number | null {
  if (bytes === null || bytes.length > MAX_TEXT_BYTES) return null;
  try {
    const date = parsePlist(bytes);
    return date instanceof Date && Number.isFinite(date.getTime()) ? date.getTime() : null;
  } catch (error) {
    if (!isBackstopError(error)) throw error;
    return null; // An attribute that is no date is no date.
  }
}
