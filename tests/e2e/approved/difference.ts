import type { Page } from 'playwright-core';

/** Edge of a tile in pixels: a letter that is drawn a little differently hardly changes a tile's mean colour. */
const TILE = 16;
/** Of 255, in one of the three colours. */
const VISIBLE = 10;

/** The share of tiles that differ between two PNGs of one size; 1 when the sizes differ. The browser decodes them. */
export async function differenceOf(page: Page, left: Buffer, right: Buffer): Promise<number> {
  const blank = await page.context().newPage();
  try {
    return await blank.evaluate(tilesApart, {
      left: left.toString('base64'),
      right: right.toString('base64'),
      tile: TILE,
      visible: VISIBLE,
    });
  } finally {
    await blank.close();
  }
}

interface Pair {
  readonly left: string;
  readonly right: string;
  readonly tile: number;
  readonly visible: number;
}

/** Runs in a blank page, on its own. */
async function tilesApart({ left, right, tile, visible }: Pair): Promise<number> {
  const pixelsOf = async (png: string): Promise<ImageData> => {
    const bytes = Uint8Array.from(atob(png), (one) => one.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    if (context === null) throw new Error('no canvas');
    context.drawImage(bitmap, 0, 0);
    return context.getImageData(0, 0, bitmap.width, bitmap.height);
  };
  const [a, b] = [await pixelsOf(left), await pixelsOf(right)];
  if (a.width !== b.width || a.height !== b.height) return 1;
  let all = 0;
  let apart = 0;
  for (let top = 0; top < a.height; top += tile) {
    for (let start = 0; start < a.width; start += tile) {
      const sums = [0, 0, 0];
      let count = 0;
      for (let y = top; y < Math.min(a.height, top + tile); y += 1) {
        for (let x = start; x < Math.min(a.width, start + tile); x += 1) {
          const at = (y * a.width + x) * 4;
          for (const colour of [0, 1, 2]) {
            sums[colour] = (sums[colour] ?? 0) + (a.data[at + colour] ?? 0) - (b.data[at + colour] ?? 0);
          }
          count += 1;
        }
      }
      all += 1;
      if (sums.some((sum) => Math.abs(sum) / count > visible)) apart += 1;
    }
  }
  return apart / all;
}
