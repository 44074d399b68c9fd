import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Snapshot, SnapshotFacts, Vault } from '../../src/main/engine/vault/index.ts';
import { vaultFolder } from '../support/vault/folders.ts';
import {
  copyGolden,
  GENERATOR,
  type GoldenTruth,
  type GoldenVersion,
  goldenFolder,
  goldenTree,
  readTruth,
} from '../support/vault/golden.ts';
import {
  exportTo,
  missingByHand,
  missingTools,
  PROGRAMS,
  recover,
  recoverByHand,
  tree,
} from '../support/vault/recovered.ts';

/**
 * Promise 17: a vault of format 1, written from the text of the format by a program that shares no code with this one,
 * opens for ever. The app, both recovery programs and the way by hand must give back the same bytes.
 */

const folder = vaultFolder();
const missing = missingTools(['python3', 'zstd']);
if (missing.length > 0) console.warn(`SKIPPED in this place: golden vaults by recover.py need ${missing.join(', ')}`);
const programs = PROGRAMS.filter(([name]) => name !== 'recover.py' || missing.length === 0);

async function golden(): Promise<{ vault: Vault; truth: GoldenTruth }> {
  const truth = copyGolden(folder.path('golden'));
  return { vault: await folder.open('golden'), truth };
}

async function everyVersion(vault: Vault): Promise<Snapshot[]> {
  const { snapshots, forgotten } = await vault.snapshots();
  return [...snapshots, ...forgotten];
}

function byId(all: readonly Snapshot[], { id }: GoldenVersion): Snapshot {
  const found = all.find((snapshot) => snapshot.id === id);
  if (found === undefined) throw new Error(`no version ${id}`);
  return found;
}

describe('the golden vault of format 1', () => {
  test('has the versions, pins, notes and forgettings that it should', async () => {
    const { vault, truth } = await golden();
    const { snapshots, forgotten, states, unreadable } = await vault.snapshots();
    expect(unreadable).toEqual([]);
    const listed = truth.versions.filter((version) => !version.forgotten);
    expect(snapshots.map(({ id }) => id)).toEqual(listed.map(({ id }) => id));
    expect(forgotten).toMatchObject(truth.versions.filter((version) => version.forgotten).map(({ id }) => ({ id })));
    for (const version of truth.versions) {
      expect(states.get(version.id)?.isPinned ?? false).toBe(version.pinned);
      expect(states.get(version.id)?.note ?? null).toBe(version.note);
    }
    const events = await vault.listEvents();
    expect(events.unreadable).toEqual([]);
    expect(events.unknown.map(({ kind }) => kind)).toEqual(['from-a-later-version']);
    expect(vault.description.policy.packTargetBytes).toBe(truth.packTargetBytes);
  });

  test('is whole where it is whole, and what is lost is named', async () => {
    const { vault, truth } = await golden();
    const all = await everyVersion(vault);
    for (const version of truth.versions) {
      const snapshot = byId(all, version);
      const structure = await vault.checkStructure(snapshot);
      expect(structure).toMatchObject({ ok: version.lost.length === 0 });
      await using view = await vault.view(snapshot);
      const report = await vault.rehash([...view.entries(), ...view.tops()]);
      const lost = version.lost.map((path) => version.files[path]?.slice(0, 64));
      expect(report.damaged.map(({ object }) => object).toSorted()).toEqual(lost.toSorted());
    }
  });

  test('exports byte for byte what went into it', async () => {
    const { vault, truth } = await golden();
    const all = await everyVersion(vault);
    for (const version of truth.versions) {
      const out = folder.path(`export-${version.id}`);
      const exported = exportTo(vault, byId(all, version), out);
      if (version.lost.length > 0) {
        await expect(exported).rejects.toMatchObject({ code: 'vault/damaged-object' });
        expect(existsSync(out) ? readdirSync(out) : []).toEqual([]);
        continue;
      }
      await exported;
      expect(tree(join(out, version.udid), true)).toEqual(goldenTree(version));
    }
  });

  test('is built upon, and what is damaged in it is not', async () => {
    const { vault, truth } = await golden();
    const anna = truth.versions.filter(({ udid }) => udid.startsWith('00008030')).at(-1) as GoldenVersion;
    const ben = truth.versions.at(-1) as GoldenVersion;
    expect((await vault.chooseParent(ben.udid)).parent).toBeNull();
    await using session = await vault.openSession({ udid: anna.udid, label: 'ignored' });
    const parent = session.parent.parent as Snapshot;
    expect(parent.id).toBe(anna.id);
    const facts: SnapshotFacts = {
      udid: anna.udid,
      name: 'x',
      model: 'x',
      ios: '18',
      encrypted: true,
      statusUuid: 'x',
      statusDate: '2027-01-01T00:00:00Z',
      startedAt: '2027-01-01T00:00:00Z',
    };
    const next = await session.commit({ parent, full: false, changes: [], tops: [], facts });
    expect(next.record).toMatchObject({ device: anna.device, seq: anna.seq + 1, files: parent.record.files });
    await using view = await vault.view(next);
    expect(await vault.rehash(view.entries())).toMatchObject({ ok: true });
  });

  for (const program of programs) {
    const name = program[0];

    test(`${name} gives back the same, also without catalogs/`, { timeout: 60_000 }, () => {
      const dir = folder.path('golden');
      const truth = copyGolden(dir);
      for (const state of ['as it is', 'without catalogs']) {
        if (state === 'without catalogs') rmSync(join(dir, 'catalogs'), { recursive: true });
        const out = folder.path(state);
        expect(recover(program, dir, ['extract', '--all', out]).status).toBe(1);
        for (const { device, seq, id, udid, ...version } of truth.versions) {
          const at = join(out, device, `${String(seq).padStart(8, '0')}-${id.slice(0, 12)}`, udid);
          const got = tree(at, true);
          // The folder of a file that is lost may be there.
          for (const path of got.keys()) if (/^[0-9a-f]{2}\/$/.test(path)) got.delete(path);
          expect(got).toEqual(goldenTree({ device, seq, id, udid, ...version }));
        }
      }
    });

    test(`${name} says of each version what is lost of it, and no more`, { timeout: 60_000 }, () => {
      const dir = folder.path('golden');
      const truth = copyGolden(dir);
      const list = recover(program, dir, ['list']);
      expect(list).toMatchObject({ status: 0, stderr: '' });
      expect(list.stdout.split('\n').map((line) => line.slice(0, 64))).toEqual([
        ...truth.versions.map(({ id }) => id),
        '',
      ]);
      for (const [at, line] of list.stdout.trimEnd().split('\n').entries()) {
        const version = truth.versions[at] as GoldenVersion;
        expect(line.includes('  pinned')).toBe(version.pinned);
        expect(line.includes('  forgotten')).toBe(version.forgotten);
        expect(/ {2}note: (.*)$/.exec(line)?.[1] ?? null).toBe(version.note);
      }
      const check = recover(program, dir, ['check']);
      expect(check.status).toBe(1);
      for (const { id, lost } of truth.versions) {
        const about = `version ${id.slice(0, 12)} `;
        const named = [...check.stderr.matchAll(/^PROBLEM: (version .*?\)): (\S+): object/gm)]
          .filter(([, title]) => title?.startsWith(about))
          .map(([, , path]) => path);
        expect(named).toEqual(lost);
        const verdict = check.stdout.split('\n').find((line) => line.startsWith(about));
        expect(verdict).toContain(lost.length === 0 ? 'all whole' : `${lost.length} of`);
      }
      for (const version of truth.versions) {
        const result = recover(program, dir, ['extract', version.id.slice(0, 10), folder.path(`one-${version.id}`)]);
        expect(result.status).toBe(version.lost.length === 0 ? 0 : 1);
        for (const path of version.lost) expect(result.stderr).toContain(`PROBLEM: ${path} is left out: object `);
      }
    });
  }

  test('a compressed object that is damaged is never handed out', { timeout: 60_000 }, async () => {
    const dir = folder.path('golden');
    const truth = copyGolden(dir);
    const ben = truth.versions.find(({ lost, seq, udid }) => lost.length === 0 && seq === 1 && udid.startsWith('d5'));
    const version = ben as GoldenVersion;
    // Single-record packs with codec 1 and no meta flag: the large compressed objects.
    const packs = readdirSync(join(dir, 'packs'), { recursive: true, withFileTypes: true })
      .filter((item) => item.isFile())
      .map((item) => join(item.parentPath, item.name))
      .filter((file) => {
        const bytes = readFileSync(file);
        return bytes[12] === 0 && bytes[96 + 5] === 1 && bytes.readUInt32LE(bytes.length - 64 + 20) === 1;
      });
    expect(packs).toHaveLength(2);
    const hashes = packs.map((file) => readFileSync(file).toString('hex', 96 + 24, 96 + 56));
    const paths = Object.keys(version.files).filter((path) => hashes.includes(version.files[path]?.slice(0, 64) ?? ''));
    expect(paths).toHaveLength(2);
    for (const at of [0, 5, 12, 20, 60]) {
      for (const file of packs) {
        const bytes = readFileSync(file);
        bytes[160 + at] = (bytes[160 + at] as number) ^ 4;
        rmSync(file);
        writeFileSync(file, bytes);
      }
      const vault = await folder.open('golden');
      await using view = await vault.view(byId(await everyVersion(vault), version));
      const report = await vault.rehash([...view.entries()]);
      expect(report.damaged.map(({ object }) => object).toSorted()).toEqual(hashes.toSorted());
      for (const program of programs) {
        const out = folder.path(`${program[0]}-${at}`);
        expect(recover(program, dir, ['extract', version.id, out]).status).toBe(1);
        const wanted = goldenTree({ ...version, lost: paths });
        const got = tree(join(out, version.udid), true);
        for (const path of got.keys()) if (/^[0-9a-f]{2}\/$/.test(path)) got.delete(path);
        expect(got).toEqual(wanted);
      }
    }
  });

  test.skipIf(missingByHand.length > 0)('comes out by hand too', { timeout: 60_000 }, async () => {
    const truth = copyGolden(folder.path('golden'));
    const fresh = await folder.open('fresh');
    copyFileSync(join(fresh.dir, 'RECOVER.txt'), folder.path('golden/RECOVER.txt'));
    for (const version of truth.versions) {
      const home = folder.path('home');
      const record = readdirSync(folder.path(`golden/snapshots/${version.device}`)).find((name) =>
        name.includes(version.id),
      );
      recoverByHand(folder.path('golden'), home, `phone=${version.device} record=${record}`);
      const got = tree(join(home, 'recovered', version.udid));
      const lost = version.lost.map((path) => `${path}.damaged`);
      expect([...got.keys()].filter((path) => path.endsWith('.damaged'))).toEqual(lost);
      for (const path of lost) got.delete(path);
      expect(got).toEqual(new Map([...goldenTree(version)].map(([path, facts]) => [path, facts.split(' ')[0]])));
    }
  });

  test.skipIf(missing.length > 0)('is what its writer writes', () => {
    const again = folder.path('again');
    execFileSync('python3', [GENERATOR, again]);
    const sqlite = execFileSync('python3', ['-c', 'import sqlite3; print(sqlite3.sqlite_version)'], {
      encoding: 'utf8',
    });
    const filesOf = (root: string) => [...tree(root)].filter(([path]) => !path.endsWith('/'));
    const isSame = JSON.stringify(filesOf(again)) === JSON.stringify(filesOf(goldenFolder()));
    if (isSame || sqlite.trim() === '3.40.1') return expect(filesOf(again)).toEqual(filesOf(goldenFolder()));
    // Another SQLite than the one that wrote it may lay out pages otherwise: then every name differs, but not what comes out.
    console.warn(`SQLite ${sqlite.trim()} writes other bytes than the golden vault has: its meaning is compared`);
    const meaning = ({ versions }: GoldenTruth): unknown => versions.map(({ id: _id, ...version }) => version);
    expect(meaning(readTruth(again))).toEqual(meaning(readTruth(goldenFolder())));
  });

  test.skipIf(missing.length > 0)('is read without folders of two letters too', { timeout: 60_000 }, async () => {
    const dir = folder.path('flat');
    execFileSync('python3', [GENERATOR, dir, '--flat']);
    const truth = readTruth(dir);
    const vault = await folder.open('flat');
    const all = await everyVersion(vault);
    for (const version of truth.versions.filter(({ lost }) => lost.length === 0)) {
      const out = folder.path(`export-${version.id}`);
      await exportTo(vault, byId(all, version), out);
      expect(tree(join(out, version.udid), true)).toEqual(goldenTree(version));
      for (const program of programs) {
        const other = folder.path(`${basename(program[0])}-${version.id}`);
        expect(recover(program, dir, ['extract', version.id, other])).toMatchObject({ status: 0 });
        expect(tree(join(other, version.udid), true)).toEqual(goldenTree(version));
      }
    }
  });

  test('holds no file that git or an editor could have touched', () => {
    for (const name of ['vault.json', 'vault.copy.json', 'vault.2.json']) {
      const text = readFileSync(join(goldenFolder(), name), 'utf8');
      expect(text.endsWith('"}\n') && !text.includes('\r')).toBe(true);
    }
  });
});
