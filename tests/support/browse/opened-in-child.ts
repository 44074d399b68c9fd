import { openBackupFolder } from './open-options.ts';

/**
 * Opens a backup folder and databases in it, in a process of its own, says so, and waits to be killed.
 *
 * usage: opened-in-child.ts FOLDER WORK_FOLDER DOMAIN/PATH… (the password is in BACKSTOP_PASSWORD)
 */
const [folder = '', workFolder = '', ...databases] = process.argv.slice(2);
const { backup } = await openBackupFolder(folder, workFolder, process.env['BACKSTOP_PASSWORD'] ?? null);
const opened: boolean[] = [];
for (const name of databases) {
  const slash = name.indexOf('/');
  const database = await backup.openDatabase(name.slice(0, slash), name.slice(slash + 1));
  // What SQLite sorts beside the database must not lie in a file either.
  database?.db.prepare('SELECT a.* FROM sqlite_master a, sqlite_master b ORDER BY random()').all();
  opened.push(database !== null);
}
process.stdout.write(`${JSON.stringify(opened)}\n`);
// A test that is killed itself leaves no process behind.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.exit();
}, 1000);
