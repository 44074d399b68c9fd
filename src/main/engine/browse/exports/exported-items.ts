import type { Unreadable } from '../readers/reading.ts';

/** Where items are written, by every export of a small kind. */
export interface ItemsDestination {
  readonly directory: string;
  /** Folders in which nothing may be written, such as the vault. */
  readonly outside?: readonly string[] | undefined;
}

/** What an export of a small kind says. */
export interface ExportedItems {
  readonly items: number;
  readonly files: number;
  readonly bytes: number;
  /** Name of the list of SHA-256 sums; null when nothing was written. */
  readonly sums: string | null;
  /** What could not be read, and so is not in the export. */
  readonly unreadable: readonly Unreadable[];
}
