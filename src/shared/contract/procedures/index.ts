import type { z } from 'zod';
import { backupsProcedures } from './backups.ts';
import { browseProcedures } from './browse.ts';
import { cleanupProcedures } from './cleanup.ts';
import type { EngineEvent } from './events.ts';
import { jobsProcedures } from './jobs.ts';
import { passwordsProcedures } from './passwords.ts';
import { phonesProcedures } from './phones.ts';
import { systemProcedures } from './system.ts';
import { vaultsProcedures } from './vaults.ts';

/**
 * Everything that a window or a browser may ask of the engine. One implementation (`engine/api`), three carriers: a
 * utility process, a WebSocket on this computer, and the same process (terminal, tests).
 */
export const procedures = {
  ...phonesProcedures,
  ...passwordsProcedures,
  ...backupsProcedures,
  ...vaultsProcedures,
  ...browseProcedures,
  ...cleanupProcedures,
  ...jobsProcedures,
  ...systemProcedures,
} as const;

export type ProcedureName = keyof typeof procedures;
export type InputOf<N extends ProcedureName> = z.infer<(typeof procedures)[N]['input']>;
export type OutputOf<N extends ProcedureName> = z.infer<(typeof procedures)[N]['output']>;

/** Asked of the face itself where it has a system around it; the engine answers none of them. */
export const FACE_PROCEDURES = ['system.pickFolder', 'system.reveal', 'system.openHelp', 'system.unlock'] as const;
export type FaceProcedureName = (typeof FACE_PROCEDURES)[number];

/** One function for all questions: what faces hold, whatever carries it. Rejects with a `BackstopError`. */
export interface EngineClient {
  call<N extends ProcedureName>(name: N, input: InputOf<N>): Promise<OutputOf<N>>;
  /** Returns how to stop listening. */
  onEvent(listener: (event: EngineEvent) => void): () => void;
}

export * from './backups.ts';
export * from './browse.ts';
export * from './cleanup.ts';
export * from './common.ts';
export * from './events.ts';
export * from './jobs.ts';
export * from './passwords.ts';
export * from './phones.ts';
export * from './procedure.ts';
export * from './system.ts';
export * from './vaults.ts';
export * from './wire.ts';
