import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLog } from '../../src/main/engine/log/index.ts';
import { parentPort } from '../../src/main/engine/process/parent-port.ts';
import { runHost } from '../../src/main/engine/process/run-host.ts';
import { SmallEngine } from './small-engine.ts';

/** The small engine in a process of its own. `SMALL_ENGINE_HOME`: where it logs, and notes that it closed well. */
const home = process.env['SMALL_ENGINE_HOME'] ?? '';
const port = parentPort();
if (port === null || process.env['SMALL_ENGINE_BROKEN'] === '1') process.exit(71);

class NotingEngine extends SmallEngine {
  override async close(): Promise<void> {
    writeFileSync(join(home, 'closed'), '');
  }
}

await runHost({ port, log: openLog(home), open: async () => new NotingEngine() });
