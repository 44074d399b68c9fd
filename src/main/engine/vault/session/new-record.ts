import { type CatalogReference, RECORD_FORMAT, RECORD_VERSION, type SnapshotRecord } from '../record.ts';
import type { CommitRequest } from '../types.ts';
import type { BuiltContent } from './commit.ts';

/** Who makes a version, under which number, and what it added. */
export interface Making {
  readonly vault: string;
  readonly writer: string;
  readonly session: string;
  readonly device: string;
  readonly seq: number;
  readonly catalog: CatalogReference;
  readonly packsAdded: string[];
  readonly newBytes: number;
  readonly finishedAt: Date;
}

export function newRecord(request: CommitRequest, built: BuiltContent, making: Making): SnapshotRecord {
  const { facts } = request;
  const finished = making.finishedAt.toISOString();
  return {
    format: RECORD_FORMAT,
    version: RECORD_VERSION,
    vault: making.vault,
    device: making.device,
    seq: making.seq,
    parent: request.parent?.id ?? null,
    session: making.session,
    writer: making.writer,
    started: facts.startedAt,
    finished,
    kind: 'complete',
    udid: facts.udid,
    name: facts.name,
    model: facts.model,
    ios: facts.ios,
    encrypted: facts.encrypted,
    full: request.full,
    statusUUID: facts.statusUuid,
    statusDate: facts.statusDate,
    catalogs: [...built.base, making.catalog],
    root: built.root,
    files: built.files,
    bytes: built.bytes,
    newBytes: making.newBytes,
    packsAdded: making.packsAdded,
    ...(facts.notSent === undefined || facts.notSent.length === 0
      ? {}
      : { notSent: facts.notSent.map(({ path, reason }) => ({ path, reason })) }),
    verified: { level: 'presence', at: finished },
  };
}
