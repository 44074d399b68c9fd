import { describe, expect, it } from 'vitest';
import { lossMeter, type VersionFile, type VersionMedia } from './loss-meter.ts';
import type { MediaFile } from './media/list-media.ts';

const DAY_MS = 86_400_000;
const TAKEN = new Date('2026-11-20T10:00:00.000Z');

function file(path: string, overrides: Partial<MediaFile> = {}): MediaFile {
  const area = path.startsWith('PhotoData/Mutations/') ? 'edits' : 'library';
  const modifiedMs = TAKEN.getTime() - DAY_MS;
  return { path, area, sizeBytes: 100, modifiedMs, createdMs: modifiedMs, ...overrides };
}

function measure(files: readonly MediaFile[], kept: Record<string, VersionFile> | null) {
  const version: VersionMedia = {
    snapshot: 'v',
    takenAt: TAKEN,
    files: kept === null ? null : new Map(Object.entries(kept)),
  };
  return lossMeter({ listing: { listedAtMs: 0, files, unread: [] }, reason: null }, version);
}

const SECONDS = (TAKEN.getTime() - DAY_MS) / 1000;
const KEPT: VersionFile = { sizeBytes: 100, modified: SECONDS };

describe('against the list of a version', () => {
  it.each<[string, Partial<VersionFile> | undefined, object]>([
    ['the same', {}, { photos: 0, changed: 0, bytes: 0 }],
    ['missing', undefined, { photos: 1, changed: 0, bytes: 100 }],
    ['of another size', { sizeBytes: 99 }, { photos: 1, bytes: 100 }],
    ['of another date', { modified: SECONDS + 5 }, { photos: 1, bytes: 100 }],
    ['rounded by a second', { modified: SECONDS + 1 }, { photos: 0, bytes: 0 }],
    ['without a size and a date there', { sizeBytes: null, modified: null }, { photos: 0, bytes: 0 }],
  ])('a photo that is %s', (_name, kept, expected) => {
    const files = kept === undefined ? {} : { 'DCIM/100APPLE/IMG_1.JPG': { ...KEPT, ...kept } };
    expect(measure([file('DCIM/100APPLE/IMG_1.JPG')], files)).toMatchObject({ how: 'measured', ...expected });
  });

  it('an edit changes a photo and is no new one', () => {
    const edit = file('PhotoData/Mutations/DCIM/100APPLE/IMG_1/Adjustments/FullSizeRender.jpg');
    const sidecar = file('DCIM/100APPLE/IMG_1.AAE');
    const files = [file('DCIM/100APPLE/IMG_1.JPG'), sidecar, edit];
    const kept = { 'DCIM/100APPLE/IMG_1.JPG': KEPT };
    expect(measure(files, kept)).toMatchObject({ photos: 0, videos: 0, changed: 1, bytes: 200 });
  });

  it('a new film of a known photo makes the photo new', () => {
    const files = [file('DCIM/100APPLE/IMG_1.JPG'), file('DCIM/100APPLE/IMG_1.MOV')];
    expect(measure(files, { 'DCIM/100APPLE/IMG_1.JPG': KEPT })).toMatchObject({ photos: 1, videos: 0, bytes: 100 });
  });

  it('what others shared is not the owner’s to lose', () => {
    expect(measure([file('PhotoData/PhotoCloudSharingData/a/IMG_1.JPG', { area: 'shared-album' })], {})).toMatchObject({
      photos: 0,
      bytes: 0,
    });
  });
});

describe('by dates alone', () => {
  it('counts what is newer by either date, and what has none', () => {
    const later = TAKEN.getTime() + 60_000;
    const files = [
      file('DCIM/100APPLE/IMG_1.JPG'),
      file('DCIM/100APPLE/IMG_2.JPG', { modifiedMs: later }),
      file('DCIM/100APPLE/IMG_3.JPG', { createdMs: later }),
      file('DCIM/100APPLE/IMG_4.MOV', { modifiedMs: null, createdMs: null }),
    ];
    expect(measure(files, null)).toMatchObject({
      ...{ how: 'estimated', photos: 2, videos: 1, bytes: 300, unread: 0 },
      ...{ oldest: new Date(later).toISOString(), newest: new Date(later).toISOString() },
    });
  });
});

it('without a listing is unknown, with the reason', () => {
  const loss = lossMeter({ listing: null, reason: 'device/locked' }, null);
  expect(loss).toMatchObject({ how: 'unknown', reason: 'device/locked', photos: null, bytes: null, since: null });
});
