import { describe, expect, it } from 'vitest';
import { popoverBounds } from './popover-bounds.ts';

const size = { width: 344, height: 300 };

describe('the popover', () => {
  it.each([
    [
      'hangs under an icon in the menu bar',
      { x: 1500, y: 0, width: 24, height: 24 },
      { x: 0, y: 25, width: 1920, height: 1055 },
      { x: 1340, y: 31 },
    ],
    [
      'stands on an icon in the tray',
      { x: 1500, y: 1060, width: 24, height: 20 },
      { x: 0, y: 0, width: 1920, height: 1040 },
      { x: 1340, y: 734 },
    ],
    [
      'keeps to the right edge',
      { x: 1900, y: 0, width: 20, height: 24 },
      { x: 0, y: 25, width: 1920, height: 1055 },
      { x: 1570, y: 31 },
    ],
    [
      'keeps to the left edge',
      { x: 0, y: 0, width: 20, height: 24 },
      { x: 0, y: 25, width: 1920, height: 1055 },
      { x: 6, y: 31 },
    ],
    [
      'stays on a small display',
      { x: 10, y: 180, width: 20, height: 20 },
      { x: 0, y: 0, width: 320, height: 200 },
      { x: 6, y: 0 },
    ],
  ])('%s', (_what, icon, area, place) => {
    expect(popoverBounds(icon, area, size)).toEqual({ ...place, ...size });
  });
});
