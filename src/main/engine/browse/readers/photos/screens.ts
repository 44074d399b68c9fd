/**
 * Screens of iPhones, iPads and iPods, width × height in pixels, upright. A PNG of the camera roll that is exactly as
 * large as one is a screenshot, where no library says it (backup-format 5.2).
 */
const SCREENS = new Set(
  `320×480 640×960 640×1136 750×1334 1080×1920 1242×2208 1125×2436 828×1792 1242×2688 1170×2532 1284×2778 1080×2340
   1179×2556 1290×2796 1206×2622 1320×2868 1260×2736 768×1024 1536×2048 1668×2224 2048×2732 1668×2388 1640×2360 1620×2160
   1488×2266 1668×2420 2064×2752`.split(/\s+/),
);

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
/** Signature, then the length and name of the first chunk, then width and height. */
export const PNG_HEAD_BYTES = 24;

/** By the first bytes of a file; false for what is no PNG. */
export function isPngOfAScreen(head: Buffer): boolean {
  if (head.length < PNG_HEAD_BYTES || !head.subarray(0, PNG.length).equals(PNG)) return false;
  if (head.toString('latin1', 12, 16) !== 'IHDR') return false;
  const [width, height] = [head.readUInt32BE(16), head.readUInt32BE(20)];
  return SCREENS.has(`${Math.min(width, height)}×${Math.max(width, height)}`);
}
