import { isUtf8 } from 'node:buffer';
import { BackstopError } from '../../../../../shared/errors/index.ts';
import { printable } from '../../lockdown/index.ts';
import { NAME_MAX_BYTES } from './messages.ts';

/**
 * Names that no healthy phone sends and that could lead out of a folder on some system: parents, absolute paths,
 * drives, backslashes, control characters (NUL among them). The folder checks names again in its own, stricter way;
 * these end the conversation before anything is done with them.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are the point
const HOSTILE = /[\u0000-\u001f\u007f\\]|^\/|^[A-Za-z]:|(?:^|\/)\.\.(?:\/|$)/;

/** A path from a message. Throws `device/hostile-path`. */
export function checkPath(path: string): string {
  const problem = problemOf(path);
  if (problem !== null) throw hostilePath(problem, path);
  return path;
}

/** A path from a file stream. Throws `device/hostile-path`. */
export function decodePath(bytes: Uint8Array): string {
  const path = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  if (!isUtf8(bytes)) throw hostilePath('it is not UTF-8', path);
  return checkPath(path);
}

function problemOf(path: string): string | null {
  // No UTF-16 unit is more than three bytes of UTF-8, so that short paths need no counting.
  if (path.length > NAME_MAX_BYTES / 3 && Buffer.byteLength(path) > NAME_MAX_BYTES) return 'it is too long';
  if (!HOSTILE.test(path)) return null;
  if (path.includes('\0')) return 'it holds a NUL';
  if (path.includes('\\')) return 'it holds a backslash';
  if (path.startsWith('/')) return 'it is absolute';
  if (/^[A-Za-z]:/.test(path)) return 'it names a drive';
  return /(?:^|\/)\.\.(?:\/|$)/.test(path) ? 'it climbs out with “..”' : 'it holds a control character';
}

function hostilePath(problem: string, path: string): BackstopError {
  const shown = printable(path).slice(0, 120);
  return new BackstopError('device/hostile-path', {
    message: `a path from the phone is refused, ${problem}: ${shown}`,
    data: { problem: `${problem}: “${shown}”`, path: shown },
  });
}
