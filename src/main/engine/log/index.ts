export { createLogger, type LogContext, type LogFacts, type Logger, type LogLevel } from './logger.ts';
export { openLog } from './open-log.ts';
export { shortUdid } from './redact.ts';
