import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import type { VolumeDescription } from '../../platform/index.ts';

/**
 * Which copy of a vault this is. Copies have one id, and what was seen of the bytes of one says nothing about those of
 * the other: notes of that kind are kept by place.
 */
export interface Place {
  /** 32 hex digits, without telling anything about the disk. */
  readonly key: string;
  /** Another computer gives the same disk and folder the same key. Otherwise it holds on this computer only. */
  readonly isUniversal: boolean;
}

/** By the disk's own identity, so that another mount point or drive letter makes no difference; else by the path. */
export function placeOf(root: string, volume: VolumeDescription | null): Place {
  if (volume === null || volume.id === null || volume.mountPoint === null) {
    return { key: keyOf(`path ${root}`), isUniversal: false };
  }
  const inside = relative(volume.mountPoint, volume.path).replaceAll('\\', '/');
  // What a server is called differs from computer to computer.
  return { key: keyOf(`volume ${volume.id}/${inside}`), isUniversal: volume.attachment !== 'network' };
}

function keyOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
