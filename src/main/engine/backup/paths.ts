import { BackstopError } from '../../../shared/errors/index.ts';

/**
 * Names from the phone, checked at reception, before anything else looks at them (reference: device protocols 9.2;
 * vault format, correction 16). What is wrong is refused, never repaired: a repaired name is another name.
 *
 * The rules are those of all systems at once, because a version may be exported on another computer than this one.
 */

/** A checked path below the backup root. `folder` and `name` are its two halves; the root has neither. */
export interface VirtualPath {
  /** Components joined by "/", without a leading or trailing slash. */
  readonly text: string;
  readonly folder: string;
  readonly name: string;
}

export const MAX_PATH_BYTES = 4096;
export const MAX_COMPONENT_BYTES = 255;
export const MAX_DEPTH = 64;

/** Device names of Windows, with any extension; the superscript digits count there too. */
const WINDOWS_DEVICE = /^(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|COM[0-9¹²³]|LPT[0-9¹²³])(?:\.|$)/i;
const DRIVE = /^[A-Za-z]:/;
const SHOWN_CHARACTERS = 200;

/** Throws `backup/hostile-path`, whose data says what is wrong. Empty and "." components are dropped, ".." never is. */
export function parseVirtualPath(raw: string): VirtualPath {
  if (raw.length > MAX_PATH_BYTES || Buffer.byteLength(raw) > MAX_PATH_BYTES) {
    throw hostile(raw, `it is longer than ${MAX_PATH_BYTES} bytes`);
  }
  if (!raw.isWellFormed() || raw.includes('\uFFFD')) throw hostile(raw, 'it is not valid UTF-8');
  if (raw.includes('\0')) throw hostile(raw, 'it holds a NUL character');
  if (hasControlCharacter(raw)) throw hostile(raw, 'it holds a control character');
  if (raw.startsWith('/')) throw hostile(raw, 'it is an absolute path');
  if (raw.includes('\\')) throw hostile(raw, 'it holds a backslash');
  if (DRIVE.test(raw)) throw hostile(raw, 'it names a drive');
  if (raw.includes(':')) throw hostile(raw, 'it holds a colon');

  const components: string[] = [];
  for (const component of raw.split('/')) {
    if (component === '' || component === '.') continue;
    checkComponent(component, raw);
    components.push(component);
  }
  if (components.length > MAX_DEPTH) throw hostile(raw, `it is more than ${MAX_DEPTH} folders deep`);
  const name = components.pop() ?? '';
  const folder = components.join('/');
  return { text: folder === '' ? name : `${folder}/${name}`, folder, name };
}

function checkComponent(component: string, raw: string): void {
  if (component === '..') throw hostile(raw, 'it climbs out of its folder (“..”)');
  if (Buffer.byteLength(component) > MAX_COMPONENT_BYTES) {
    throw hostile(raw, `a part of it is longer than ${MAX_COMPONENT_BYTES} bytes`);
  }
  if (component.endsWith('.') || component.endsWith(' ')) throw hostile(raw, 'a part of it ends in a dot or a space');
  if (WINDOWS_DEVICE.test(component)) throw hostile(raw, 'a part of it is a device name of Windows');
}

function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return true;
  }
  return false;
}

function hostile(raw: string, problem: string): BackstopError {
  const path = showName(raw);
  return new BackstopError('backup/hostile-path', {
    message: `refused a path from the phone because ${problem}: ${path}`,
    data: { problem, path },
  });
}

/** A foreign name as it may be shown and logged: cut, and without characters that move a cursor or turn text around. */
export function showName(raw: string): string {
  const cut = raw.length > SHOWN_CHARACTERS ? `${raw.slice(0, SHOWN_CHARACTERS)}…` : raw;
  const safe = cut.replace(
    /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return `“${safe}”`;
}
