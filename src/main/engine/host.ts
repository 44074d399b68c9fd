import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { appHome } from './platform/app-home.ts';
import { parentPort } from './process/parent-port.ts';

/** The engine's process: started by the desktop as a utility process, by the browser's face as a child of Node. */
const port = parentPort();
if (port === null) throw new Error('This is started by Backstop itself.');

const home = appHome();
// Compiled code is kept between runs: on before the program's own modules are loaded, in a folder that nobody else writes.
enableCompileCache(join(home, 'cache', 'code'));

const { createService } = await import('./api/index.ts');
const { openLog } = await import('./log/index.ts');
const { runHost } = await import('./process/run-host.ts');

await runHost({
  port,
  log: openLog(home).bind({ area: 'engine' }),
  open: async () => createService({ home, env: process.env }),
});
