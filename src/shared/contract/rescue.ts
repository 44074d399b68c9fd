import { z } from 'zod';

/**
 * A direct copy of a phone's photos and videos, for a phone that is too full to be backed up. It is `complete` only when
 * everything the phone lists at the end lies in the folder, was read back and has the sum that it had on its way.
 */
const amount = z.number().int().nonnegative();

export const rescueProblemSchema = z.object({
  /** On the phone, below its media folder; cut where it is long. */
  path: z.string(),
  /** An error code. */
  code: z.string(),
});
export type RescueProblem = z.infer<typeof rescueProblemSchema>;

export const onlyInICloudSchema = z.object({
  /** `unknown`: the phone did not give its library's database; then nobody knows what is in iCloud only. */
  how: z.enum(['measured', 'unknown']),
  reason: z.string().nullable(),
  photos: amount.nullable(),
  videos: amount.nullable(),
  /** The first ones; all of them are in the folder's list. */
  names: z.array(z.string()),
  /** Name of that list in the folder; null when there are none. */
  list: z.string().nullable(),
});
export type OnlyInICloud = z.infer<typeof onlyInICloudSchema>;

export const rescueResultSchema = z.object({
  type: z.literal('result'),
  udid: z.string(),
  name: z.string(),
  /** The folder. */
  path: z.string(),
  outcome: z.enum(['complete', 'incomplete']),
  /** Of what the phone lists now: in the folder, read back and found equal. */
  files: amount,
  bytes: amount,
  photos: amount,
  videos: amount,
  /** Of the photos. */
  live: amount,
  edited: amount,
  /** What this run brought; the rest was there from a run before. */
  copied: z.object({ files: amount, bytes: amount }),
  /** In the folder and no longer on the phone, or changed there since: they stay. */
  kept: amount,
  onlyInICloud: onlyInICloudSchema,
  /** What the phone lists and the folder does not have; the first ones. */
  problems: z.array(rescueProblemSchema),
  problemCount: amount,
  /** Name of the list of SHA-256 sums in the folder. */
  sums: z.string(),
  finishedAt: z.string(),
  seconds: z.number(),
});
export type RescueResult = z.infer<typeof rescueResultSchema>;
