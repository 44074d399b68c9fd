import { z } from 'zod';

export const connectionSchema = z.enum(['usb', 'wifi']);
export type Connection = z.infer<typeof connectionSchema>;

export const deviceSchema = z.object({
  udid: z.string(),
  /** Empty when the phone does not tell. */
  name: z.string(),
  connections: z.array(connectionSchema),
  /** Does the phone accept the pair record this computer has? Null: it could not be asked (locked, silent). */
  paired: z.boolean().nullable(),
  /** Are this phone's backups encrypted? Null: unknown (it tells only a trusted computer). */
  encrypted: z.boolean().nullable(),
  productType: z.string().nullable(),
  productVersion: z.string().nullable(),
});
export type Device = z.infer<typeof deviceSchema>;

export const devicesResultSchema = z.object({ type: z.literal('result'), devices: z.array(deviceSchema) });
export type DevicesResult = z.infer<typeof devicesResultSchema>;

export const pairResultSchema = z.object({
  type: z.literal('result'),
  udid: z.string(),
  name: z.string(),
  paired: z.literal(true),
  /** False when the phone trusted this computer already. */
  created: z.boolean(),
});
export type PairResult = z.infer<typeof pairResultSchema>;

export const encryptionResultSchema = z.object({
  type: z.literal('result'),
  udid: z.string(),
  encrypted: z.boolean(),
  /** Null for `status`; false when a change of password could not be confirmed by the phone. */
  confirmed: z.boolean().nullable(),
});
export type EncryptionResult = z.infer<typeof encryptionResultSchema>;
