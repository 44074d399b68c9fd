import { hash } from 'node:crypto';

/**
 * The name of a file in a backup: lower-case hex SHA-1 of `domain-relativePath`. A domain's root has the path "".
 * Agrees with all rows of a real iOS 14.3 manifest.
 */
export function fileIdOf(domain: string, relativePath: string): string {
  return hash('sha1', `${domain}-${relativePath}`, 'hex');
}

/** Whether a text can be a file id at all: to be asked before it becomes part of a path. */
export function isFileId(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}
