/** Where a window opens: where it was, unless that place is on no display any more. */

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const MIN_SIZE = { width: 980, height: 640 } as const;
export const DEFAULT_SIZE = { width: 1280, height: 832 } as const;

/** So much of the title bar must be within reach of the mouse. */
const REACHABLE = { width: 120, height: 40 } as const;

/** `displays` are work areas, the primary one first. Without a place in the answer the system chooses one. */
export function openingBounds(
  last: Box | null,
  displays: readonly Box[],
): { readonly width: number; readonly height: number; readonly x?: number; readonly y?: number } {
  const home = last === null ? displays[0] : displays.find((display) => isReachable(last, display));
  const room = home ?? displays[0] ?? { x: 0, y: 0, ...DEFAULT_SIZE };
  const size = last ?? DEFAULT_SIZE;
  const width = Math.max(MIN_SIZE.width, Math.min(size.width, room.width));
  const height = Math.max(MIN_SIZE.height, Math.min(size.height, room.height));
  if (last === null || home === undefined) return { width, height };
  return { width, height, x: last.x, y: Math.max(last.y, home.y) };
}

/** Enough of the upper edge is on this display to take hold of it. */
function isReachable(box: Box, display: Box): boolean {
  const across = Math.min(box.x + box.width, display.x + display.width) - Math.max(box.x, display.x);
  const isTopWithin = box.y + REACHABLE.height <= display.y + display.height && box.y >= display.y - REACHABLE.height;
  return across >= REACHABLE.width && isTopWithin;
}
