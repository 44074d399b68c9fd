import type { BrowseEngine } from '../../../shared/contract/index.ts';
import { coverage, diff, exportItems, listItems, searchBackup, usage, where } from './browse-content.ts';
import { extract, listFiles, readFile } from './browse-files.ts';
import type { BackupOpener } from './open-backup.ts';

export function browseEngine(opener: BackupOpener): BrowseEngine {
  return {
    list: (choice, place, options = {}) => listFiles(opener, choice, place, options),
    read: (choice, request, options = {}) => readFile(opener, choice, request, options),
    items: (choice, request, options = {}) => listItems(opener, choice, request, options),
    exportItems: (choice, request, options = {}) => exportItems(opener, choice, request, options),
    search: (choice, request, options = {}) => searchBackup(opener, choice, request, options),
    coverage: (choice, options = {}) => coverage(opener, choice, options),
    diff: (older, newer, request, options = {}) => diff(opener, older, newer, request, options),
    where: (choice, request, options = {}) => where(opener, choice, request, options),
    usage: (choice, options = {}) => usage(opener, choice, options),
    extract: (choice, request, options = {}) => extract(opener, choice, request, options),
  };
}
