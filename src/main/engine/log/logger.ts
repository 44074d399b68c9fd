import { type Clock, systemClock } from '../platform/index.ts';
import { redact, redactText, shortUdid } from './redact.ts';

/** `error`: someone must act. `warn`: we coped. `info`: the story of a job in about ten lines. `debug`: the wire. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** Facts that every line of a job or a phone carries; bound once. */
export interface LogContext {
  /** The room that speaks: `device`, `vault`, `backup`. */
  readonly area?: string;
  readonly jobId?: string;
  /** A UDID; written in its short form. */
  readonly device?: string;
}

export type LogFacts = Readonly<Record<string, unknown>>;

/** Takes one line without its end. Must not throw: a backup does not fail because its log does. */
export type LogSink = (line: string) => void;

/**
 * Lines for the person who helps, one JSON object each: `time, level, area, event, data`, and what was bound. `event` is
 * a constant such as `lockdown.session-started`. Nothing in the product may depend on a log line.
 */
export interface Logger {
  error(event: string, facts?: LogFacts): void;
  warn(event: string, facts?: LogFacts): void;
  info(event: string, facts?: LogFacts): void;
  debug(event: string, facts?: LogFacts): void;
  /** The same log with more facts bound. */
  bind(context: LogContext): Logger;
}

export interface LoggerOptions {
  readonly sink: LogSink;
  /** The least important level that is written. */
  readonly level?: LogLevel;
  readonly clock?: Clock;
}

const LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];

export function createLogger({ sink, level = 'info', clock = systemClock }: LoggerOptions): Logger {
  const written = new Set(LEVELS.slice(0, LEVELS.indexOf(level) + 1));
  const logger = (context: LogContext): Logger => {
    const write = (at: LogLevel, event: string, facts: LogFacts | undefined): void => {
      if (written.has(at)) sink(logLine(clock.now(), at, event, facts, context));
    };
    return {
      error: (event, facts) => write('error', event, facts),
      warn: (event, facts) => write('warn', event, facts),
      info: (event, facts) => write('info', event, facts),
      debug: (event, facts) => write('debug', event, facts),
      bind: (more) => logger({ ...context, ...more }),
    };
  };
  return logger({});
}

export function isLogLevel(text: string | undefined): text is LogLevel {
  return LEVELS.some((level) => level === text);
}

function logLine(time: Date, level: LogLevel, event: string, facts: LogFacts | undefined, context: LogContext): string {
  const line = JSON.stringify({
    time: time.toISOString(),
    level,
    ...(context.area === undefined ? {} : { area: redactText(context.area) }),
    event: redactText(event),
    ...(context.jobId === undefined ? {} : { jobId: redactText(context.jobId) }),
    ...(context.device === undefined ? {} : { device: shortUdid(context.device) }),
    ...(facts === undefined ? {} : { data: redact(facts, { fileNames: level !== 'info' }) }),
    ...stackOf(level, facts),
  });
  // JSON leaves characters that turn the writing direction; a terminal that shows the log would obey them.
  return line.replace(/[\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
}

/** Where in our sources it happened: only for what is no outcome the product has a code for. */
function stackOf(level: LogLevel, facts: LogFacts | undefined): { stack?: readonly string[] } {
  const error = facts?.['error'];
  if (level !== 'error' || !(error instanceof Error) || error.name === 'BackstopError') return {};
  return {
    stack: (error.stack ?? '')
      .split('\n')
      .slice(1, 12)
      .map((line) => redactText(line.trim())),
  };
}
