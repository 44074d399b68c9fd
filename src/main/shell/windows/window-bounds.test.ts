import { describe, expect, it } from 'vitest';
import { openingBounds } from './window-bounds.ts';

const main = { x: 0, y: 25, width: 1920, height: 1055 };
const left = { x: -1600, y: 0, width: 1600, height: 900 };
const last = { x: 200, y: 100, width: 1200, height: 800 };

describe('where a window opens', () => {
  it.each([
    ['for the first time', null, [main], { width: 1280, height: 832 }],
    ['where it was', last, [main], last],
    ['on another display that is there', { ...last, x: -1500 }, [main, left], { ...last, x: -1500 }],
    ['where the system likes, when its display is gone', { ...last, x: -1500 }, [main], { width: 1200, height: 800 }],
    ['below the menu bar', { ...last, y: 10 }, [main], { ...last, y: 25 }],
    ['when too little of it could be reached', { ...last, x: 1850 }, [main], { width: 1200, height: 800 }],
    ['when its title bar is under the edge', { ...last, y: 1075 }, [main], { width: 1200, height: 800 }],
    ['not larger than the display', { x: 0, y: 25, width: 3000, height: 2000 }, [main], main],
    ['not smaller than it may be', { ...last, width: 200, height: 100 }, [main], { ...last, width: 980, height: 640 }],
    ['without any display', null, [], { width: 1280, height: 832 }],
  ] as const)('%s', (_when, was, displays, bounds) => {
    expect(openingBounds(was, displays)).toEqual(bounds);
  });
});
