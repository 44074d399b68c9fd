export type { DamagedObject, RehashReport } from './check/rehash.ts';
export type { StructureProblem, StructureReport } from './check/structure.ts';
export { UNDO_MS } from './collect/account.ts';
export type { CollectReport, CollectStep } from './collect/collector.ts';
export type { Caution, CautionCode } from './destination/cautions.ts';
export type { DestinationReport } from './destination/destination.ts';
export type { ProbeFacts } from './destination/probe.ts';
export type { EventList, NewEvent, VaultEvent } from './events.ts';
export { vaultIdAt } from './layout/vault-id.ts';
export type { Host } from './lease/host.ts';
export type { SnapshotRecord } from './record.ts';
export type { ScrubProblem } from './scrub/findings.ts';
export type { RepairReport } from './scrub/repair.ts';
export type { NamePaths, ScrubCoverage, ScrubOptions, ScrubReport } from './scrub/scrub.ts';
export type { Repaired } from './scrub/small-repairs.ts';
export type {
  CommitRequest,
  Entry,
  ForgottenSnapshot,
  ObjectRef,
  ObjectWriter,
  ParentChoice,
  Snapshot,
  SnapshotFacts,
  SnapshotList,
  SnapshotView,
  TopEntry,
  VaultSession,
} from './types.ts';
export { type CollectRequest, type SessionRequest, Vault, type VaultOptions } from './vault.ts';
export { type ForgottenState, openDamage, type VersionState } from './version-states.ts';
