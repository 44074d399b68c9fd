import { join } from 'node:path';
import { openLogFile } from './file-sink.ts';
import { createLogger, isLogLevel, type Logger } from './logger.ts';

/** The log of a running Backstop: `logs/backstop.log` in its own folder. `BACKSTOP_LOG_LEVEL=debug` writes the wire too. */
export function openLog(home: string, env: NodeJS.ProcessEnv = process.env): Logger {
  const wanted = env['BACKSTOP_LOG_LEVEL'];
  return createLogger({
    sink: openLogFile(join(home, 'logs', 'backstop.log')),
    level: isLogLevel(wanted) ? wanted : 'info',
  });
}
