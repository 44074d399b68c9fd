import type { BrowseEngine } from '../../../shared/contract/index.ts';
import { extract, listFiles, readFile } from './browse-files.ts';
import type { BackupOpener } from './open-backup.ts';

export function browseEngine(opener: BackupOpener): BrowseEngine {
  return {
    list: (choice, place, options = {}) => listFiles(opener, choice, place, options),
    read: (choice, request, options = {}) => readFile(opener, choice, request, options),
    extract: (choice, request, options = {}) => extract(opener, choice, request, options),
  };
}
