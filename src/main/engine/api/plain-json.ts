/**
 * Values of readers as JSON for programs: times as ISO 8601 under their names without "Ms", files of the phone as their
 * places, numbers of rows and bytes left out.
 */
export function plainJson(value: object): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(value)) {
    if (key === 'rowId' || one instanceof Uint8Array) continue;
    if (key.endsWith('Ms') && (one === null || typeof one === 'number')) plain[key.slice(0, -2)] = isoOf(one);
    else plain[key] = plainValue(one);
  }
  return plain;
}

function plainValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => plainValue(one));
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, one]) => [String(key), plainValue(one)]));
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array)
    return value instanceof Uint8Array ? null : value;
  if ('fileId' in value && 'domain' in value && 'path' in value) {
    const { domain, path } = value;
    return { domain, path, size: 'sizeBytes' in value ? value.sizeBytes : null };
  }
  return plainJson(value);
}

function isoOf(ms: number | null): string | null {
  if (ms === null) return null;
  const date = new Date(ms);
  return Number.isFinite(date.getTime()) ? date.toISOString() : null;
}
