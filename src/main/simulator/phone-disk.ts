import type { SimulatedPhone } from './phone.ts';

/** Kept free by the phone for itself. */
const RESERVED_BYTES = 209_715_200;
const SYSTEM_PART = 0.12;
/** With less room than this a phone cannot lay out a backup of itself. */
const BACKUP_NEEDS_BYTES = 500_000_000;

/** What every service says of the phone's disk. */
export interface PhoneDisk {
  readonly totalBytes: number;
  readonly systemBytes: number;
  readonly dataBytes: number;
  readonly freeBytes: number;
  readonly reservedBytes: number;
}

/** Decimal bytes, as the phone sells itself. What the content holds, its apps, and what `fill` put there is used. */
export function diskOf(phone: SimulatedPhone): PhoneDisk {
  const { totalDiskCapacity: totalBytes } = phone.identity;
  const systemBytes = Math.round(totalBytes * SYSTEM_PART);
  const dataBytes = totalBytes - systemBytes;
  const freeBytes = Math.max(0, Math.round(dataBytes - usedBytes(phone) - phone.state.otherBytes));
  return { totalBytes, systemBytes, dataBytes, freeBytes, reservedBytes: Math.min(freeBytes, RESERVED_BYTES) };
}

/** Takes so much room that this is what the phone calls available now; what is deleted later comes free. */
export function fillDisk(phone: SimulatedPhone, availableBytes: number): void {
  const { dataBytes } = diskOf(phone);
  phone.state.otherBytes = dataBytes - usedBytes(phone) - availableBytes - RESERVED_BYTES;
}

/** Only where `fill` made it so: the content of a phone for a benchmark may be larger than any phone. */
export function isTooFullToBackUp(phone: SimulatedPhone): boolean {
  const { freeBytes, reservedBytes } = diskOf(phone);
  return phone.state.otherBytes !== 0 && freeBytes - reservedBytes < BACKUP_NEEDS_BYTES;
}

function usedBytes({ content }: SimulatedPhone): number {
  return content.apps.reduce((sum, app) => sum + app.staticDiskUsage + app.dynamicDiskUsage, content.totalBytes);
}
