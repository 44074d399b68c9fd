import { z } from 'zod';

/** Shapes that several topics share. Bytes are integers, times ISO 8601 UTC, ids strings. */

export const bytes = z.number().int().nonnegative();
export const count = z.number().int().nonnegative();
export const time = z.iso.datetime();
export const nothing = z.strictObject({});
export const done = z.object({ done: z.literal(true) });

export const udid = z.string().regex(/^[0-9A-Za-z-]{1,64}$/);
export const vaultId = z.string().regex(/^[0-9a-fA-F-]{36}$/);
export const snapshotId = z.string().regex(/^[0-9a-f]{64}$/);
export const jobId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
/** A folder or disk that the engine offered, or that a dialog of the system gave: the page never makes one up. */
export const placeToken = z.string().regex(/^[A-Za-z0-9_-]{16,64}$/);
/** Bytes of an item that the engine offered to show; the page asks the media carrier for them by this name. */
export const mediaToken = z.string().regex(/^[A-Za-z0-9_-]{16,128}$/);
/** Long enough for any that people have, short enough for any phone. */
export const password = z.string().min(1).max(1024);

/** A version, by the vault that holds it. */
export const versionRef = z.strictObject({ vault: vaultId, snapshot: snapshotId });
export type VersionRef = z.infer<typeof versionRef>;

/** Facts for a sentence. The face owns the words. */
export const facts = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]),
);

/** A failure as data: code of `shared/errors`, with the facts of its sentence. */
export const failureFacts = z.object({ code: z.string(), data: facts, olderSnapshotsSafe: z.boolean() });
export type FailureFacts = z.infer<typeof failureFacts>;
