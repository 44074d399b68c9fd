import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LogSink } from './logger.ts';

export interface LogFileOptions {
  /** A file may grow to about this; then it becomes `<path>.1`. */
  readonly maxBytes?: number;
  /** Old files that are kept: `<path>.1` is the newest. */
  readonly keep?: number;
}

const MAX_BYTES = 4 * 1024 * 1024;
const KEEP = 3;

/**
 * Appends lines to a private file of bounded size; at most `(keep + 1) * maxBytes` on disk. Written at once, so that the
 * last line before a crash is there; a job writes about ten. Several processes may share the file: each line is one
 * append, and whoever finds the file full moves it on.
 *
 * A log that cannot be written is given up silently: the owner's backup matters more than its story, and standard output
 * and standard error belong to the face.
 */
export function openLogFile(path: string, { maxBytes = MAX_BYTES, keep = KEEP }: LogFileOptions = {}): LogSink {
  let file: number | null = null;
  let broken = false;

  const close = (): void => {
    if (file !== null) closeSync(file);
    file = null;
  };

  const append = (line: string): void => {
    file ??= openPrivate(path);
    if (fstatSync(file).size >= maxBytes) {
      if (isStill(path, file)) moveOn(path, keep);
      close();
      file = openPrivate(path);
    }
    writeSync(file, `${line}\n`);
  };

  return (line) => {
    if (broken) return;
    try {
      append(line);
    } catch {
      // Of no interest to anybody but the log itself (see above).
      broken = true;
      file = null;
    }
  };
}

function openPrivate(path: string): number {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return openSync(path, 'a', 0o600);
}

/** Another process may have moved the full file on already; then ours is the old one. */
function isStill(path: string, file: number): boolean {
  const here = statSync(path, { throwIfNoEntry: false });
  return here !== undefined && here.ino === fstatSync(file).ino;
}

function moveOn(path: string, keep: number): void {
  for (let age = keep; age >= 1; age -= 1) {
    const from = age === 1 ? path : `${path}.${age - 1}`;
    if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, `${path}.${age}`);
  }
  if (keep === 0) rmSync(path, { force: true });
}
