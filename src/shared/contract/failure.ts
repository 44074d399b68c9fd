import { z } from 'zod';

/** The last line of a failed command with `--json`. */
export const failureSchema = z.object({
  type: z.literal('error'),
  code: z.string(),
  message: z.string(),
  olderSnapshotsSafe: z.boolean(),
  next: z.string(),
});
export type Failure = z.infer<typeof failureSchema>;
