/** What every part of a value weighs at least, so that a million small ones are heavy too. */
const PART_BYTES = 8;

/**
 * Would this value be larger than `limit` as text, about? Looks at no more of it than the limit allows, so that a huge
 * frame of objects, which no reader of text has measured, costs little.
 */
export function isHeavier(value: unknown, limit: number): boolean {
  let weight = 0;
  const rest: unknown[] = [value];
  while (rest.length > 0) {
    const one = rest.pop();
    weight += PART_BYTES + ownWeight(one);
    if (weight > limit) return true;
    if (typeof one !== 'object' || one === null || ArrayBuffer.isView(one)) continue;
    const parts = Object.values(one);
    if ((rest.length + parts.length) * PART_BYTES > limit) return true;
    for (const part of parts) rest.push(part);
  }
  return false;
}

function ownWeight(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  return Array.isArray(value) ? 0 : Object.keys(value).reduce((sum, key) => sum + key.length, 0);
}
