import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { appHome } from '../engine/platform/app-home.ts';

/**
 * The terminal command. Compiled code is kept between runs, which makes the next start about twice as fast; the cache
 * must be on before the program's own modules are loaded, so they come in by a dynamic import. It lies in Backstop's own
 * folder, which nobody else can write: what is in it is executed.
 */
enableCompileCache(join(appHome(), 'cache', 'code'));

/** How long a socket or timer that was forgotten may keep a finished command alive. */
const LINGER_MS = 2000;

const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
setTimeout(() => process.exit(), LINGER_MS).unref();
