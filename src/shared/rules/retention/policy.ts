import { z } from 'zod';

/** How many versions are kept, and for how long. All ages are counted from today, not from where the rule before ends. */

/** The longest month. */
const MONTH_DAYS = 31;

export const retentionPolicySchema = z.object({
  /** Every version of so many days; null: every version for ever. */
  everyForDays: z.number().int().min(1).max(3660).nullable(),
  /** One version a day up to this age. */
  dailyForWeeks: z.number().int().min(0).max(520),
  /** One version a month up to this age. */
  monthlyForMonths: z.number().int().min(0).max(1200),
  /** After that one a year, or nothing. */
  thenYearly: z.boolean(),
  /** What all versions of the vault may take up; null: as much as there is. */
  budgetBytes: z.number().int().positive().nullable(),
});
export type RetentionPolicy = Readonly<z.infer<typeof retentionPolicySchema>>;

export type RetentionPreset = 'light' | 'standard' | 'everything';

export const retentionPresets: Readonly<Record<RetentionPreset, RetentionPolicy>> = {
  light: { everyForDays: 3, dailyForWeeks: 2, monthlyForMonths: 6, thenYearly: false, budgetBytes: null },
  standard: { everyForDays: 7, dailyForWeeks: 5, monthlyForMonths: 12, thenYearly: true, budgetBytes: null },
  everything: { everyForDays: null, dailyForWeeks: 0, monthlyForMonths: 0, thenYearly: false, budgetBytes: null },
};

/** The preset whose rules these are, whatever the limit of space; null when the owner made their own. */
export function presetOf(policy: RetentionPolicy): RetentionPreset | null {
  const names = Object.keys(retentionPresets) as RetentionPreset[];
  return names.find((name) => sameRules(retentionPresets[name], policy)) ?? null;
}

function sameRules(a: RetentionPolicy, b: RetentionPolicy): boolean {
  if (a.everyForDays === null || b.everyForDays === null) return a.everyForDays === b.everyForDays;
  return (
    a.everyForDays === b.everyForDays &&
    a.dailyForWeeks === b.dailyForWeeks &&
    a.monthlyForMonths === b.monthlyForMonths &&
    a.thenYearly === b.thenYearly
  );
}

/** Rules that keep nothing, because one before them reaches as far: for the editor to show. */
export function idleRules(policy: RetentionPolicy): ReadonlyArray<'daily' | 'monthly' | 'yearly'> {
  const { everyForDays, dailyForWeeks, monthlyForMonths } = policy;
  if (everyForDays === null) return ['daily', 'monthly', 'yearly'];
  const dailyDays = dailyForWeeks * 7;
  const reachedDays = Math.max(everyForDays, dailyDays);
  const idle: Array<'daily' | 'monthly'> = [];
  if (dailyDays <= everyForDays) idle.push('daily');
  // A rule of months counts whole months of the calendar: it reaches at least to the beginning of the last of them.
  if (monthlyForMonths === 0 || (monthlyForMonths + 1) * MONTH_DAYS <= reachedDays) idle.push('monthly');
  return idle;
}
