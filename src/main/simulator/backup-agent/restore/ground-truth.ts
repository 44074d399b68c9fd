import type { PhoneContent, PhoneFile } from '../../content/types.ts';
import { BackupIndex } from '../backup/backup-index.ts';
import { rowOf } from '../backup/file-row.ts';

/** The phone's regular files, found by domain and path. */
export class GroundTruth {
  readonly #index: BackupIndex;
  readonly #files: PhoneFile[] = [];

  constructor(content: PhoneContent) {
    this.#index = new BackupIndex(content.fileCount);
    for (const file of content.files()) {
      if (file.kind !== 'file') continue;
      this.#index.add(file.domain, file.relativePath, '', rowOf(file));
      this.#files.push(file);
    }
  }

  find(domain: string, relativePath: string): PhoneFile | null {
    const file = this.#files[this.#index.find(domain, relativePath)];
    return file?.domain === domain && file.relativePath === relativePath ? file : null;
  }
}
