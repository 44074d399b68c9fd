import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

/**
 * Draws the app's icon from `resources/icons/icon.svg` in every size and container that the systems want:
 * `node scripts/app-icons.ts`. What it writes is committed: a build needs no browser.
 */

const folder = join(import.meta.dirname, '../resources/icons');

/** Apple's icon types (OSType) by their pixels: https://en.wikipedia.org/wiki/Apple_Icon_Image_format */
const ICNS: readonly (readonly [string, number])[] = [
  ['icp4', 16],
  ['ic11', 32],
  ['icp5', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic13', 256],
  ['ic08', 256],
  ['ic14', 512],
  ['ic09', 512],
  ['ic10', 1024],
];
const ICO = [16, 24, 32, 48, 64, 128, 256];
const LINUX = [16, 32, 48, 64, 128, 256, 512];

const svg = readFileSync(join(folder, 'icon.svg'), 'utf8');
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
const pngs = new Map<number, Buffer>();
try {
  for (const side of new Set([...ICNS.map(([, one]) => one), ...ICO, ...LINUX])) {
    const page = await browser.newPage({ viewport: { width: side, height: side } });
    await page.setContent(`<style>*{margin:0}svg{display:block;width:${side}px;height:${side}px}</style>${svg}`);
    pngs.set(side, await page.screenshot({ omitBackground: true }));
    await page.close();
  }
} finally {
  await browser.close();
}
const png = (side: number): Buffer => {
  const bytes = pngs.get(side);
  if (bytes === undefined) throw new Error(`${side} pixels were not drawn`);
  return bytes;
};

const parts = ICNS.map(([type, side]) => {
  const head = Buffer.alloc(8);
  head.write(type, 0, 'latin1');
  head.writeUInt32BE(8 + png(side).length, 4);
  return Buffer.concat([head, png(side)]);
});
const icnsHead = Buffer.alloc(8);
icnsHead.write('icns', 0, 'latin1');
icnsHead.writeUInt32BE(8 + parts.reduce((sum, one) => sum + one.length, 0), 4);
writeFileSync(join(folder, 'icon.icns'), Buffer.concat([icnsHead, ...parts]));

const icoHead = Buffer.alloc(6 + 16 * ICO.length);
icoHead.writeUInt16LE(1, 2);
icoHead.writeUInt16LE(ICO.length, 4);
let at = icoHead.length;
ICO.forEach((side, index) => {
  const entry = 6 + 16 * index;
  icoHead.writeUInt8(side % 256, entry);
  icoHead.writeUInt8(side % 256, entry + 1);
  icoHead.writeUInt16LE(1, entry + 4);
  icoHead.writeUInt16LE(32, entry + 6);
  icoHead.writeUInt32LE(png(side).length, entry + 8);
  icoHead.writeUInt32LE(at, entry + 12);
  at += png(side).length;
});
writeFileSync(join(folder, 'icon.ico'), Buffer.concat([icoHead, ...ICO.map(png)]));

for (const side of LINUX) writeFileSync(join(folder, `${side}x${side}.png`), png(side));
