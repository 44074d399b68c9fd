/** Names of the phone as names that every disk takes, each of its own; nearly always they are what they were. */

const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is looked for
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\\/:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

export class TargetNames {
  readonly #taken = new Set<string>();

  /** Names that are in use already. */
  constructor(taken: Iterable<string>) {
    for (const name of taken) this.#taken.add(folded(name));
  }

  /** A path below the folder that no other file has, even where case does not count. */
  choose(phonePath: string): string {
    const wanted = phonePath.split('/').map(safeName).join('/');
    let chosen = wanted;
    for (let number = 2; this.#taken.has(folded(chosen)); number += 1) chosen = numbered(wanted, number);
    this.#taken.add(folded(chosen));
    return chosen;
  }
}

function safeName(name: string): string {
  const safe = name
    .toWellFormed()
    .replace(FORBIDDEN, '_')
    .replace(/[. ]+$/, (end) => '_'.repeat(end.length));
  // Names with a dot in front are Backstop's own in this folder.
  const shown = safe.replace(/^\.backstop/i, '_backstop');
  return RESERVED.test(shown) ? `_${shown}` : shown;
}

function folded(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

function numbered(path: string, number: number): string {
  const dot = path.lastIndexOf('.');
  const hasEnding = dot > path.lastIndexOf('/') + 1;
  return hasEnding ? `${path.slice(0, dot)} (${number})${path.slice(dot)}` : `${path} (${number})`;
}
