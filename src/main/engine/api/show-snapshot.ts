import { join } from 'node:path';
import type { AskPassword, ShowResult } from '../../../shared/contract/index.ts';
import type { Vault } from '../vault/index.ts';
import { listDomains } from '../verify/index.ts';
import { summarise } from './summaries.ts';

export interface ShowRequest {
  readonly home: string;
  readonly vault: Vault;
  readonly snapshot: string;
  readonly askPassword: AskPassword;
}

/** What a version is, where every part of it lies in the vault, and how it was checked. */
export async function showSnapshot({ home, vault, snapshot: name, askPassword }: ShowRequest): Promise<ShowResult> {
  const snapshot = await vault.resolve(name);
  const { record } = snapshot;
  const list = await vault.snapshots();
  await using view = await vault.view(snapshot);
  const files = view.files();
  const password = record.encrypted ? await askPassword('backup-password') : null;
  const domains = await listDomains({ view, password, scratchParent: join(home, 'scratch') });
  return {
    type: 'result',
    snapshot: summarise(snapshot, list),
    vault: { id: vault.id, path: vault.dir },
    record: snapshot.file,
    catalogs: record.catalogs.map((catalog) => ({
      path: `catalogs/${catalog.hash}.db`,
      kind: catalog.kind,
      size: catalog.size,
    })),
    packs: files.packs.map((pack) => ({
      path: pack.path,
      size: pack.sizeBytes,
    })),
    singleObjects: files.singles,
    tops: view
      .tops()
      .map((top) => ({ name: top.name, size: top.sizeBytes, sha256: top.hash?.toString('hex') ?? null })),
    domains,
    history: list.events.flatMap((event) =>
      event.kind === 'verified' && event.record === snapshot.id
        ? [{ level: event.level, ok: event.ok, at: event.at, checked: event.checked, problems: event.problems }]
        : [],
    ),
  };
}
