import { z } from 'zod';
import { jobView } from './jobs.ts';

/** What the engine tells by itself. `changed` says only which question to ask again. Job events come at most ten a second. */
export const engineEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('changed'),
    topic: z.enum(['phones', 'backups', 'vaults', 'settings', 'activity', 'lock', 'cleanup']),
  }),
  z.object({ type: z.literal('job'), job: jobView }),
  /** The engine's own life, told by whoever watches it. */
  z.object({ type: z.literal('engine'), state: z.enum(['ready', 'restarting', 'failed']) }),
]);
export type EngineEvent = z.infer<typeof engineEvent>;
