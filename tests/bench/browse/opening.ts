import { Keyring, ManifestCache, openFolderBackup } from '../../../src/main/engine/browse/index.ts';
import { MemorySecrets } from '../../../src/main/engine/platform/index.ts';
import { PASSWORD } from './encrypted-folder.ts';

/**
 * Opens a folder in a process of its own, lists its domains and then one folder, and says what that took.
 *
 * usage: opening.ts FOLDER WORK_FOLDER CACHE_FOLDER (the cache's key, hex, is in BENCH_CACHE_KEY)
 */
const [folder = '', workFolder = '', cacheFolder = ''] = process.argv.slice(2);
const secrets = new MemorySecrets();
await secrets.set('browse-cache', Buffer.from(process.env['BENCH_CACHE_KEY'] ?? '', 'hex'));
const started = performance.now();
const { backup } = await openFolderBackup(folder, {
  keyring: new Keyring(),
  askPassword: async () => PASSWORD,
  workFolder,
  cache: new ManifestCache(cacheFolder, secrets),
});
const domains = backup.domains().length;
const domainsMs = performance.now() - started;
const peakBytes = process.resourceUsage().maxRSS * 1024;
const listing = performance.now();
const listed = backup.list('CameraRollDomain', 'Media/DCIM').length;
const listMs = performance.now() - listing;
const again = performance.now();
backup.list('CameraRollDomain', 'Media');
const listAgainMs = performance.now() - again;
const closing = performance.now();
await backup[Symbol.asyncDispose]();
const closeMs = performance.now() - closing;
process.stdout.write(JSON.stringify({ domains, domainsMs, peakBytes, listed, listMs, listAgainMs, closeMs }));
