import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { exportSnapshot } from '../../../src/main/engine/export/index.ts';
import { type Entry, type Snapshot, Vault, type VaultSession } from '../../../src/main/engine/vault/index.ts';
import { pathIn, type TreeFile } from './tree.ts';

/**
 * One measured piece of work of the vault layer in a process of its own. It gets a `Job` as JSON and prints `Done`: its
 * times begin when the program is loaded, and end when the vault is closed.
 */

export type Job = { readonly vault: string; readonly cache: string } & (
  | { readonly work: 'store'; readonly tree: string; readonly list: string; readonly version: number }
  | { readonly work: 'verify' | 'rebuild' | 'reopen' | 'list' | 'forget' }
  | { readonly work: 'export'; readonly to: string }
  | { readonly work: 'many'; readonly count: number }
);

export interface Done {
  readonly seconds: number;
  /** Parts of the time, by name. */
  readonly parts: Readonly<Record<string, number>>;
  readonly count: number;
}

const UDID = '00008101-000A11112222001E';
const MODIFIED = 1_767_225_600;

async function main(job: Job): Promise<Done> {
  const started = performance.now();
  const parts: Record<string, number> = {};
  let last = started;
  const mark = (name: string): void => {
    const now = performance.now();
    parts[name] = (now - last) / 1000;
    last = now;
  };
  const vault = await Vault.openOrCreate(job.vault, { cacheDir: job.cache });
  mark('open');
  const count = await work(vault, job, mark);
  await vault.close();
  mark('close');
  const seconds = (performance.now() - started) / 1000;
  return { seconds, parts, count };
}

async function work(vault: Vault, job: Job, mark: (name: string) => void): Promise<number> {
  switch (job.work) {
    case 'store': {
      const files = JSON.parse(readFileSync(job.list, 'utf8')) as TreeFile[];
      return store(vault, job.tree, files, job.version, mark);
    }
    case 'verify': {
      const snapshot = await newest(vault);
      await using view = await vault.view(snapshot);
      mark('view');
      // Both at once, as the engine does it.
      const [structure, report] = await Promise.all([
        vault.checkStructure(snapshot),
        vault.rehash(
          (function* () {
            yield* view.tops();
            yield* view.entriesInStoredOrder();
          })(),
        ),
      ]);
      mark('structure and bytes');
      if (!structure.ok || !report.ok) throw new Error('the vault did not verify');
      return report.objects;
    }
    case 'export': {
      const snapshot = await newest(vault);
      await using view = await vault.view(snapshot);
      mark('view');
      const outcome = await exportSnapshot({
        view,
        udid: UDID,
        directory: job.to,
        vaultDirectory: job.vault,
        bytes: snapshot.record.bytes,
      });
      mark('files');
      return outcome.files;
    }
    case 'rebuild': {
      const { objects } = await vault.rebuildIndex();
      mark('index');
      return objects;
    }
    case 'reopen': {
      // Every pack's index is read, and the newest version folded from its catalogs, before this can answer.
      const { parent } = await vault.chooseParent(UDID);
      mark('index and newest version');
      return parent?.record.files ?? 0;
    }
    case 'list': {
      const { snapshots } = await vault.snapshots();
      mark('list');
      return snapshots.length;
    }
    case 'forget': {
      const [oldest] = (await vault.snapshots(UDID)).snapshots;
      if (oldest === undefined) throw new Error('there is nothing to forget');
      await vault.forget([oldest], 'owner');
      mark('forget');
      return 1;
    }
    case 'many': {
      for (let version = 1; version <= job.count; version += 1) await tinyVersion(vault, version);
      mark('commits');
      return job.count;
    }
  }
}

/** What the phone's changes cost once their bytes are here: read from the tree, stored, committed. */
async function store(
  vault: Vault,
  tree: string,
  files: readonly TreeFile[],
  version: number,
  mark: (name: string) => void,
): Promise<number> {
  await using session = await vault.openSession({ udid: UDID, label: 'bench' });
  mark('session');
  const changes: Entry[] = [];
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  for (const { id, size } of files) {
    const writer = session.createObject(size);
    const fd = openSync(pathIn(tree, id), 'r');
    try {
      for (let got = readSync(fd, buffer); got > 0; got = readSync(fd, buffer)) {
        const taken = writer.write(buffer.subarray(0, got));
        if (taken !== undefined) await taken;
        if (got < buffer.length) break;
      }
    } finally {
      closeSync(fd);
    }
    const object = await writer.finish();
    if (object.sizeBytes !== size) throw new Error(`${id} has ${object.sizeBytes} bytes instead of ${size}`);
    changes.push({ id: Buffer.from(id, 'hex'), ...object, modified: MODIFIED + version });
  }
  mark('bytes');
  await session.seal();
  mark('seal');
  await commit(session, changes, version);
  mark('commit');
  return changes.length;
}

async function tinyVersion(vault: Vault, version: number): Promise<void> {
  await using session = await vault.openSession({ udid: UDID, label: 'bench' });
  const writer = session.createObject(100);
  await writer.write(Buffer.alloc(100, `version ${version} `));
  const object = await writer.finish();
  await commit(session, [{ id: Buffer.alloc(20, 1), ...object, modified: MODIFIED + version }], version);
}

async function commit(session: VaultSession, changes: readonly Entry[], version: number): Promise<Snapshot> {
  const writer = session.createObject(1000);
  await writer.write(Buffer.alloc(1000, `status ${version} `));
  const status = { name: 'Status.plist', ...(await writer.finish()), modified: MODIFIED };
  const { parent } = session.parent;
  const date = new Date((MODIFIED + version * 86_400) * 1000).toISOString();
  return session.commit({
    parent,
    full: parent === null,
    changes,
    tops: [status],
    facts: {
      udid: UDID,
      name: 'bench',
      model: 'iPhone13,2',
      ios: '18.5',
      encrypted: true,
      statusUuid: '7B2C1A90-0000-4000-8000-000000000000',
      statusDate: date,
      startedAt: date,
    },
  });
}

async function newest(vault: Vault): Promise<Snapshot> {
  const snapshot = (await vault.snapshots(UDID)).snapshots.at(-1);
  if (snapshot === undefined) throw new Error('the vault has no version');
  return snapshot;
}

console.log(JSON.stringify(await main(JSON.parse(process.argv[2] ?? '') as Job)));
