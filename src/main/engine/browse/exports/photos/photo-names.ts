import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { nameParts, type PhotoAsset } from '../../readers/photos/index.ts';
import { foldedName, safeFileName } from '../safe-file-names.ts';

/** Room for " (edited)", a suffix, a number and the ending in the 255 bytes that file systems take. */
const MAX_STEM_BYTES = 160;
const SHORT_DIGITS = 6;

/**
 * Names for what is taken out. All files of one asset share a stem, which is what makes a picture and a film a Live Photo
 * elsewhere; so no two assets of a folder share one, whatever their endings. The first keeps its name, others get a
 * suffix made of their id, which is the same the next time.
 */
export class PhotoNames {
  readonly #root: string;
  /** By folder. */
  readonly #taken = new Map<string, Set<string>>();

  /** `root`: names that are in it already are taken. */
  constructor(root: string) {
    this.#root = root;
  }

  /** A stem in this folder. The asset's own name wins over the phone's IMG_0001. */
  async stem(folder: readonly string[], asset: PhotoAsset): Promise<string> {
    const taken = await this.#takenIn(folder.map((part) => safeFileName(part)));
    const name = asset.originalFileName ?? asset.fileName ?? asset.id;
    const stem = shortStem(nameParts(name.replaceAll('/', '_')).stem);
    const digest = createHash('sha256').update(asset.id).digest('hex').toUpperCase();
    const own = (/[0-9A-F]{6}/i.exec(asset.id)?.[0] ?? digest.slice(0, SHORT_DIGITS)).toUpperCase();
    return claim(taken, [stem, `${stem} (${own})`, `${stem} (${digest.slice(0, 12)})`]);
  }

  async #takenIn(folder: readonly string[]): Promise<Set<string>> {
    const key = folder.join('/');
    const known = this.#taken.get(key);
    if (known !== undefined) return known;
    const there = await readdir(join(this.#root, ...folder)).catch(() => []); // Not there yet, or no folder: writing will tell.
    const taken = new Set(there.map((name) => foldedName(nameParts(name).stem)));
    this.#taken.set(key, taken);
    return taken;
  }
}

function claim(taken: Set<string>, stems: readonly string[]): string {
  for (const stem of stems) {
    const folded = foldedName(safeFileName(stem));
    if (taken.has(folded)) continue;
    taken.add(folded);
    return stem;
  }
  // Only an id that came twice gets here, or a third export to one folder: it numbers what is still the same.
  return stems.at(-1) ?? '_';
}

function shortStem(stem: string): string {
  if (Buffer.byteLength(stem) <= MAX_STEM_BYTES) return stem;
  const mark = `~${createHash('sha256').update(stem).digest('hex').slice(0, 8)}`;
  let short = '';
  let bytes = mark.length;
  for (const character of stem) {
    bytes += Buffer.byteLength(character);
    if (bytes > MAX_STEM_BYTES) break;
    short += character;
  }
  return short + mark;
}
