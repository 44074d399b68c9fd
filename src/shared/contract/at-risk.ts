import { z } from 'zod';
import { coverageMapSchema } from '../rules/guidance/index.ts';

/**
 * What a phone holds now, and what of it is in no verified version yet. Everything says how it is known: counted on the
 * phone (`measured`), worked out from other figures or from dates (`estimated`), or not at all (`unknown`, with the
 * code of the refusal as reason).
 */
export const howKnownSchema = z.enum(['measured', 'estimated', 'unknown']);
export type HowKnown = z.infer<typeof howKnownSchema>;

const known = {
  how: howKnownSchema,
  /** ISO 8601, when it was measured or worked out; null: unknown. */
  at: z.string().nullable(),
  /** An error code; null where it is known. */
  reason: z.string().nullable(),
};
const amount = z.number().int().nonnegative();

export const bytesFigureSchema = z.object({ ...known, bytes: amount.nullable() });
export type BytesFigure = z.infer<typeof bytesFigureSchema>;

/** Photos and videos that are on the phone itself, "Recently Deleted" among them; shared albums and iCloud are not. */
export const mediaFigureSchema = z.object({
  ...known,
  photos: amount.nullable(),
  videos: amount.nullable(),
  /** With their films, edits and side-car files. */
  bytes: amount.nullable(),
});
export type MediaFigure = z.infer<typeof mediaFigureSchema>;

export const appSizeSchema = z.object({
  bundleId: z.string(),
  name: z.string().nullable(),
  /** The app itself: it comes back from the App Store. */
  appBytes: amount.nullable(),
  /** Its documents and data. */
  dataBytes: amount.nullable(),
});

export const storageKindSchema = z.enum(['media', 'apps', 'system', 'other']);

export const phoneStorageSchema = z.object({
  measuredAt: z.string(),
  totalBytes: bytesFigureSchema,
  /** At least: what iOS would clear by itself counts as used. */
  freeBytes: bytesFigureSchema,
  byKind: z.array(z.object({ kind: storageKindSchema, size: bytesFigureSchema })),
  /** The largest first. */
  apps: z.array(appSizeSchema),
  media: mediaFigureSchema,
});
export type PhoneStorage = z.infer<typeof phoneStorageSchema>;

export const lossMeterSchema = z.object({
  measuredAt: z.string(),
  /** `estimated`: by dates, because the version's list of files could not be opened. */
  how: howKnownSchema,
  reason: z.string().nullable(),
  /** The last verified version; null: there is none, and everything counts. */
  since: z.object({ snapshot: z.string(), takenAt: z.string() }).nullable(),
  /** On the phone, and not in that version. */
  photos: amount.nullable(),
  videos: amount.nullable(),
  /** In that version, but changed since: an edit, say. */
  changed: amount.nullable(),
  bytes: amount.nullable(),
  /** ISO 8601, of what is counted. */
  oldest: z.string().nullable(),
  newest: z.string().nullable(),
  /** Files and folders that the phone listed and would not show: more may be at risk than is counted. */
  unread: amount,
});
export type LossMeter = z.infer<typeof lossMeterSchema>;

export const phoneAtRiskSchema = z.object({
  udid: z.string(),
  name: z.string(),
  loss: lossMeterSchema,
  storage: phoneStorageSchema.nullable(),
});
export type PhoneAtRisk = z.infer<typeof phoneAtRiskSchema>;

export const atRiskResultSchema = z.object({
  type: z.literal('result'),
  phones: z.array(phoneAtRiskSchema),
  /** What would be lost today: groups of data against the places where they are. Of a named phone also while it is away. */
  maps: z.array(z.object({ udid: z.string(), map: coverageMapSchema })),
});
export type AtRiskResult = z.infer<typeof atRiskResultSchema>;
