import type { Box } from './window-bounds.ts';

const GAP_PX = 6;

/** Under an icon at the top of the screen, over one at its bottom; never beyond the edges. */
export function popoverBounds(icon: Box, area: Box, size: { readonly width: number; readonly height: number }): Box {
  const middle = icon.x + icon.width / 2 - size.width / 2;
  const x = Math.round(clamp(middle, area.x + GAP_PX, area.x + area.width - size.width - GAP_PX));
  const isAtTop = icon.y + icon.height / 2 < area.y + area.height / 2;
  const below = Math.max(icon.y + icon.height, area.y) + GAP_PX;
  const above = Math.min(icon.y, area.y + area.height) - size.height - GAP_PX;
  return { x, y: Math.round(isAtTop ? below : Math.max(above, area.y)), ...size };
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, Math.max(low, high)));
}
