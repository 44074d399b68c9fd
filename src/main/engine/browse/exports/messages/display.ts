import type { Author, ConversationFile, Person } from './conversations/model.ts';

/** Words and forms that all exports share. */

export interface DisplayOptions {
  /** IANA name; default: that of this computer. */
  readonly timeZone?: string | undefined;
  /** BCP 47, for dates. */
  readonly locale?: string | undefined;
}

/** No day begins within one: the offset of every zone has been a multiple of it since long before there were phones. */
const QUARTER_MS = 15 * 60_000;

export class Display {
  readonly #day: Intl.DateTimeFormat;
  readonly #time: Intl.DateTimeFormat;
  readonly #moment: Intl.DateTimeFormat;
  readonly #count: Intl.NumberFormat;
  readonly timeZone: string;
  #lastQuarter = Number.NaN;
  #lastDay = '';

  constructor({ timeZone, locale = 'en-GB' }: DisplayOptions = {}) {
    const zone = timeZone === undefined ? {} : { timeZone };
    this.#day = new Intl.DateTimeFormat(locale, { ...zone, dateStyle: 'full' });
    this.#time = new Intl.DateTimeFormat(locale, { ...zone, timeStyle: 'short' });
    this.#moment = new Intl.DateTimeFormat(locale, { ...zone, dateStyle: 'medium', timeStyle: 'short' });
    this.#count = new Intl.NumberFormat(locale);
    this.timeZone = this.#day.resolvedOptions().timeZone;
  }

  day(ms: number | null): string {
    if (ms === null) return 'Date not known';
    // Nearly every entry is of the same quarter of an hour of UTC, and so of the same day, as one just before it.
    const quarter = Math.floor(ms / QUARTER_MS);
    if (quarter !== this.#lastQuarter) {
      this.#lastQuarter = quarter;
      this.#lastDay = this.#day.format(ms);
    }
    return this.#lastDay;
  }

  time(ms: number | null): string {
    return ms === null ? '' : this.#time.format(ms);
  }

  moment(ms: number | null): string {
    return ms === null ? 'date not known' : this.#moment.format(ms);
  }

  count(number: number, one: string, many: string): string {
    return `${this.#count.format(number)} ${number === 1 ? one : many}`;
  }

  bytes(bytes: number | null): string | null {
    if (bytes === null) return null;
    if (bytes < 1000) return `${bytes} bytes`;
    let value = bytes;
    let unit = '';
    for (const next of ['KB', 'MB', 'GB', 'TB']) {
      if (value < 999.5) break;
      value /= 1000;
      unit = next;
    }
    return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
  }
}

export function personName({ id, name }: Person): string {
  return name ?? id;
}

export function authorName(author: Author): string {
  return author === 'me' ? 'Me' : author === null ? 'Unknown' : personName(author);
}

/** Why a file is not there; null when it is. */
export function absence(state: ConversationFile['state']): string | null {
  if (state === 'not-downloaded') return 'Not downloaded to the iPhone when the backup was made';
  return state === 'missing' ? 'Not in the backup' : null;
}

export type Shown = 'image' | 'apple-image' | 'video' | 'audio' | 'file';

/** What browsers show; HEIC and TIFF are pictures that only Apple's do. Drawings that may hold scripts are files. */
const SHOWN: Readonly<Record<string, Shown>> = {
  jpg: 'image',
  jpeg: 'image',
  png: 'image',
  gif: 'image',
  webp: 'image',
  heic: 'apple-image',
  heif: 'apple-image',
  tif: 'apple-image',
  tiff: 'apple-image',
  mp4: 'video',
  m4v: 'video',
  mov: 'video',
  '3gp': 'video',
  webm: 'video',
  m4a: 'audio',
  mp3: 'audio',
  aac: 'audio',
  wav: 'audio',
  caf: 'audio',
  amr: 'audio',
  opus: 'audio',
  ogg: 'audio',
};
const BY_TYPE: Readonly<Record<string, Shown>> = {
  'image/jpeg': 'image',
  'image/png': 'image',
  'image/gif': 'image',
  'image/webp': 'image',
  'image/heic': 'apple-image',
  'image/heif': 'apple-image',
  'image/tiff': 'apple-image',
};

/** By the name's ending, which decides what a browser makes of a file; else by what the sender said. */
export function shownAs({ name, mimeType, state }: Pick<ConversationFile, 'name' | 'mimeType' | 'state'>): Shown {
  if (state === 'folder') return 'file';
  const extension = /\.([A-Za-z0-9]{1,8})$/.exec(name)?.[1]?.toLowerCase();
  if (extension !== undefined) return (Object.hasOwn(SHOWN, extension) ? SHOWN[extension] : undefined) ?? 'file';
  const type = (mimeType ?? '').toLowerCase().split(';')[0] ?? '';
  return (Object.hasOwn(BY_TYPE, type) ? BY_TYPE[type] : undefined) ?? 'file';
}
