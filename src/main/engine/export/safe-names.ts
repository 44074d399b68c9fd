import { BackstopError } from '../../../shared/errors/index.ts';

const RESERVED = /^(con|prn|aux|nul|com[1-9]|lpt[1-9])(\..*)?$/i;
const MAX_COMPONENT_BYTES = 255;
const MAX_PATH_BYTES = 4096;

/**
 * Holds the names of one export to what every file system can carry and none can be tricked with. The vault validated
 * them at reception; they are checked again here because a vault can be written by somebody else (vault format, names).
 */
export class ExportNames {
  /** Folded spelling → spelling, for file systems that do not tell case apart. */
  readonly #seen = new Map<string, string>();

  /** The path's components below `<UDID>/`; a trailing "/" (an empty folder) is dropped. */
  split(name: string): string[] {
    const parts = (name.endsWith('/') ? name.slice(0, -1) : name).split('/');
    if (Buffer.byteLength(name) > MAX_PATH_BYTES) throw unsafe(name, 'too long');
    for (const part of parts) checkComponent(name, part);
    let path = '';
    for (const part of parts) {
      path = path === '' ? part : `${path}/${part}`;
      const folded = path.normalize('NFC').toLowerCase();
      const other = this.#seen.get(folded);
      if (other !== undefined && other !== path) throw unsafe(name, `same as ${other} where case does not count`);
      this.#seen.set(folded, path);
    }
    return parts;
  }
}

function checkComponent(name: string, part: string): void {
  if (part === '' || part === '.' || part === '..') throw unsafe(name, 'not a plain name');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is looked for
  if (/[\u0000-\u001f\u007f\\:]/.test(part))
    throw unsafe(name, 'a character that some systems read as a path or a stream');
  if (RESERVED.test(part)) throw unsafe(name, 'a device name on Windows');
  if (/[. ]$/.test(part)) throw unsafe(name, 'ends in a dot or a space');
  if (Buffer.byteLength(part) > MAX_COMPONENT_BYTES) throw unsafe(name, 'too long');
}

function unsafe(name: string, reason: string): BackstopError {
  return new BackstopError('export/unsafe-name', { data: { name: name.slice(0, 200), reason } });
}
