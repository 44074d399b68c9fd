import { BackstopError } from '../../../../shared/errors/index.ts';
import type { PlistLimits } from './types.ts';

/** Limits of the protocol reference (section 9.3): frame 256 MiB, depth 64, 5 million objects. */
const DEFAULT_LIMITS = { maxBytes: 256 * 1024 * 1024, maxDepth: 64, maxObjects: 5_000_000 } as const;

/** Writers recurse once per level; nothing we read or make is nearly as deep. */
export const MAX_WRITE_DEPTH = 512;

export interface CheckedLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
  readonly maxObjects: number;
}

export function withDefaults(limits: PlistLimits | undefined): CheckedLimits {
  return {
    maxBytes: limits?.maxBytes ?? DEFAULT_LIMITS.maxBytes,
    // Readers and writers recurse once per level, so the depth has a ceiling whatever the caller asks for.
    maxDepth: Math.min(limits?.maxDepth ?? DEFAULT_LIMITS.maxDepth, MAX_WRITE_DEPTH),
    maxObjects: limits?.maxObjects ?? DEFAULT_LIMITS.maxObjects,
  };
}

export function badPlist(message: string, cause?: unknown): BackstopError {
  return new BackstopError('formats/bad-plist', { message: `plist: ${message}`, cause });
}

export function tooLarge(message: string): BackstopError {
  return new BackstopError('formats/plist-too-large', { message: `plist: ${message}` });
}

export function unencodable(message: string): BackstopError {
  return new BackstopError('formats/unencodable-plist', { message: `plist: ${message}` });
}
