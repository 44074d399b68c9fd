import type { Random } from '../random.ts';

/** A landscape as a coarse grid: what the phone's camera sees. Values are JPEG's Y, Cb, Cr (0–255). */
export interface Picture {
  readonly columns: number;
  readonly rows: number;
  /** Three bytes a cell, row by row. */
  readonly cells: Uint8Array;
}

/** Sky, sun, hills and ground in colours of the item's own stream: every picture is different, all look like something. */
export function drawLandscape(random: Random, columns: number, rows: number): Picture {
  const cells = new Uint8Array(columns * rows * 3);
  const sky = [random.between(120, 210), random.between(110, 175), random.between(90, 140)] as const;
  const glow = [random.between(190, 245), random.between(90, 120), random.between(128, 175)] as const;
  const land = [random.between(40, 120), random.between(95, 130), random.between(100, 140)] as const;
  const sunX = random.below(columns);
  const sunY = random.below(Math.max(1, rows >> 1));
  const sunSize = Math.max(1, Math.floor(Math.min(columns, rows) / random.between(6, 12)));
  const hills: number[] = [];
  let height = Math.floor((rows * random.between(35, 65)) / 100);
  for (let x = 0; x < columns; x++) {
    height = Math.min(rows - 1, Math.max(1, height + random.between(-1, 1)));
    hills.push(height);
  }
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const at = (y * columns + x) * 3;
      const horizon = hills[x] ?? 0;
      const inSun = (x - sunX) * (x - sunX) + (y - sunY) * (y - sunY) <= sunSize * sunSize;
      const [low, high, share] =
        y >= horizon ? [land, land, 0] : inSun ? [glow, glow, 0] : [sky, glow, Math.floor((y * 160) / rows)];
      for (let part = 0; part < 3; part++) {
        const value = ((low[part] ?? 0) * (256 - share) + (high[part] ?? 0) * share) >> 8;
        const shade = part === 0 && y >= horizon ? Math.min(40, (y - horizon) * 3) : 0;
        cells[at + part] = Math.max(0, value - shade);
      }
    }
  }
  return { columns, rows, cells };
}
