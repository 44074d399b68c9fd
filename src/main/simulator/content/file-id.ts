import { hash } from 'node:crypto';

/** Name of a file in a backup: SHA-1 of domain, a hyphen and the path (backup-format 1.3). */
export function fileIdOf(domain: string, relativePath: string): string {
  return hash('sha1', `${domain}-${relativePath}`);
}
