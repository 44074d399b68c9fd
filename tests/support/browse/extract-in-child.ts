import { extractFiles } from '../../../src/main/engine/browse/index.ts';
import { openBackupFolder } from './open-options.ts';

/**
 * Takes all files out of an unencrypted backup folder, in a process of its own that may be killed.
 *
 * usage: extract-in-child.ts FOLDER WORK_FOLDER TARGET
 */
const [folder = '', workFolder = '', directory = ''] = process.argv.slice(2);
const { backup } = await openBackupFolder(folder, workFolder, null);
await using opened = backup;
await extractFiles(opened, { directory });
