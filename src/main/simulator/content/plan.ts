import { bug } from './bug.ts';
import type { PhoneSpec } from './types.ts';

/**
 * How many of everything a phone of the wanted size has. Databases may take a tenth of the bytes; media get their sizes
 * from a common pool by weight; app data fill up to the wanted numbers at the end.
 */
export interface Plan {
  readonly files: number;
  readonly bytes: number;
  /** Below 140 files: only photos, messages and contacts. */
  readonly tiny: boolean;
  /** Files of the camera roll, roughly: an asset has one to five. */
  readonly assetFiles: number;
  /** Media get this part of what the databases leave; app data the rest, whatever it turns out to be. */
  readonly mediaShare: number;
  /** Are there files whose names are trouble elsewhere? */
  readonly oddNames: boolean;
  readonly videoPercent: number;
  readonly conversations: number;
  readonly messages: number;
  readonly attachmentFiles: number;
  readonly contacts: number;
  readonly notes: number;
  readonly calls: number;
  readonly events: number;
  readonly reminders: number;
  readonly voicemails: number;
  readonly recordings: number;
  readonly bookmarks: number;
  readonly visits: number;
  readonly healthSamples: number;
  readonly whatsappMessages: number;
  readonly whatsappMedia: number;
  readonly preferences: number;
  readonly apps: number;
  /** True for phones of many small files: sizes differ less. */
  readonly flat: boolean;
}

/** Average bytes of a file below which a phone counts as one of many small files. */
const FLAT_BELOW = 64 * 1024;
const TINY_BELOW = 140;

export function makePlan(spec: PhoneSpec): Plan {
  const files = Math.max(1, Math.floor(spec.files));
  const bytes = Math.max(0, Math.floor(spec.bytes));
  const average = bytes / files;
  const tiny = files < TINY_BELOW;
  /** At least `low`, at most `high`, and no more than `percent` of the bytes at `each` bytes a row. */
  const rows = (wanted: number, low: number, high: number, percent: number, each: number): number =>
    Math.floor(Math.max(low, Math.min(wanted, high, (bytes * percent) / 100 / each)));
  return {
    files,
    bytes,
    tiny,
    assetFiles: tiny
      ? files
      : Math.floor(Math.min(Math.max(34, files * 0.75 - 100), rows(files * 0.45, 60, 60_000, 8, 1800))),
    oddNames: files >= 180,
    mediaShare: tiny ? 1 : files < 250 ? 0.95 : 0.8,
    videoPercent: tiny ? (average > 4_000_000 ? 90 : average > 500_000 ? 30 : 10) : 12,
    conversations: tiny ? 3 : rows(files / 60, 8, 400, 1, 1000),
    messages: tiny ? 12 : rows(files * 0.6, 70, 30_000, 5, 900),
    attachmentFiles: tiny ? 0 : rows(files * 0.08, 5, 20_000, 2, 700),
    contacts: tiny ? 4 : rows(files * 0.05, 14, 1_500, 1.5, 1500),
    notes: tiny ? 0 : rows(files * 0.02, 9, 800, 1.5, 1800),
    calls: tiny ? 0 : rows(files * 0.1, 20, 1_000, 1, 400),
    events: tiny ? 0 : rows(files * 0.08, 14, 1_500, 1, 700),
    reminders: tiny ? 0 : rows(files * 0.04, 10, 600, 1, 700),
    voicemails: tiny ? 0 : rows(files * 0.002, 2, 40, 1, 20_000),
    recordings: tiny ? 0 : rows(files * 0.004, 2, 120, 2, 20_000),
    bookmarks: tiny ? 0 : rows(files * 0.03, 8, 400, 1, 400),
    visits: tiny ? 0 : rows(files * 0.3, 25, 6_000, 1, 300),
    healthSamples: tiny ? 0 : rows(files * 2, 120, 60_000, 2, 150),
    whatsappMessages: tiny ? 0 : rows(files * 0.2, 30, 10_000, 2, 700),
    whatsappMedia: tiny ? 0 : rows(files * 0.03, 4, 8_000, 1, 700),
    preferences: tiny ? 0 : Math.floor(Math.min(files * 0.1, 400)),
    apps: tiny ? Math.min(2, Math.floor(files / 20)) : Math.floor(Math.max(4, Math.min(files / 120, 140))),
    flat: average < FLAT_BELOW,
  };
}

/** What the databases will weigh, from measurements: good to a few percent, the filling corrects the rest. */
export function databaseBytes(plan: Plan): number {
  const core = 520_000 + plan.assetFiles * 1250 + plan.messages * 900 + plan.contacts * 1500;
  if (plan.tiny) return core;
  const rest =
    plan.notes * 1800 +
    plan.calls * 300 +
    plan.events * 500 +
    plan.reminders * 500 +
    plan.visits * 250 +
    plan.healthSamples * 130 +
    plan.whatsappMessages * 500;
  return core + rest + 900_000;
}

/**
 * Turns weights into bytes: media are planned first with weights, then one scale makes the sum fit. A weight of 1 is an
 * ordinary photo.
 */
export class SizePool {
  #weights = 0;
  #scale: number | null = null;

  /** Announces a file; the same number must be asked for by `size` later. */
  reserve(weight: number): void {
    this.#weights += weight;
  }

  settle(bytes: number): void {
    this.#scale = this.#weights === 0 ? 0 : Math.max(0, bytes) / this.#weights;
  }

  get weights(): number {
    return this.#weights;
  }

  size(weight: number, minimum: number): number {
    if (this.#scale === null) bug('sizes are asked for before the pool is settled');
    return Math.max(minimum, Math.round(weight * this.#scale));
  }
}
