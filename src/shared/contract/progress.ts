import { z } from 'zod';

/** What long work is doing. Values never go down within a phase; null means unknown, and shows activity instead of a false figure. */
export const progressSchema = z.object({
  type: z.literal('progress'),
  phase: z.string(),
  doneFiles: z.number().int().nonnegative(),
  doneBytes: z.number().int().nonnegative(),
  totalFiles: z.number().int().nonnegative().nullable(),
  totalBytes: z.number().int().nonnegative().nullable(),
  bytesPerSecond: z.number().nonnegative().nullable(),
  secondsLeft: z.number().nonnegative().nullable(),
});

export type Progress = z.infer<typeof progressSchema>;

/** A fact worth a sentence while work goes on: the passcode is asked for, encryption is being turned on, the phone is silent. */
export const noticeSchema = z.object({
  type: z.literal('notice'),
  code: z.string(),
  data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())])),
});

export type Notice = z.infer<typeof noticeSchema>;

export interface WorkOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly onNotice?: ((notice: Notice) => void) | undefined;
}
