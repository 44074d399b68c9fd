import {
  arrayAt,
  dictAt,
  dictOf,
  integerAt,
  numberAt,
  numberOf,
  type PlistValue,
  parsePlist,
  valueAt,
} from '../plist/index.ts';
import { readAttributedText, salvageText } from '../typedstream/index.ts';

/** One wording of a part of a message. */
export interface EditVersion {
  /** Null: it cannot be decoded. */
  readonly text: string | null;
  /** Cocoa seconds; null where not said. */
  readonly cocoaSeconds: number | null;
}

export interface PartEdits {
  /** Counts from 0. */
  readonly part: number;
  /** Oldest first; the last one is what stands there now. */
  readonly versions: readonly EditVersion[];
}

/** What `message.message_summary_info` says of edits and of parts that were unsent (since iOS 16). */
export interface SummaryInfo {
  readonly edits: readonly PartEdits[];
  /** Parts that were taken back. */
  readonly unsentParts: readonly number[];
  /** Where parts stood in the first text, by UTF-16 units. */
  readonly originalRanges: readonly { readonly part: number; readonly start: number; readonly length: number }[];
}

const LIMITS = { maxBytes: 2 * 1024 * 1024, maxObjects: 20_000 } as const;
/** Apple allows five edits of a message; this leaves room for more. */
const MAX_VERSIONS = 200;
const MAX_PARTS = 1000;

/** Throws `formats/bad-plist` or `formats/plist-too-large`. Fields that are missing or odd are empty. */
export function readSummaryInfo(bytes: Uint8Array): SummaryInfo {
  const plist = parsePlist(bytes, LIMITS);
  return {
    edits: entriesOf(dictAt(plist, 'ec')).flatMap(([part, value]) => {
      const versions = (Array.isArray(value) ? (value as readonly PlistValue[]) : []).slice(0, MAX_VERSIONS);
      return versions.length === 0 ? [] : [{ part, versions: versions.map(readVersion) }];
    }),
    unsentParts: (arrayAt(plist, 'rp') ?? [])
      .slice(0, MAX_PARTS)
      .map(numberOf)
      .filter((part) => part !== undefined && Number.isSafeInteger(part) && part >= 0) as number[],
    originalRanges: entriesOf(dictAt(plist, 'otr')).flatMap(([part, value]) => {
      const start = integerAt(value, 'lo');
      const length = integerAt(value, 'le');
      return start === undefined || length === undefined ? [] : [{ part, start, length }];
    }),
  };
}

function readVersion(value: PlistValue): EditVersion {
  const body = valueAt(value, 't');
  return {
    text: body instanceof Uint8Array ? textOf(body) : typeof body === 'string' ? body : null,
    cocoaSeconds: numberAt(value, 'd') ?? null,
  };
}

function textOf(body: Uint8Array): string | null {
  try {
    return readAttributedText(body).text;
  } catch {
    // One wording that cannot be read must not hide the others.
    return salvageText(body);
  }
}

/** Keys are part numbers as text; in order, others are left out. */
function entriesOf(value: PlistValue | undefined): readonly (readonly [number, PlistValue])[] {
  return Object.entries(dictOf(value) ?? {})
    .slice(0, MAX_PARTS)
    .filter(([key]) => /^\d{1,6}$/.test(key))
    .map(([key, one]) => [Number(key), one] as const)
    .sort(([one], [other]) => one - other);
}
