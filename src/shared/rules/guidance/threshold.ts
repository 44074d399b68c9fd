/** How much may come to the phone before a certificate no longer covers enough (ux.md § 13.3). */
export const THRESHOLD = { items: 50, bytes: 500_000_000 } as const;

export const HOUR_MS = 3_600_000;

/** Photos and videos that came since: more than may be. */
export function addedIsBeyond(added: { readonly items: number; readonly bytes: number }): boolean {
  return !(added.items <= THRESHOLD.items && added.bytes <= THRESHOLD.bytes);
}
