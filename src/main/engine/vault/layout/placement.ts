import { describeVolume } from '../../platform/index.ts';

/** What kind of disk a vault lies on. Files are deleted without grace only where no other computer can be writing. */
export type Placement = 'internal' | 'removable' | 'network' | 'unknown';

/** A container's layered file system lies on the disk of the computer that runs it. */
const LAYERED = new Set(['overlay', 'overlayfs']);

export async function placementOf(folder: string): Promise<Placement> {
  const { attachment, fileSystem } = await describeVolume(folder, { detail: 'quick' });
  if (attachment === 'memory') return 'internal';
  if (attachment === 'unknown' && fileSystem !== null && LAYERED.has(fileSystem)) return 'internal';
  return attachment;
}
