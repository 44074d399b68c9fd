import { jpegBound } from './jpeg.ts';

/** A picture's pixels and the grid of cells it is drawn with. */
export interface Shape {
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly rows: number;
}

const photoShapes = shapes(
  [4032, 3024, 64],
  [1600, 1200, 40],
  [640, 480, 32],
  [320, 240, 20],
  [96, 72, 6],
  [32, 24, 2],
);
const panoramaShapes = shapes([9216, 2304, 96], [2400, 600, 60], [640, 160, 20], [64, 16, 4]);
const movieShapes = shapes([3840, 2160, 64], [1920, 1080, 48], [640, 360, 32], [160, 90, 10], [32, 18, 2]);
const thumbnailShapes = shapes([360, 270, 20], [96, 72, 6], [32, 24, 2]);

/** EXIF, or the boxes of a movie. */
const HEAD_ALLOWANCE = 900;

/** What the smallest shape of all needs: no picture file is shorter. */
export const SMALLEST_PICTURE = 1300;

export type ShapeFamily = 'photo' | 'panorama' | 'movie' | 'thumbnail';

const families: Readonly<Record<ShapeFamily, readonly Shape[]>> = {
  photo: photoShapes,
  panorama: panoramaShapes,
  movie: movieShapes,
  thumbnail: thumbnailShapes,
};

/** The largest shape whose JPEG surely fits into `bytes`. */
export function shapeFor(family: ShapeFamily, bytes: number, portrait = false): Shape {
  const list = families[family];
  const fits = list.find(({ width, height, columns }) => {
    const [across, down] = portrait ? [height, width] : [width, height];
    return jpegBound(across, down, columns) + HEAD_ALLOWANCE <= bytes;
  });
  const shape = fits ?? (list.at(-1) as Shape);
  if (!portrait) return shape;
  return { width: shape.height, height: shape.width, columns: shape.rows, rows: shape.columns };
}

function shapes(...list: readonly (readonly [number, number, number])[]): readonly Shape[] {
  return list.map(([width, height, columns]) => ({
    width,
    height,
    columns,
    rows: Math.max(1, Math.floor((columns * height) / width)),
  }));
}
