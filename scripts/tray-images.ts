import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { chromium, type Page } from 'playwright-core';

/**
 * Draws the icons of the menu bar and the tray from their drawings in `resources/tray/svg`: `node scripts/tray-images.ts`.
 * What it writes is committed: a build needs no browser. CHROMIUM names the browser, where it is not in the usual place.
 */

const folder = join(import.meta.dirname, '../resources/tray');

/** Runs in the page. */
const DRAW = `async ({ svg, side }) => {
  const image = new Image(side, side);
  image.src = 'data:image/svg+xml,' + encodeURIComponent(svg);
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0, side, side);
  const png = canvas.toDataURL('image/png').split(',')[1];
  return { png, pixels: [...context.getImageData(0, 0, side, side).data] };
}`;

interface Picture {
  readonly side: number;
  readonly png: Buffer;
  /** Red, green, blue, alpha; row by row from the top. */
  readonly pixels: Buffer;
}

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  const page = await browser.newPage();
  for (const file of globSync(join(folder, 'svg/*.svg')).sort()) {
    const name = basename(file, '.svg');
    const svg = readFileSync(file, 'utf8');
    if (name.endsWith('-template')) await writeTemplate(page, svg, name.slice(0, -'-template'.length));
    else await writeForPanels(page, svg, name);
  }
} finally {
  await browser.close();
}

/** macOS: 18 points, as the drawings; the system colours them. */
async function writeTemplate(page: Page, svg: string, name: string): Promise<void> {
  writeFileSync(join(folder, `${name}Template.png`), (await draw(page, svg, 18)).png);
  writeFileSync(join(folder, `${name}Template@2x.png`), (await draw(page, svg, 36)).png);
}

/** Windows: every size its scalings ask for, in one file. Linux: the one for dark panels, as PNG. */
async function writeForPanels(page: Page, svg: string, name: string): Promise<void> {
  const pictures: Picture[] = [];
  for (const side of [16, 20, 24, 32, 40, 48]) pictures.push(await draw(page, svg, side));
  writeFileSync(join(folder, `${name}.ico`), icoOf(pictures));
  if (!name.endsWith('-dark')) return;
  writeFileSync(join(folder, `${name}.png`), (await draw(page, svg, 22)).png);
  writeFileSync(join(folder, `${name}@2x.png`), (await draw(page, svg, 44)).png);
}

async function draw(page: Page, svg: string, side: number): Promise<Picture> {
  const question = `(${DRAW})(${JSON.stringify({ svg, side })})`;
  const { png, pixels } = await page.evaluate<{ png: string; pixels: number[] }>(question);
  return { side, png: Buffer.from(png, 'base64'), pixels: Buffer.from(pixels) };
}

/** ICONDIR, ICONDIRENTRY and BITMAPINFOHEADER as Windows has them: 32-bit pictures, which every reader takes. */
function icoOf(pictures: readonly Picture[]): Buffer {
  const head = Buffer.alloc(6 + 16 * pictures.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(pictures.length, 4);
  const bitmaps = pictures.map(bitmapOf);
  let offset = head.length;
  pictures.forEach(({ side }, index) => {
    const at = 6 + 16 * index;
    const size = bitmaps[index]?.length ?? 0;
    head.writeUInt8(side, at);
    head.writeUInt8(side, at + 1);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(size, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += size;
  });
  return Buffer.concat([head, ...bitmaps]);
}

/** From the bottom up, blue first; then a mask of one bit a pixel that the alpha channel makes needless. */
function bitmapOf({ side, pixels }: Picture): Buffer {
  const header = Buffer.alloc(40);
  header.writeUInt32LE(40, 0);
  header.writeInt32LE(side, 4);
  header.writeInt32LE(side * 2, 8);
  header.writeUInt16LE(1, 12);
  header.writeUInt16LE(32, 14);
  const body = Buffer.alloc(side * side * 4);
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) {
      const from = (row * side + column) * 4;
      const to = ((side - 1 - row) * side + column) * 4;
      body[to] = pixels[from + 2] ?? 0;
      body[to + 1] = pixels[from + 1] ?? 0;
      body[to + 2] = pixels[from] ?? 0;
      body[to + 3] = pixels[from + 3] ?? 0;
    }
  }
  const mask = Buffer.alloc(Math.ceil(side / 32) * 4 * side);
  return Buffer.concat([header, body, mask]);
}
