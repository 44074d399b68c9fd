import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changesOf, Overlay } from '../../src/main/engine/backup/overlay/index.ts';
import { VirtualFolder } from '../../src/main/engine/backup/virtual-folder.ts';
import { systemClock } from '../../src/main/engine/platform/index.ts';
import { ask, type FolderRequest, newSeed, RandomRequests, randomFrom, treeOf, UDID } from '../support/folder-model.ts';
import { FolderOnTheWire } from '../support/folder-on-the-wire.ts';
import { MemoryObjects, MemoryVersion } from '../support/memory-vault.ts';
import { RealFolder } from '../support/real-folder.ts';

/** Runs of a few hundred requests here; BACKSTOP_SOAK=100 asks a hundred times as many. */
const SOAK = Number(process.env['BACKSTOP_SOAK'] ?? 1);
const RUNS = 12 * SOAK;
const SESSIONS = 4;
const REQUESTS = 120;

/** Through the wire these end the conversation before a folder hears of them. */
const HOSTILE = 'hostile names';

const A1 = `ab${'1'.repeat(38)}`;
const A2 = `ab${'2'.repeat(38)}`;
const bytes = (text: string): Buffer[] => [Buffer.from(text)];
const put = (path: string, text = path): FolderRequest => ({ kind: 'upload', path, chunks: bytes(text) });
const move = (...pairs: Array<[string, string]>): FolderRequest => ({ kind: 'move', pairs });
const remove = (...paths: string[]): FolderRequest => ({ kind: 'remove', paths });
const list = (path: string): FolderRequest => ({ kind: 'list', path });
const get = (path: string): FolderRequest => ({ kind: 'download', path });
const create = (path: string): FolderRequest => ({ kind: 'create', path });
const copy = (from: string, to: string): FolderRequest => ({ kind: 'copy', from, to });

/** Both folders side by side, through as many sessions as are asked for: each commit is the next one's previous version. */
class SideBySide {
  readonly #real: RealFolder;
  readonly #objects = new MemoryObjects();
  #version: MemoryVersion | null = null;
  #throughTheWire = false;
  #wires: readonly FolderOnTheWire[] = [];
  #overlay: Overlay;
  #virtual: VirtualFolder;

  constructor(dir: string) {
    this.#real = new RealFolder(join(dir, 'real'), join(dir, 'scratch'));
    [this.#overlay, this.#virtual] = this.#open();
    if (this.#throughTheWire) this.throughTheWire();
  }

  #open(): [Overlay, VirtualFolder] {
    const overlay = new Overlay({ udid: UDID, base: this.#version });
    const virtual = new VirtualFolder({
      overlay,
      objects: this.#objects,
      clock: systemClock,
      freeBytes: async () => 1n << 40n,
    });
    return [overlay, virtual];
  }

  /** From now on every request goes through a socket and the real conversation, on both sides. */
  throughTheWire(): void {
    this.#throughTheWire = true;
    this.#wires = [new FolderOnTheWire(this.#real), new FolderOnTheWire(this.#virtual)];
  }

  async close(): Promise<void> {
    for (const wire of this.#wires) await wire.close();
  }

  async begin(): Promise<void> {
    await this.#real.createDirectory(UDID);
  }

  /** Asks both and answers what both said; fails when they differ. */
  async ask(request: FolderRequest): Promise<string> {
    const [realWire, virtualWire] = this.#wires;
    const real = await (realWire?.ask(request) ?? ask(this.#real, request));
    const virtual = await (virtualWire?.ask(request) ?? ask(this.#virtual, request));
    expect(virtual, `answer to ${show(request)}`).toBe(real);
    return virtual;
  }

  async compareTrees(what: string): Promise<void> {
    expect(await treeOf(this.#virtual), `tree ${what}`).toEqual(await treeOf(this.#real));
  }

  /** Ends the session as a commit does and begins the next on what was committed. */
  async nextSession(): Promise<void> {
    const { changes, tops } = changesOf(this.#overlay, this.#version);
    this.#version = MemoryVersion.commit(this.#version, changes, tops);
    await this.close();
    // What lies outside the phone's folder is never committed.
    for (const item of await this.#real.list('')) {
      if (item.name !== UDID || item.kind === 'file') await this.#real.removeItems([item.name]);
    }
    await this.#real.createDirectory(UDID);
    [this.#overlay, this.#virtual] = this.#open();
    if (this.#throughTheWire) this.throughTheWire();
  }
}

function show(request: FolderRequest): string {
  return JSON.stringify(request, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && 'type' in value ? '…' : value,
  );
}

let dir: string;
let both: SideBySide;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'backstop-folder-'));
  both = new SideBySide(dir);
  await both.begin();
});

afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

describe('the virtual folder answers like a real one', () => {
  const P = UDID;
  const scripts: Readonly<Record<string, readonly FolderRequest[]>> = {
    'uploads, empty files and read-back': [
      get(`${P}/Status.plist`),
      put(`${P}/Status.plist`, 'one'),
      put(`${P}/Status.plist`, ''),
      get(`${P}/Status.plist`),
      get(P),
      get(''),
      get(`${P}/Status.plist/x`),
      { kind: 'upload-aborted', path: `${P}/Status.plist`, chunks: bytes('half') },
      get(`${P}/Status.plist`),
      put(`${P}/new/folders/file`),
      list(`${P}/new/folders`),
      put(`${P}/new`),
      put(`${P}/Status.plist/below`),
      put(''),
    ],
    'created folders, empty and emptied ones': [
      create(`${P}/Snapshot/00`),
      create(`${P}/Snapshot/00`),
      create(''),
      list(`${P}/Snapshot`),
      list(`${P}/missing`),
      put(`${P}/ab/${A1}`),
      create(`${P}/ab/${A1}`),
      create(`${P}/ab/${A1}/below`),
      list(`${P}/ab/${A1}`),
      remove(`${P}/ab/${A1}`),
      list(P),
      list(`${P}/ab`),
    ],
    'moves: replacing, missing sources, same place, inside itself': [
      put(`${P}/Snapshot/ab/${A1}`, 'new'),
      put(`${P}/ab/${A1}`, 'old'),
      move([`${P}/Snapshot/ab/${A1}`, `${P}/ab/${A1}`]),
      get(`${P}/ab/${A1}`),
      move([`${P}/ab/${A1}`, `${P}/ab/${A1}`]),
      move([`${P}/ab/${A2}`, `${P}/ab/${A2}`]),
      move([`${P}/ab/${A1}`, `${P}/x`], [`${P}/nothing`, `${P}/y`]),
      list(P),
      move([`${P}/ab`, `${P}/ab/deeper`]),
      move([`${P}/ab/${A1}`, `${P}/ab/${A1}/x`]),
      move(['', `${P}/x`]),
      move([P, '']),
      move([`${P}/ab/${A1}/x`, `${P}/x`]),
    ],
    'moves: rings, chains and nests in one batch': [
      put(`${P}/a`, 'A'),
      put(`${P}/b`, 'B'),
      put(`${P}/c`, 'C'),
      move([`${P}/a`, `${P}/b`], [`${P}/b`, `${P}/c`], [`${P}/c`, `${P}/a`]),
      get(`${P}/a`),
      get(`${P}/b`),
      get(`${P}/c`),
      move([`${P}/a`, `${P}/b`], [`${P}/b`, `${P}/d`]),
      get(`${P}/b`),
      put(`${P}/f/1`),
      put(`${P}/f/g/2`),
      move([`${P}/f`, `${P}/h`], [`${P}/f/g`, `${P}/i`], [`${P}/b`, `${P}/f/back`]),
      list(`${P}/h`),
      list(`${P}/i`),
      list(`${P}/f`),
      move([`${P}/h`, `${P}/j`], [`${P}/i`, `${P}/j/1/deep`]),
      move([`${P}/h`, `${P}/j`], [`${P}/i`, `${P}/j/2/deep`]),
      list(`${P}/j`),
      move([`${P}/j/2/deep`, `${P}/j`]),
      list(`${P}/j`),
      move([`${P}/c`, `${P}/k`], [`${P}/d`, `${P}/k`]),
      list(P),
    ],
    'a folder moves with its children and replaces the target whole': [
      put(`${P}/from/1`),
      put(`${P}/from/sub/2`),
      put(`${P}/to/old`),
      move([`${P}/from`, `${P}/to`]),
      list(`${P}/to`),
      list(`${P}/to/sub`),
      get(`${P}/from/1`),
      put(`${P}/file`),
      move([`${P}/to`, `${P}/file`]),
      list(`${P}/file`),
      put(`${P}/other`),
      move([`${P}/other`, `${P}/file`]),
      get(`${P}/file`),
    ],
    removals: [
      put(`${P}/a/b`),
      put(`${P}/ab`, 'not a child of a'),
      remove(`${P}/a`),
      get(`${P}/ab`),
      remove(`${P}/a`, `${P}/never`),
      remove(`${P}/ab/through`),
      remove(''),
      remove(`${P}/ab`, ''),
      get(`${P}/ab`),
      remove(P),
      list(''),
      put(`${P}/again`),
    ],
    copies: [
      put(`${P}/a/1`),
      put(`${P}/a/s/2`),
      copy(`${P}/a`, `${P}/b`),
      put(`${P}/a/1`, 'changed'),
      get(`${P}/b/1`),
      get(`${P}/b/s/2`),
      copy(`${P}/a`, `${P}/a/inside`),
      copy(`${P}/a`, `${P}/a`),
      copy(`${P}/none`, `${P}/x`),
      copy(`${P}/b/s`, `${P}/b`),
      list(`${P}/b`),
      copy(`${P}/a/1`, `${P}/deep/er/1`),
      get(`${P}/deep/er/1`),
      copy('', `${P}/x`),
      copy(P, 'outside'),
      list('outside'),
    ],
    'names are exact, and places outside the phone’s folder exist': [
      put(`${P}/Status.plist`),
      get(`${P}/STATUS.PLIST`),
      put(`${P}/STATUS.PLIST`, 'another'),
      list(P),
      put(`${P}/ab/${A1.toUpperCase()}`, 'upper'),
      get(`${P}/ab/${A1}`),
      put(`${P}//ab/./${A1}/`),
      get(`${P}/ab/${A1}`),
      put('elsewhere/x'),
      list(''),
      move(['elsewhere/x', `${P}/brought-in`]),
      get(`${P}/brought-in`),
    ],
    [HOSTILE]: [
      put('../x'),
      put('/etc/x'),
      get(`${P}/../../x`),
      list('..'),
      create(`${P}/CON`),
      put(`${P}/a`),
      move([`${P}/a`, '../a']),
      move(['../../etc/passwd', `${P}/b`]),
      remove('..'),
      remove(`${P}/a`, `${P}/a/..`),
      get(`${P}/a`),
      copy(`${P}/a`, 'C:/x'),
      put(`${P}/${'n'.repeat(65_536)}`),
      list(P),
    ],
  };

  it.each(Object.entries(scripts).filter(([name]) => name !== HOSTILE))(
    '%s (through the wire)',
    async (_name, requests) => {
      both.throughTheWire();
      // In a stream of files no name is its end.
      const sayable = requests.filter((request) => !('path' in request) || request.path !== '');
      for (const request of sayable) await both.ask(request);
      await both.nextSession();
      await both.compareTrees('after the commit');
      await both.close();
    },
  );

  it.each(Object.entries(scripts))('%s', async (_name, requests) => {
    for (const request of requests) await both.ask(request);
    await both.compareTrees('in the session');
    await both.nextSession();
    await both.compareTrees('after the commit');
  });

  it.each(Object.entries(scripts))('%s (over a previous version)', async (_name, requests) => {
    for (const id of [A1, A2, `00${'0'.repeat(38)}`])
      await both.ask(put(`${P}/${id.slice(0, 2)}/${id}`, `before ${id}`));
    await both.ask(put(`${P}/Status.plist`, 'before'));
    await both.ask(create(`${P}/empty`));
    await both.nextSession();
    for (const request of requests) await both.ask(request);
    await both.compareTrees('in the session');
    await both.nextSession();
    await both.compareTrees('after the commit');
  });

  it('shard folders of the previous version: moved away, swapped, replaced, removed, brought back', async () => {
    const ids = ['00', '01', 'ab'].flatMap((shard) => [`${shard}${'1'.repeat(38)}`, `${shard}${'2'.repeat(38)}`]);
    for (const id of ids) await both.ask(put(`${P}/${id.slice(0, 2)}/${id}`));
    await both.nextSession();
    await both.ask(move([`${P}/00`, `${P}/01`], [`${P}/01`, `${P}/00`]));
    await both.ask(copy(`${P}/ab`, `${P}/saved`));
    await both.ask(move([`${P}/saved/ab${'1'.repeat(38)}`, `${P}/ab/note`]));
    await both.compareTrees('swapped');
    await both.nextSession();
    await both.compareTrees('swapped and committed');
    await both.ask(move([`${P}/00`, `${P}/01`], [`${P}/01`, `${P}/00`]));
    await both.ask(remove(`${P}/ab`));
    await both.ask(create(`${P}/ab`));
    await both.nextSession();
    await both.compareTrees('swapped back');
    await both.ask(move([P, 'outside']));
    await both.ask(move(['outside', P]));
    await both.ask(remove(`${P}/00/00${'1'.repeat(38)}`, `${P}/00/00${'2'.repeat(38)}`));
    await both.ask(list(`${P}/00`));
    await both.nextSession();
    await both.compareTrees('emptied');
  });

  it.each([
    ['', RUNS],
    [' through the wire', Math.ceil(RUNS / 4)],
  ])(
    `random conversations%s (%i of ${SESSIONS} sessions with ${REQUESTS} requests)`,
    async (way, runs) => {
      const first = Number(process.env['BACKSTOP_SEED'] ?? newSeed());
      for (let run = 0; run < runs; run += 1) {
        const seed = first + run;
        const runDir = mkdtempSync(join(dir, 'run-'));
        const pair = new SideBySide(runDir);
        await pair.begin();
        if (way !== '') pair.throughTheWire();
        const requests = new RandomRequests(randomFrom(seed));
        try {
          for (let session = 0; session < SESSIONS; session += 1) {
            for (let count = 0; count < REQUESTS; count += 1) await pair.ask(requests.next());
            await pair.compareTrees(`in session ${session}`);
            await pair.nextSession();
            await pair.compareTrees(`after commit ${session}`);
          }
        } catch (error) {
          throw new Error(`BACKSTOP_SEED=${seed}: ${error instanceof Error ? error.message : String(error)}`, {
            cause: error,
          });
        } finally {
          await pair.close();
          rmSync(runDir, { recursive: true, force: true });
        }
      }
    },
    60_000 * Math.max(1, SOAK),
  );
});
