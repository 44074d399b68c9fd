import { expect, it } from 'vitest';
import type { MediaFile } from './list-media.ts';
import { mediaItems } from './media-items.ts';

function file(path: string): MediaFile {
  const area = path.startsWith('PhotoData/Mutations/') ? 'edits' : 'library';
  return { path, area, sizeBytes: 1, modifiedMs: 0, createdMs: 0 };
}

function items(...paths: string[]): string[] {
  return mediaItems(paths.map(file)).map(
    ({ kind, isLive, isEdited, files }) =>
      `${kind}${isLive ? ' live' : ''}${isEdited ? ' edited' : ''}: ${files.map((one) => one.path.split('/').pop()).join(' ')}`,
  );
}

const FOLDER = 'DCIM/100APPLE';
const EDITS = 'PhotoData/Mutations/DCIM/100APPLE';

it.each<[string, string[], string[]]>([
  ['a photo', [`${FOLDER}/IMG_1.HEIC`], ['photo: IMG_1.HEIC']],
  ['a Live Photo', [`${FOLDER}/IMG_1.HEIC`, `${FOLDER}/IMG_1.MOV`], ['photo live: IMG_1.HEIC IMG_1.MOV']],
  ['a video', [`${FOLDER}/IMG_2.MOV`], ['video: IMG_2.MOV']],
  [
    'an edited photo with its side-car',
    [
      `${FOLDER}/IMG_1.JPG`,
      `${FOLDER}/IMG_1.AAE`,
      `${EDITS}/IMG_1/Adjustments/FullSizeRender.jpg`,
      `${EDITS}/IMG_1/Adjustments/Adjustments.plist`,
    ],
    ['photo edited: IMG_1.JPG IMG_1.AAE FullSizeRender.jpg Adjustments.plist'],
  ],
  [
    'an edited video',
    [`${FOLDER}/IMG_2.MOV`, `${EDITS}/IMG_2/Adjustments/FullSizeRender.mov`],
    ['video edited: IMG_2.MOV FullSizeRender.mov'],
  ],
  [
    'an edit whose original is in iCloud only',
    [`${EDITS}/IMG_3/Adjustments/FullSizeRender.heic`],
    ['photo edited: FullSizeRender.heic'],
  ],
  ['a side-car whose original is in iCloud only', [`${FOLDER}/IMG_3.AAE`], ['other: IMG_3.AAE']],
  ['a RAW beside its JPEG', [`${FOLDER}/IMG_4.DNG`, `${FOLDER}/IMG_4.JPG`], ['photo: IMG_4.DNG IMG_4.JPG']],
  [
    'a screen recording that shares a number with a photo',
    [`${FOLDER}/IMG_5.PNG`, `${FOLDER}/IMG_5.MP4`],
    ['photo: IMG_5.PNG', 'video: IMG_5.MP4'],
  ],
  [
    'the same number in two folders',
    [`${FOLDER}/IMG_6.JPG`, 'DCIM/101APPLE/IMG_6.MOV'],
    ['photo: IMG_6.JPG', 'video: IMG_6.MOV'],
  ],
  ['a hidden file without an ending', ['DCIM/.MISC/lock'], ['other: lock']],
])('%s', (_name, paths, expected) => {
  expect(items(...paths)).toEqual(expected);
});
