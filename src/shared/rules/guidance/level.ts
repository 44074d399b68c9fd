import { chosenOptions } from './options.ts';
import type { CleanupChoice, LevelReason, PhoneFacts, Protection, RiskLevel } from './types.ts';

/** How risky a cleanup is, and what protects it (ux.md § 13.1). */

const RANK: Readonly<Record<RiskLevel, number>> = { low: 0, medium: 1, high: 2 };
/** Below this part of its room a phone is nearly full. */
const NEARLY_FULL = 0.05;
/** So many medium risks together are a high one. */
const MANY_MEDIUM = 3;

/** Null: the phone did not tell its room. */
export function isNearlyFull({ freeBytes, capacityBytes }: PhoneFacts): boolean | null {
  if (freeBytes === null || capacityBytes === null) return null;
  return freeBytes < capacityBytes * NEARLY_FULL;
}

/**
 * The riskiest option decides. Of a nearly full phone every deletion is high: in a hurry people delete the wrong things.
 * An unknown room raises nothing here; the check `verified` sees to it that it earns nothing either.
 */
export function levelOf(
  choice: CleanupChoice,
  phone: PhoneFacts,
): { readonly level: RiskLevel; readonly reasons: readonly LevelReason[] } {
  const options = chosenOptions(choice);
  const own = options.reduce<RiskLevel>((most, { level }) => (RANK[level] > RANK[most] ? level : most), 'low');
  const reasons = options
    .filter(({ level }) => level === own)
    .map(({ id }): LevelReason => ({ reason: 'option', option: id }));
  // Nothing chosen, nothing at risk.
  if (reasons.length === 0) return { level: 'low', reasons: [{ reason: 'option', option: null }] };
  const raised: LevelReason[] = [];
  if (isNearlyFull(phone) === true && options.some(({ isDeletion }) => isDeletion)) {
    raised.push({ reason: 'nearly-full', option: null });
  }
  if (options.filter(({ level }) => level === 'medium').length >= MANY_MEDIUM) {
    raised.push({ reason: 'many-medium', option: null });
  }
  if (raised.length === 0) return { level: own, reasons };
  // What decides comes first: an option that is high by itself needs nothing to raise it.
  return { level: 'high', reasons: own === 'high' ? [...reasons, ...raised] : [...raised, ...reasons] };
}

const PROTECTION: Readonly<Record<RiskLevel, Protection>> = {
  low: { kind: 'none', verify: null, pinDays: 0, maxAgeHours: 0, validHours: 0 },
  medium: { kind: 'backup', verify: 'quick', pinDays: 30, maxAgeHours: 24, validHours: 72 },
  high: { kind: 'full-backup', verify: 'full', pinDays: 90, maxAgeHours: 24, validHours: 24 },
};

/**
 * For a high risk the backup is made now, as part of the flow: that is a pass. Until `maxAgeHours` an older one passes
 * with an exception that says so.
 */
export function protectionFor(level: RiskLevel): Protection {
  return PROTECTION[level];
}

/** How long the longest certificate holds: a shorter pin serves none of them, so that no level is easier than a lower one. */
export const LONGEST_VALID_HOURS = Math.max(...Object.values(PROTECTION).map(({ validHours }) => validHours));
