import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The vaults that are kept for ever (tests/golden), and what must come out of them. A release reads all of them, or it is
 * not released; a new one is added when the format learns something new, and none is ever changed.
 */

const GOLDEN = join(import.meta.dirname, '../../golden');
export const GENERATOR = join(import.meta.dirname, 'golden_vault.py');

export interface GoldenVersion {
  readonly id: string;
  readonly udid: string;
  readonly device: string;
  readonly seq: number;
  readonly date: string;
  /** Path below `<UDID>/` → SHA-256 and date of the file, or `folder`. */
  readonly files: Readonly<Record<string, string>>;
  /** Files whose bytes are no more: their pack has lost its end. */
  readonly lost: readonly string[];
  readonly pinned: boolean;
  readonly forgotten: boolean;
  readonly note: string | null;
}

export interface GoldenTruth {
  readonly versions: readonly GoldenVersion[];
  readonly cutPack: string;
  readonly moved: readonly string[];
  readonly packTargetBytes: number;
}

/** A copy that may be written to, with the empty folders that git does not keep. */
export function copyGolden(target: string): GoldenTruth {
  cpSync(join(GOLDEN, 'vault-1'), target, { recursive: true });
  for (const folder of ['leases', 'parity', 'tmp']) mkdirSync(join(target, folder), { recursive: true });
  for (let byte = 0; byte < 256; byte += 1) {
    const name = byte.toString(16).padStart(2, '0');
    for (const folder of ['packs', 'objects']) mkdirSync(join(target, folder, name), { recursive: true });
  }
  return readTruth(join(GOLDEN, 'vault-1'));
}

export function goldenFolder(): string {
  return join(GOLDEN, 'vault-1');
}

export function readTruth(vault: string): GoldenTruth {
  return JSON.parse(readFileSync(`${vault}.truth.json`, 'utf8')) as GoldenTruth;
}

/** The tree of a version as `tree(…, true)` tells it, without what is lost. */
export function goldenTree(version: GoldenVersion): Map<string, string> {
  const lost = new Set(version.lost);
  const kept = Object.entries(version.files).filter(([path]) => !lost.has(path));
  return new Map(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}
