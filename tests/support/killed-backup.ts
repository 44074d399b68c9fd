import { join } from 'node:path';
import { runBackup } from '../../src/main/engine/backup/index.ts';
import { muxEndpoint, openPhone, pairRecordFolder } from '../../src/main/engine/device/index.ts';
import { Vault, type VaultSession } from '../../src/main/engine/vault/index.ts';

/**
 * A backup in a process of its own that kills itself at a chosen point, as a power button or the system's killer would.
 *
 * usage: killed-backup.ts ADDRESS STATE_DIR VAULT_DIR POINT
 * POINT: files=N (when N files have arrived), phase=NAME, seal, commit (the phone has said "done", and that is written
 * down), committed (the version is there, and nobody knows yet).
 */
const [address = '', stateDir = '', vaultDir = '', point = ''] = process.argv.slice(2);

function dieAt(here: string): void {
  if (here === point) process.kill(process.pid, 'SIGKILL');
}

function killing(session: VaultSession): VaultSession {
  return {
    id: session.id,
    parent: session.parent,
    signal: session.signal,
    get storedBytes() {
      return session.storedBytes;
    },
    createObject: (expectedBytes) => session.createObject(expectedBytes),
    read: (object) => session.read(object),
    async seal() {
      dieAt('seal');
      await session.seal();
    },
    async commit(request) {
      dieAt('commit');
      const snapshot = await session.commit(request);
      dieAt('committed');
      return snapshot;
    },
    abort: () => session.abort(),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

const store = pairRecordFolder(join(stateDir, 'pairing'));
const endpoint = muxEndpoint({ USBMUXD_SOCKET_ADDRESS: address });
const vault = await Vault.openOrCreate(vaultDir, { cacheDir: join(stateDir, 'cache'), stateDir });
await using phone = await openPhone({ udid: null, endpoint, store });
await runBackup(
  {
    phone,
    vault: {
      id: vault.id,
      place: () => vault.place(),
      hasTraceOf: (id) => vault.hasTraceOf(id),
      snapshots: (udid) => vault.snapshots(udid),
      view: (snapshot, options) => vault.view(snapshot, options),
      openSession: async (request) => killing(await vault.openSession(request)),
      resumeSession: (id, request) => vault.resumeSession(id, request),
      freeBytes: (files) => vault.freeBytes(files),
    },
    stateDir,
    unencrypted: true,
  },
  {
    onProgress: ({ doneFiles, phase }) => {
      dieAt(`phase=${phase}`);
      const [kind, count] = point.split('=');
      if (kind === 'files' && doneFiles >= Number(count)) process.kill(process.pid, 'SIGKILL');
    },
  },
);
await vault.close();
