/** A file of pages, as a log is written back into one; offsets and lengths in bytes. All calls are synchronous. */
export interface PageFile {
  size(): number;
  /** How many bytes were read: fewer at the end of the file. */
  read(into: Buffer, at: number): number;
  write(bytes: Uint8Array, at: number): void;
  truncate(size: number): void;
}

export type ReadOnlyFile = Pick<PageFile, 'size' | 'read'>;

export function isPageSize(size: number): boolean {
  return size >= 512 && size <= 65_536 && (size & (size - 1)) === 0;
}

/** Reads just so many bytes; false when fewer are there. */
export function readAll(file: ReadOnlyFile, into: Buffer, at: number): boolean {
  return file.read(into, at) === into.length;
}
