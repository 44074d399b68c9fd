import type { PhotoAsset } from '../readers/photos/index.ts';

/** Photos that look alike for a reason, and are not the same (backup-format 5.4). Suggestions to look at, never more. */

/** `burst`: frames of one burst. `same-moment`: seconds apart and of one size. `phone`: the phone's own search says so. */
export type NearBasis = 'burst' | 'same-moment' | 'phone';

export interface NearDuplicates {
  readonly basis: NearBasis;
  readonly ids: readonly string[];
  /** An estimate: of bursts the frames that nobody picked, else all but the largest. */
  readonly freeableBytes: number;
}

/** Between one picture and the next. */
const MOMENT_MS = 10_000;

interface Frame {
  readonly id: string;
  readonly bytes: number;
  readonly isSpare: boolean;
  /** Equal ones are exact duplicates, which are told elsewhere. */
  readonly same: string;
}

interface Moment {
  lastMs: number;
  readonly shape: string;
  readonly frames: Frame[];
}

/** Takes assets in the order of their dates. */
export class NearDuplicateFinder {
  readonly #bursts = new Map<string, Frame[]>();
  readonly #phone = new Map<string, Frame[]>();
  readonly #groups: NearDuplicates[] = [];
  #moment: Moment | null = null;

  add(asset: PhotoAsset, bytes: number): void {
    const { id, burst, fingerprint, sizeBytes } = asset;
    const same = fingerprint === null ? id : `${sizeBytes}/${fingerprint}`;
    const frame = { id, bytes, isSpare: burst?.isPicked === false, same };
    if (burst !== null) put(this.#bursts, burst.id, frame);
    else if (asset.duplicateGroup !== null) put(this.#phone, asset.duplicateGroup, frame);
    else if (asset.kind === 'photo' && asset.isScreenshot !== true) this.#addToMoment(asset, frame);
  }

  /** What would free the most first. */
  result(): NearDuplicates[] {
    this.#endMoment();
    for (const frames of this.#bursts.values()) {
      const spare = frames.filter(({ isSpare }) => isSpare).reduce((sum, { bytes }) => sum + bytes, 0);
      if (frames.length > 1) this.#groups.push(group('burst', frames, spare));
    }
    this.#bursts.clear();
    for (const frames of this.#phone.values()) this.#addAlike('phone', frames);
    this.#phone.clear();
    return this.#groups.sort((one, other) => other.freeableBytes - one.freeableBytes);
  }

  #addToMoment({ takenMs, width, height }: PhotoAsset, frame: Frame): void {
    if (takenMs === null || width === null || height === null) return;
    const shape = `${width}×${height}`;
    if (this.#moment !== null && this.#moment.shape === shape && takenMs - this.#moment.lastMs <= MOMENT_MS) {
      this.#moment.lastMs = takenMs;
      this.#moment.frames.push(frame);
      return;
    }
    this.#endMoment();
    this.#moment = { lastMs: takenMs, shape, frames: [frame] };
  }

  #endMoment(): void {
    if (this.#moment !== null) this.#addAlike('same-moment', this.#moment.frames);
    this.#moment = null;
  }

  #addAlike(basis: NearBasis, frames: readonly Frame[]): void {
    const seen = new Set<string>();
    const different = frames.filter(({ same }) => !seen.has(same) && seen.add(same));
    if (different.length < 2) return;
    const all = different.reduce((sum, { bytes }) => sum + bytes, 0);
    const largest = different.reduce((most, { bytes }) => Math.max(most, bytes), 0);
    this.#groups.push(group(basis, different, all - largest));
  }
}

function group(basis: NearBasis, frames: readonly Frame[], freeableBytes: number): NearDuplicates {
  return { basis, ids: frames.map(({ id }) => id), freeableBytes };
}

function put(groups: Map<string, Frame[]>, key: string, frame: Frame): void {
  const frames = groups.get(key);
  if (frames === undefined) groups.set(key, [frame]);
  else frames.push(frame);
}
