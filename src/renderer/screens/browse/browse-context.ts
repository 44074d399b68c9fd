import { createContext, useContext } from 'react';
import type { BrowseFilter, BrowseKind, VersionRef } from '../../../shared/contract/procedures/index.ts';
import type { BackstopError } from '../../../shared/errors/index.ts';

/** What every kind's content is told, and what it may ask of the frame around it. */
export interface BrowseFrame {
  readonly udid: string;
  readonly version: VersionRef;
  readonly isEncrypted: boolean;
  readonly kind: BrowseKind;
  readonly gone: boolean;
  /** What is searched for within the kind; '' shows all. */
  readonly text: string;
  readonly clearText: () => void;
  readonly showAll: () => void;
  readonly group: string | null;
  readonly chooseGroup: (group: string | null) => void;
  readonly item: string | null;
  readonly chooseItem: (item: string | null) => void;
  readonly save: (filter: BrowseFilter, ids: readonly string[] | null, what: string) => void;
  /** In which other backups an item is. */
  readonly showElsewhere: (id: string) => void;
  readonly unlock: () => void;
  readonly isLock: (error: BackstopError) => boolean;
  /** Goes up when a password was given: everything is asked again. */
  readonly turn: number;
}

export const BrowseFrameContext = createContext<BrowseFrame | null>(null);

export function useFrame(): BrowseFrame {
  const frame = useContext(BrowseFrameContext);
  if (frame === null) throw new Error('no browse frame around this component');
  return frame;
}

/** The filter that the frame stands for, without what is empty. */
export function filterOf(
  frame: Pick<BrowseFrame, 'text' | 'group'>,
  more: BrowseFilter = {},
  withGroup = true,
): BrowseFilter {
  return {
    ...(frame.text.trim() === '' ? {} : { text: frame.text.trim().slice(0, 200) }),
    ...(frame.group === null || !withGroup ? {} : { group: frame.group }),
    ...more,
  };
}
