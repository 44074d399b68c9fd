const AES_BLOCK = 16;
const DATABASE_NAME = /\.(db|sqlite|sqlite3|sqlitedb|storedata|sqlite-wal|db-wal|hfd)$|-(wal|shm|journal)$/i;

export type SizeVerdict =
  | { readonly kind: 'plausible' }
  | { readonly kind: 'differs'; readonly detail: string }
  | { readonly kind: 'damaged'; readonly detail: string };

/**
 * Does a stored payload fit the size that the manifest gives (backup format 2.7 and 6)? `Size` is often wrong for
 * databases, which change between the phone's look and its upload; a payload that cannot have been whole is damage.
 */
export function judgeSize(stored: number, size: number, encrypted: boolean, relativePath: string): SizeVerdict {
  if (stored === 0) {
    return size > 0 ? { kind: 'damaged', detail: `empty, but the manifest says ${size} bytes` } : { kind: 'plausible' };
  }
  if (encrypted && stored % AES_BLOCK !== 0) {
    return { kind: 'damaged', detail: `${stored} bytes are no whole number of cipher blocks` };
  }
  const expected = encrypted ? AES_BLOCK * (Math.floor(size / AES_BLOCK) + 1) : size;
  if (stored === expected) return { kind: 'plausible' };
  // The manifest is known to be wrong about databases: nothing can be said, so nothing is.
  if (DATABASE_NAME.test(relativePath)) return { kind: 'plausible' };
  // Some writers pad nothing when the length is a whole number of blocks.
  if (encrypted && stored === size) return { kind: 'plausible' };
  const detail = `${stored} bytes are stored, ${expected} were expected from the manifest`;
  return stored < expected ? { kind: 'damaged', detail } : { kind: 'differs', detail };
}
